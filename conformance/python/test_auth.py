"""Keys: a wrong one, none where one is needed, and the printed one."""

from __future__ import annotations

from typing import Any, Callable

from driver import Driver, to_credentials, to_key_credentials
from momento.errors import MomentoErrorCode
from momento.responses import CreateCache, ListCaches, TopicPublish, TopicSubscribe


def assert_unauthenticated(response: Any, error_type: type) -> None:
    assert isinstance(response, error_type), response
    assert response.error_code == MomentoErrorCode.AUTHENTICATION_ERROR  # type: ignore[attr-defined]


def assert_all_refused(driver: Driver) -> None:
    assert_unauthenticated(driver.create_cache("never"), CreateCache.Error)
    assert_unauthenticated(driver.list_caches(), ListCaches.Error)
    assert_unauthenticated(driver.try_publish("default", "topic", "value"), TopicPublish.Error)
    assert_unauthenticated(driver.try_subscribe("default", "topic"), TopicSubscribe.Error)


def test_a_wrong_key_where_none_is_needed(make_driver: Callable[..., Driver], port: int) -> None:
    assert_all_refused(make_driver(to_credentials(port, "wrong")))


def test_a_wrong_key_where_one_is_needed(make_driver: Callable[..., Driver], closed_port: int) -> None:
    assert_all_refused(make_driver(to_credentials(closed_port, "wrong")))


def test_no_key_where_one_is_needed(make_driver: Callable[..., Driver], closed_port: int) -> None:
    assert_all_refused(make_driver(to_credentials(closed_port)))


def test_the_printed_key(
    make_driver: Callable[..., Driver], closed_port: int, api_key: str, topic: str
) -> None:
    driver = make_driver(to_key_credentials(api_key, closed_port))
    assert isinstance(driver.list_caches(), ListCaches.Success)
    subscription = driver.subscribe("default", topic)
    driver.publish("default", topic, "with a key")
    assert subscription.collect(1)[0].value == "with a key"
    subscription.unsubscribe()
