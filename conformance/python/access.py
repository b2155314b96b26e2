"""What the tests of tokens and signing keys share: the auth client in both forms, and what a token may and may not do."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Iterator, Optional

from driver import DRIVERS, Driver, to_key_credentials
from momento import (
    AuthClient,
    AuthClientAsync,
    CacheClient,
    CacheClientAsync,
    Configurations,
    CredentialProvider,
)
from momento.auth.access_control.disposable_token_scope import DisposableTokenProps, DisposableTokenScope
from momento.config.auth_configurations import AuthConfigurations
from momento.errors import MomentoErrorCode
from momento.responses import GenerateDisposableToken, TopicPublish, TopicSubscribe
from momento.utilities import ExpiresIn

AN_HOUR = ExpiresIn.hours(1)


def generate(
    form: str,
    credentials: CredentialProvider,
    scope: DisposableTokenScope,
    expires_in: ExpiresIn = AN_HOUR,
    properties: Optional[DisposableTokenProps] = None,
) -> Any:
    """What the client answers, in this form."""
    configuration = AuthConfigurations.Laptop.latest()
    if form == "sync":
        with AuthClient(configuration, credentials) as client:
            return client.generate_disposable_token(scope, expires_in, properties)

    async def run() -> Any:
        async with AuthClientAsync(configuration, credentials) as client:
            return await client.generate_disposable_token(scope, expires_in, properties)

    return asyncio.run(run())


def to_token_credentials(response: Any, port: int) -> CredentialProvider:
    assert isinstance(response, GenerateDisposableToken.Success), response
    assert response.endpoint == f"127.0.0.1:{port}"
    assert response.expires_at.does_expire()
    return to_key_credentials(response.auth_token, port)


def call_cache_client(form: str, credentials: CredentialProvider, method: str, *arguments: Any) -> Any:
    """One call of a cache client of its own."""
    configuration, ttl = Configurations.Laptop.latest(), timedelta(seconds=60)
    if form == "sync":
        with CacheClient(configuration, credentials, ttl) as client:
            return getattr(client, method)(*arguments)

    async def run() -> Any:
        async with CacheClientAsync(configuration, credentials, ttl) as client:
            return await getattr(client, method)(*arguments)

    return asyncio.run(run())


@contextmanager
def driver_of(form: str, credentials: CredentialProvider) -> Iterator[Driver]:
    driver = DRIVERS[form](credentials)
    try:
        yield driver
    finally:
        driver.close()


def assert_error(response: Any, code: MomentoErrorCode) -> None:
    assert type(response).__name__ == "Error", response
    assert response.error_code == code, response
    if code == MomentoErrorCode.PERMISSION_ERROR:
        assert "Insufficient permissions" in response.message, response


def assert_denied(response: Any) -> None:
    assert_error(response, MomentoErrorCode.PERMISSION_ERROR)


def assert_may(driver: Driver, cache: str, topic: str, publish: bool, subscribe: bool) -> None:
    published = driver.try_publish(cache, topic, "value")
    if publish:
        assert isinstance(published, TopicPublish.Success), published
    else:
        assert_denied(published)
    subscribed = driver.try_subscribe(cache, topic)
    if subscribe:
        assert not isinstance(subscribed, TopicSubscribe.Error), subscribed
        driver.to_subscription(subscribed).unsubscribe()
    else:
        assert_denied(subscribed)
