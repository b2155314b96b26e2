// Where the server is and with which token it is called: Momento's CredentialProvider, as far as topics need it.

import { SdkError } from "./errors.js";

/** What the client asks of a credential provider; one of Momento's Web SDK will do as well. */
export interface Credentials {
  /** An API key or token, bare or in base64; "" for a server that needs none. */
  getAuthToken(): string;
  /** A host with or without port, or a whole URL. */
  getCacheEndpoint(): string;
  /** Whether `getCacheEndpoint()` is reached by TLS, when it is no URL. */
  isEndpointSecure(): boolean;
}

/** As in Momento's SDK: all endpoints (of which topics use the cache endpoint), or one base. */
export interface EndpointOverrides {
  readonly cacheEndpoint?: string;
  readonly controlEndpoint?: string;
  readonly tokenEndpoint?: string;
  readonly baseEndpoint?: string;
  readonly endpointPrefix?: string;
  /** Default true. */
  readonly secureConnection?: boolean;
}

export interface FromStringProps {
  readonly apiKey?: string;
  /** Momento's other name of `apiKey`. */
  readonly authToken?: string;
  readonly endpointOverrides?: EndpointOverrides;
}

const LOOPBACK = /^(localhost|127\.[\d.]+|\[::1\])(:\d+)?$/;

/** Momento's way to say where and who. */
export class CredentialProvider implements Credentials {
  readonly #token: string;
  readonly #endpoint: string;
  readonly #isSecure: boolean;

  private constructor(token: string, endpoint: string, isSecure: boolean) {
    this.#token = token;
    this.#endpoint = endpoint;
    this.#isSecure = isSecure;
  }

  /**
   * From an API key or a disposable token as the server prints it (`credential` of `POST /tokens`): base64 of endpoint and token. The
   * endpoint is reached by TLS, unless it is on this machine; `endpointOverrides` says otherwise. With them, a bare token is taken too.
   * Throws SdkError INVALID_ARGUMENT_ERROR for text that is neither.
   */
  static fromString(props: FromStringProps | string): CredentialProvider {
    const { apiKey, authToken, endpointOverrides } = typeof props === "string" ? { apiKey: props } : props;
    const text = apiKey ?? authToken ?? "";
    const parsed = parseCredential(text);
    const override = endpointOverrides === undefined ? undefined : toEndpoint(endpointOverrides);
    const endpoint = override ?? parsed?.endpoint;
    if (text === "" || endpoint === undefined) {
      throw new SdkError("INVALID_ARGUMENT_ERROR", "The API key names no endpoint.");
    }
    const isSecure =
      override === undefined ? !LOOPBACK.test(endpoint) : endpointOverrides?.secureConnection !== false;
    return new CredentialProvider(parsed?.token ?? text, endpoint, isSecure);
  }

  /** Momento's newer name of `fromString` for tokens. */
  static fromDisposableToken(props: FromStringProps | string): CredentialProvider {
    return CredentialProvider.fromString(props);
  }

  /** From a bare API key (form `v2`) and an endpoint, with TLS: `cache.` is put before the endpoint, as Momento's SDKs do. */
  static fromApiKeyV2(props: { readonly apiKey: string; readonly endpoint: string }): CredentialProvider {
    return new CredentialProvider(props.apiKey, `cache.${props.endpoint}`, true);
  }

  /** A server on this machine (default 127.0.0.1:8080) that needs no key, without TLS. */
  static forMomentoLocal(
    props: { readonly hostname?: string; readonly port?: number } = {},
  ): CredentialProvider {
    return new CredentialProvider("", `${props.hostname ?? "127.0.0.1"}:${props.port ?? 8080}`, false);
  }

  getAuthToken(): string {
    return this.#token;
  }

  getCacheEndpoint(): string {
    return this.#endpoint;
  }

  isEndpointSecure(): boolean {
    return this.#isSecure;
  }
}

function toEndpoint(overrides: EndpointOverrides): string | undefined {
  const { baseEndpoint, cacheEndpoint, endpointPrefix } = overrides;
  if (cacheEndpoint !== undefined || baseEndpoint === undefined) return cacheEndpoint;
  return `${endpointPrefix === undefined ? "" : `${endpointPrefix}.`}cache.${baseEndpoint}`;
}

/** Undefined for what is not base64 of an endpoint and a token. */
function parseCredential(text: string): { endpoint: string; token: string } | undefined {
  try {
    const { endpoint, api_key: token } = JSON.parse(atob(text)) as { endpoint?: unknown; api_key?: unknown };
    return typeof endpoint === "string" && typeof token === "string" ? { endpoint, token } : undefined;
  } catch {
    return undefined;
  }
}

/** The server's URL without a slash at the end. Throws SdkError INVALID_ARGUMENT_ERROR for what is none. */
export function toServerUrl(endpoint: string, isSecure: boolean): string {
  const url = /^https?:\/\//.test(endpoint) ? endpoint : `http${isSecure ? "s" : ""}://${endpoint}`;
  if (!URL.canParse(url)) throw new SdkError("INVALID_ARGUMENT_ERROR", "That is no URL of a server.");
  return url.replace(/\/+$/, "");
}
