"""Channels of grpcio to the server that run.mjs has started, over cleartext and over TLS."""

from __future__ import annotations

import os
import pathlib
import uuid
from typing import Any, Callable, Iterator, List, Sequence, Tuple

import grpc
import pytest
from momento_wire_types.generated.cachepubsub_pb2_grpc import PubsubStub

Options = Sequence[Tuple[str, Any]]
# A channel shares its connection with others of the same address and options unless this is set.
OWN_CONNECTION: Options = [("grpc.use_local_subchannel_pool", 1)]


def open_channel(transport: str, options: Options = ()) -> grpc.Channel:
    options = [*OWN_CONNECTION, *options]
    if transport == "cleartext":
        return grpc.insecure_channel(os.environ["SUBITO_ADDRESS"], options)
    return grpc.secure_channel(os.environ["SUBITO_TLS_ADDRESS"], to_credentials(), options)


def to_credentials() -> grpc.ChannelCredentials:
    return grpc.ssl_channel_credentials(pathlib.Path(os.environ["SUBITO_CA_FILE"]).read_bytes())


@pytest.fixture(params=["cleartext", "tls"])
def transport(request: Any) -> str:
    return str(request.param)


@pytest.fixture
def make_channel(transport: str) -> Iterator[Callable[..., grpc.Channel]]:
    """Channels are closed after the test."""
    channels: List[grpc.Channel] = []

    def make(options: Options = ()) -> grpc.Channel:
        channels.append(open_channel(transport, options))
        return channels[-1]

    yield make
    for channel in channels:
        channel.close()


@pytest.fixture
def pubsub(make_channel: Callable[..., grpc.Channel]) -> PubsubStub:
    return PubsubStub(make_channel())


@pytest.fixture
def topic() -> str:
    return f"grpcio-{uuid.uuid4()}"
