"""Calls of grpcio as such: values, errors, deadlines, cancellation, size, number, and keepalive."""

from __future__ import annotations

import asyncio
import os
import uuid
from typing import Any, Callable, List

import grpc
import pytest
from calls import PATIENCE_SECONDS, publish, read_end, read_item, start_subscribe, subscribe, to_publish_request
from conftest import open_channel, to_credentials
from momento_wire_types.generated.cachepubsub_pb2 import _SubscriptionRequest
from momento_wire_types.generated.cachepubsub_pb2_grpc import PubsubStub

ITEM_BYTES_MAX = 1024 * 1024
MANY_STREAMS = 200


def test_publish_and_subscribe(pubsub: PubsubStub, topic: str) -> None:
    stream = subscribe(pubsub, topic)
    for sequence, text in enumerate(["first", "zażółć 🎈", ""], start=1):
        publish(pubsub, topic, text)
        assert read_item(stream) == (sequence, text)
    compressed = "compress me " * 1000
    publish(pubsub, topic, compressed, compression=grpc.Compression.Gzip)
    assert read_item(stream) == (4, compressed)


def test_publish_and_subscribe_with_asyncio(transport: str, topic: str) -> None:
    async def run() -> None:
        channel = (
            grpc.aio.insecure_channel(os.environ["SUBITO_ADDRESS"])
            if transport == "cleartext"
            else grpc.aio.secure_channel(os.environ["SUBITO_TLS_ADDRESS"], to_credentials())
        )
        async with channel:
            pubsub: Any = PubsubStub(channel)
            stream = pubsub.Subscribe(
                _SubscriptionRequest(cache_name="default", topic=topic), timeout=PATIENCE_SECONDS
            )
            assert (await stream.read()).WhichOneof("kind") == "heartbeat"
            await pubsub.Publish(to_publish_request(topic, "hello"))
            while (message := await stream.read()).WhichOneof("kind") != "item":
                pass
            assert message.item.value.text == "hello"
            stream.cancel()

    asyncio.run(run())


def test_errors(pubsub: PubsubStub, topic: str) -> None:
    with pytest.raises(grpc.RpcError) as missing:
        pubsub.Publish(to_publish_request(topic, "text", cache="żółw-🐢"))
    assert missing.value.code() == grpc.StatusCode.NOT_FOUND
    assert missing.value.details() and "%" not in missing.value.details()
    assert read_end(start_subscribe(pubsub, topic, cache="none")).code() == grpc.StatusCode.NOT_FOUND

    with pytest.raises(grpc.RpcError) as nameless:
        publish(pubsub, "", "text")
    assert nameless.value.code() == grpc.StatusCode.INVALID_ARGUMENT

    with pytest.raises(grpc.RpcError) as large:
        publish(pubsub, topic, "x" * (ITEM_BYTES_MAX + 1))
    assert large.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "request limit" in large.value.details().lower()
    assert ("err", "request_size_limit_exceeded") in large.value.trailing_metadata()

    publish(pubsub, topic, "still here")


def test_unknown_methods(make_channel: Callable[..., grpc.Channel]) -> None:
    channel = make_channel()
    for path in ["/cache_client.pubsub.Pubsub/Unknown", "/no.Such/Service"]:
        with pytest.raises(grpc.RpcError) as error:
            channel.unary_unary(path)(b"", timeout=PATIENCE_SECONDS)
        assert error.value.code() == grpc.StatusCode.UNIMPLEMENTED


def test_keys(pubsub: PubsubStub, topic: str) -> None:
    token = os.environ["SUBITO_TOKEN"]
    with pytest.raises(grpc.RpcError) as wrong:
        publish(pubsub, topic, "text", metadata=[("authorization", "wrong")])
    assert wrong.value.code() == grpc.StatusCode.UNAUTHENTICATED
    refused = start_subscribe(pubsub, topic, metadata=[("authorization", f"{token}x")])
    assert read_end(refused).code() == grpc.StatusCode.UNAUTHENTICATED
    publish(pubsub, topic, "text", metadata=[("authorization", token)])


def test_deadline(pubsub: PubsubStub, topic: str) -> None:
    publish(pubsub, topic, "connects")
    stream = start_subscribe(pubsub, f"quiet-{topic}", timeout=0.2)
    assert read_end(stream).code() == grpc.StatusCode.DEADLINE_EXCEEDED
    publish(pubsub, topic, "still here")


def test_cancel(pubsub: PubsubStub, topic: str) -> None:
    kept, canceled = subscribe(pubsub, topic), subscribe(pubsub, topic)
    canceled.cancel()
    assert read_end(canceled).code() == grpc.StatusCode.CANCELLED
    publish(pubsub, topic, "for the other one")
    assert read_item(kept).text == "for the other one"


def test_large_messages(pubsub: PubsubStub, topic: str) -> None:
    stream = subscribe(pubsub, topic)
    for digit in "01234567":
        publish(pubsub, topic, digit * ITEM_BYTES_MAX)
        assert read_item(stream).text == digit * ITEM_BYTES_MAX


def test_many_streams_on_one_connection(make_channel: Callable[..., grpc.Channel]) -> None:
    channel = make_channel()
    pubsub = PubsubStub(channel)
    topics = [f"grpcio-{uuid.uuid4()}" for _ in range(MANY_STREAMS)]
    streams = [subscribe(pubsub, topic) for topic in topics]
    calls = [pubsub.Publish.future(to_publish_request(topic, topic)) for topic in topics]
    for call in calls:
        call.result(PATIENCE_SECONDS)
    for stream, topic in zip(streams, topics):
        assert read_item(stream) == (1, topic)
    # The library waits for a thread of each stream that is open when the channel closes.
    for stream in streams:
        stream.cancel()


def test_keepalive_without_a_call(make_channel: Callable[..., grpc.Channel], topic: str) -> None:
    """More pings without a call than gRPC's own servers forgive, while another connection's heartbeats tell the time."""
    idle = make_channel(
        [
            # The library sends one a second at most.
            ("grpc.keepalive_time_ms", 1000),
            ("grpc.keepalive_timeout_ms", 30_000),
            ("grpc.keepalive_permit_without_calls", 1),
            ("grpc.http2.max_pings_without_data", 0),
        ]
    )
    states: List[grpc.ChannelConnectivity] = []
    idle.subscribe(states.append, try_to_connect=True)
    publish(PubsubStub(idle), topic, "connects")
    clock = open_channel("cleartext")
    stream = start_subscribe(PubsubStub(clock), topic)
    for _ in range(7):
        next(stream)
    publish(PubsubStub(idle), topic, "still here")
    clock.close()
    assert states.count(grpc.ChannelConnectivity.READY) == 1, states
    assert states[-1] == grpc.ChannelConnectivity.READY, states


def test_certificate_that_is_not_trusted(topic: str) -> None:
    # Roots of its own: what the system trusts.
    with grpc.secure_channel(
        os.environ["SUBITO_TLS_ADDRESS"], grpc.ssl_channel_credentials()
    ) as channel, pytest.raises(grpc.RpcError) as error:
        publish(PubsubStub(channel), topic, "text")
    assert error.value.code() == grpc.StatusCode.UNAVAILABLE
    assert "CERTIFICATE_VERIFY_FAILED" in error.value.details()
