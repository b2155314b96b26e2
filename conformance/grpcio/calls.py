"""Messages of the pub/sub service, and what the tests do with calls."""

from __future__ import annotations

from typing import Any, Iterator, NamedTuple

import grpc
from momento_wire_types.generated.cachepubsub_pb2 import _PublishRequest, _SubscriptionRequest, _TopicValue
from momento_wire_types.generated.cachepubsub_pb2_grpc import PubsubStub

# Long enough for a busy machine; nothing here measures time.
PATIENCE_SECONDS = 90.0


class Item(NamedTuple):
    sequence: int
    text: str


def to_publish_request(topic: str, text: str, cache: str = "default") -> _PublishRequest:
    return _PublishRequest(cache_name=cache, topic=topic, value=_TopicValue(text=text))


def publish(pubsub: PubsubStub, topic: str, text: str, **options: Any) -> None:
    pubsub.Publish(to_publish_request(topic, text), timeout=PATIENCE_SECONDS, **options)


def start_subscribe(
    pubsub: PubsubStub, topic: str, cache: str = "default", timeout: float = PATIENCE_SECONDS, **options: Any
) -> Any:
    return pubsub.Subscribe(_SubscriptionRequest(cache_name=cache, topic=topic), timeout=timeout, **options)


def subscribe(pubsub: PubsubStub, topic: str) -> Any:
    """Returns when the first heartbeat has come: what is published from now on will be received."""
    stream = start_subscribe(pubsub, topic)
    assert next(stream).WhichOneof("kind") == "heartbeat"
    return stream


def read_item(stream: Iterator[Any]) -> Item:
    """The next item; heartbeats are left out."""
    for message in stream:
        kind = message.WhichOneof("kind")
        if kind == "item":
            return Item(message.item.topic_sequence_number, message.item.value.text)
        assert kind == "heartbeat"
    raise AssertionError("the stream ended")


def read_end(stream: Iterator[Any]) -> grpc.RpcError:
    """Reads to the end of a stream that must end with an error."""
    try:
        for _ in stream:
            pass
    except grpc.RpcError as error:
        return error
    raise AssertionError("the stream ended without an error")
