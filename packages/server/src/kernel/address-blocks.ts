// Blocks of IP addresses, as `10.0.0.0/8` (CIDR, RFC 4632) and `2001:db8::/32`.

import { BlockList, isIP } from "node:net";

interface Block {
  readonly address: string;
  readonly prefixBits: number;
  readonly family: "ipv4" | "ipv6";
}

function parseBlock(text: string): Block | undefined {
  const [, address = "", bits = ""] = /^([0-9a-fA-F.:]{2,45})\/(\d{1,3})$/.exec(text) ?? [];
  const version = isIP(address);
  const prefixBits = Number(bits);
  if (version === 0 || prefixBits > (version === 4 ? 32 : 128)) return undefined;
  return { address, prefixBits, family: version === 4 ? "ipv4" : "ipv6" };
}

export function isAddressBlock(text: string): boolean {
  return parseBlock(text) !== undefined;
}

/** A question to several blocks at once. */
export class AddressBlocks {
  readonly #list = new BlockList();

  /** `blocks` are all such that `isAddressBlock` says so. */
  constructor(blocks: readonly string[]) {
    for (const text of blocks) {
      const block = parseBlock(text);
      if (block === undefined) throw new RangeError(`not a block of addresses: ${text}`);
      this.#list.addSubnet(block.address, block.prefixBits, block.family);
    }
  }

  /** Whether `address` is in one of them; false for what is no address. An IPv4 peer of a socket of both families counts as IPv4. */
  includes(address: string): boolean {
    const plain = address.replace(/^::ffff:(?=\d+\.)/, "");
    const version = isIP(plain);
    return version !== 0 && this.#list.check(plain, version === 4 ? "ipv4" : "ipv6");
  }
}
