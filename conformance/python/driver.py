"""One blocking interface over the published client's two forms, so that each test is written once and run with both.

The asynchronous client runs on an event loop of its own thread. Whatever can wait runs on a daemon thread with a time limit,
because the client's iterators never return once their stream has ended (wire contract 5.5).
"""

from __future__ import annotations

import asyncio
import dataclasses
import threading
from concurrent.futures import Future
from datetime import timedelta
from typing import Any, Callable, List, Optional, Sequence, Union

import grpc
from momento import (
    CacheClient,
    CacheClientAsync,
    Configurations,
    CredentialProvider,
    TopicClient,
    TopicClientAsync,
    TopicConfigurations,
)
from momento.responses import TopicPublish, TopicSubscribe, TopicSubscriptionItem

PATIENCE_SECONDS = 90.0
# The client's deadline bounds a whole subscription (5 s by default); these tests do not test that.
NO_DEADLINE = timedelta(hours=1)

Value = Union[str, bytes]


@dataclasses.dataclass(frozen=True)
class Item:
    value: Value
    sequence: int
    page: int


def to_credentials(port: int, token: str = "") -> CredentialProvider:
    """What the local provider makes; with a token, the same for a server that wants one."""
    return dataclasses.replace(CredentialProvider.for_momento_local("127.0.0.1", port), auth_token=token)


def to_key_credentials(api_key: str, port: int) -> CredentialProvider:
    """The key as the server prints it, parsed by the client; only its port is replaced, which the client fixes to 443."""
    host = "127.0.0.1"
    parsed = CredentialProvider.from_string(
        api_key, control_endpoint=host, cache_endpoint=host, token_endpoint=host
    )
    return dataclasses.replace(parsed, port=port)


def start_thread(work: Callable[[], Any]) -> "Future[Any]":
    future: "Future[Any]" = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001 - handed to whoever waits
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future


def to_item(response: Any) -> Item:
    assert isinstance(
        response, (TopicSubscriptionItem.Text, TopicSubscriptionItem.Binary)
    ), f"an item was expected, got {response}"
    return Item(response.value, response.sequence_number, response.sequence_page)


class Subscription:
    """Base of both forms."""

    def start_collect(self, count: int) -> "Future[List[Item]]":
        """Reads this many items in the background."""
        raise NotImplementedError

    def collect(self, count: int, timeout: float = PATIENCE_SECONDS) -> List[Item]:
        return self.start_collect(count).result(timeout)

    def start_read_end(self) -> "Future[str]":
        """Reads the gRPC call beneath to its end; the status name. The client itself swallows the end."""
        raise NotImplementedError

    def unsubscribe(self) -> None:
        raise NotImplementedError


class SyncSubscription(Subscription):
    def __init__(self, subscription: TopicSubscribe.Subscription):
        self._subscription = subscription

    def start_collect(self, count: int) -> "Future[List[Item]]":
        return start_thread(lambda: [to_item(next(self._subscription)) for _ in range(count)])

    def start_read_end(self) -> "Future[str]":
        def read() -> str:
            try:
                for _ in self._subscription._client_stream:
                    pass
            except grpc.RpcError as error:
                return str(error.code().name)
            return "OK"

        return start_thread(read)

    def unsubscribe(self) -> None:
        self._subscription.unsubscribe()


class AsyncSubscription(Subscription):
    def __init__(self, subscription: TopicSubscribe.SubscriptionAsync, loop: asyncio.AbstractEventLoop):
        self._subscription = subscription
        self._loop = loop

    def start_collect(self, count: int) -> "Future[List[Item]]":
        async def read() -> List[Item]:
            return [to_item(await self._subscription.__anext__()) for _ in range(count)]

        return asyncio.run_coroutine_threadsafe(read(), self._loop)

    def start_read_end(self) -> "Future[str]":
        async def read() -> str:
            try:
                while await self._subscription._client_stream.read() is not grpc.aio.EOF:
                    pass
            except grpc.RpcError as error:
                return str(error.code().name)
            return "OK"

        return asyncio.run_coroutine_threadsafe(read(), self._loop)

    def unsubscribe(self) -> None:
        self._loop.call_soon_threadsafe(self._subscription.unsubscribe)


class Driver:
    """A cache client and a topic client of one form."""

    def create_cache(self, name: str) -> Any:
        raise NotImplementedError

    def delete_cache(self, name: str) -> Any:
        raise NotImplementedError

    def list_caches(self) -> Any:
        raise NotImplementedError

    def try_publish(self, cache: str, topic: str, value: Value) -> Any:
        raise NotImplementedError

    def publish_in_order(self, cache: str, topic: str, values: Sequence[Value]) -> None:
        """Each after the one before was acknowledged."""
        raise NotImplementedError

    def try_subscribe(self, cache: str, topic: str, sequence: int = 0, page: int = 0) -> Any:
        """The client's own response, for errors."""
        raise NotImplementedError

    def to_subscription(self, response: Any) -> Subscription:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError

    def publish(self, cache: str, topic: str, value: Value) -> None:
        response = self.try_publish(cache, topic, value)
        assert isinstance(response, TopicPublish.Success), f"publish was refused: {response}"

    def subscribe(self, cache: str, topic: str, sequence: int = 0, page: int = 0) -> Subscription:
        response = self.try_subscribe(cache, topic, sequence, page)
        assert not isinstance(response, TopicSubscribe.Error), f"subscribe was refused: {response}"
        return self.to_subscription(response)


class SyncDriver(Driver):
    def __init__(self, credentials: CredentialProvider, max_subscriptions: int = 0):
        configuration = (
            TopicConfigurations.Default.latest()
            .with_client_timeout(NO_DEADLINE)
            .with_max_subscriptions(max_subscriptions)
        )
        self._cache = CacheClient(Configurations.Laptop.latest(), credentials, timedelta(seconds=60))
        self._topics = TopicClient(configuration, credentials)

    def create_cache(self, name: str) -> Any:
        return self._cache.create_cache(name)

    def delete_cache(self, name: str) -> Any:
        return self._cache.delete_cache(name)

    def list_caches(self) -> Any:
        return self._cache.list_caches()

    def try_publish(self, cache: str, topic: str, value: Value) -> Any:
        return self._topics.publish(cache, topic, value)

    def publish_in_order(self, cache: str, topic: str, values: Sequence[Value]) -> None:
        for value in values:
            self.publish(cache, topic, value)

    def try_subscribe(self, cache: str, topic: str, sequence: int = 0, page: int = 0) -> Any:
        return self._topics.subscribe(cache, topic, sequence, page)

    def to_subscription(self, response: Any) -> Subscription:
        return SyncSubscription(response)

    def close(self) -> None:
        self._cache.__exit__(None, None, None)
        self._topics.close()


class AsyncDriver(Driver):
    def __init__(self, credentials: CredentialProvider, max_subscriptions: int = 0):
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        configuration = (
            TopicConfigurations.Default.latest()
            .with_client_timeout(NO_DEADLINE)
            .with_max_subscriptions(max_subscriptions)
        )

        async def make() -> None:
            self._cache = CacheClientAsync(
                Configurations.Laptop.latest(), credentials, timedelta(seconds=60)
            )
            self._topics = TopicClientAsync(configuration, credentials)

        self._wait(make())

    def _wait(self, work: Any, timeout: Optional[float] = PATIENCE_SECONDS) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout)

    def create_cache(self, name: str) -> Any:
        return self._wait(self._cache.create_cache(name))

    def delete_cache(self, name: str) -> Any:
        return self._wait(self._cache.delete_cache(name))

    def list_caches(self) -> Any:
        return self._wait(self._cache.list_caches())

    def try_publish(self, cache: str, topic: str, value: Value) -> Any:
        return self._wait(self._topics.publish(cache, topic, value))

    def publish_in_order(self, cache: str, topic: str, values: Sequence[Value]) -> None:
        async def publish_all() -> None:
            for value in values:
                response = await self._topics.publish(cache, topic, value)
                assert isinstance(response, TopicPublish.Success), f"publish was refused: {response}"

        self._wait(publish_all())

    def try_subscribe(self, cache: str, topic: str, sequence: int = 0, page: int = 0) -> Any:
        return self._wait(self._topics.subscribe(cache, topic, sequence, page))

    def to_subscription(self, response: Any) -> Subscription:
        return AsyncSubscription(response, self._loop)

    def close(self) -> None:
        async def close_both() -> None:
            await self._topics.close()
            await self._cache.__aexit__(None, None, None)

        self._wait(close_both())
        self._loop.call_soon_threadsafe(self._loop.stop)


DRIVERS = {"sync": SyncDriver, "async": AsyncDriver}
