"""What the tests share: the addresses that run.mjs hands over, and clients of both forms."""

from __future__ import annotations

import os
import uuid
from typing import Any, Callable, Iterator, List

import pytest
from driver import DRIVERS, Driver, to_credentials
from momento.auth import CredentialProvider
from proxy import Proxy


@pytest.fixture(scope="session")
def port() -> int:
    """Of a server that lets everyone in."""
    return int(os.environ["MOMENTO_PORT"])


@pytest.fixture(scope="session")
def closed_port() -> int:
    """Of a server that wants a key."""
    return int(os.environ["MOMENTO_CLOSED_PORT"])


@pytest.fixture(scope="session")
def api_key() -> str:
    """Of the server at closed_port, as it was printed."""
    return os.environ["MOMENTO_CLOSED_API_KEY"]


@pytest.fixture(params=sorted(DRIVERS))
def make_driver(request: Any) -> Iterator[Callable[..., Driver]]:
    """Makes clients of one form, closed after the test."""
    drivers: List[Driver] = []

    def make(credentials: CredentialProvider, max_subscriptions: int = 0) -> Driver:
        driver = DRIVERS[request.param](credentials, max_subscriptions)
        drivers.append(driver)
        return driver

    yield make
    for driver in drivers:
        driver.close()


@pytest.fixture
def driver(make_driver: Callable[..., Driver], port: int) -> Driver:
    return make_driver(to_credentials(port))


@pytest.fixture
def topic() -> str:
    return f"topic-{uuid.uuid4()}"


@pytest.fixture
def cache(port: int) -> Iterator[str]:
    """A cache of this test's own."""
    name = f"cache-{uuid.uuid4()}"
    owner = DRIVERS["sync"](to_credentials(port))
    owner.create_cache(name)
    yield name
    owner.delete_cache(name)
    owner.close()


@pytest.fixture
def proxy(port: int) -> Iterator[Proxy]:
    made = Proxy(port)
    yield made
    made.close()
