"""Publish and subscribe: values, order, many subscribers, fresh starts, errors, and the end of subscriptions."""

from __future__ import annotations

import os
import uuid
from typing import Callable

import pytest
from driver import Driver, to_credentials
from momento.errors import MomentoErrorCode
from momento.responses import CreateCache, TopicPublish, TopicSubscribe

MEBIBYTE = 1024 * 1024

VALUES = [
    pytest.param("plain text", id="text"),
    pytest.param("zażółć gęślą jaźń 漢字 🎈 e\u0301 \x00 \r\n", id="unicode"),
    pytest.param("é" * (MEBIBYTE // 2), id="text of 1 MiB"),
    pytest.param(bytes(range(256)), id="every byte"),
    pytest.param(b"\xff\xfe not utf-8 \x80", id="binary that is no text"),
    pytest.param(b"binary that could be text", id="binary that could be text"),
    pytest.param(os.urandom(MEBIBYTE), id="binary of 1 MiB"),
]


@pytest.mark.parametrize("value", VALUES)
def test_a_value_arrives_as_it_was_published(driver: Driver, cache: str, topic: str, value: object) -> None:
    subscription = driver.subscribe(cache, topic)
    driver.publish(cache, topic, value)  # type: ignore[arg-type]
    (item,) = subscription.collect(1)
    assert type(item.value) is type(value)
    assert item.value == value
    assert item.sequence == 1
    assert item.page > 0
    subscription.unsubscribe()


def test_publish_without_subscribers(driver: Driver, cache: str, topic: str) -> None:
    driver.publish(cache, topic, "nobody listens")


def test_order_over_10000_messages(driver: Driver, cache: str, topic: str) -> None:
    count = 10_000
    subscription = driver.subscribe(cache, topic)
    reading = subscription.start_collect(count)
    driver.publish_in_order(cache, topic, [f"message-{index}" for index in range(count)])
    items = reading.result(90)
    assert [item.sequence for item in items] == list(range(1, count + 1))
    assert [item.value for item in items] == [f"message-{index}" for index in range(count)]
    assert len({item.page for item in items}) == 1
    subscription.unsubscribe()


def test_many_subscribers(make_driver: Callable[..., Driver], port: int, cache: str, topic: str) -> None:
    subscribers, messages = 200, 20
    driver = make_driver(to_credentials(port), max_subscriptions=subscribers)
    subscriptions = [driver.subscribe(cache, topic) for _ in range(subscribers)]
    readings = [subscription.start_collect(messages) for subscription in subscriptions]
    expected = [f"message-{index}" for index in range(messages)]
    driver.publish_in_order(cache, topic, expected)
    for reading in readings:
        items = reading.result(90)
        assert [item.value for item in items] == expected
        assert [item.sequence for item in items] == list(range(1, messages + 1))
    for subscription in subscriptions:
        subscription.unsubscribe()


def test_a_fresh_subscription_starts_with_the_message_just_published(
    driver: Driver, cache: str, topic: str
) -> None:
    # Opens the connections first: the message below counts as new for one second only.
    driver.subscribe(cache, f"{topic}-other").unsubscribe()
    driver.publish(cache, f"{topic}-other", "warm-up")

    driver.publish(cache, topic, "published before")
    subscription = driver.subscribe(cache, topic)
    driver.publish(cache, topic, "published after")
    items = subscription.collect(2)
    assert [(item.sequence, item.value) for item in items] == [(1, "published before"), (2, "published after")]
    subscription.unsubscribe()


def test_a_missing_cache(driver: Driver, topic: str) -> None:
    missing = f"missing-{uuid.uuid4()}"
    subscribed = driver.try_subscribe(missing, topic)
    assert isinstance(subscribed, TopicSubscribe.Error), subscribed
    assert subscribed.error_code == MomentoErrorCode.NOT_FOUND_ERROR
    published = driver.try_publish(missing, topic, "lost")
    assert isinstance(published, TopicPublish.Error), published
    assert published.error_code == MomentoErrorCode.NOT_FOUND_ERROR


@pytest.mark.parametrize("value", ["x" * (MEBIBYTE + 1), b"x" * (MEBIBYTE + 1), b"x" * (4 * MEBIBYTE)], ids=len)
def test_a_value_over_the_limit(driver: Driver, cache: str, topic: str, value: object) -> None:
    response = driver.try_publish(cache, topic, value)  # type: ignore[arg-type]
    assert isinstance(response, TopicPublish.Error), response
    assert response.error_code == MomentoErrorCode.LIMIT_EXCEEDED_ERROR
    # The client makes this text from the error's cause; another cause would give another text.
    assert "Request size limit exceeded" in response.message
    # The refused value took no number.
    driver.publish(cache, topic, "small")
    subscription = driver.subscribe(cache, topic, 1)
    assert subscription.collect(1)[0].sequence == 1
    subscription.unsubscribe()


@pytest.mark.parametrize("name", ["x" * 1025, "é" * 513, "a\x00b", "line\nbreak"], ids=["long", "long in bytes", "NUL", "line"])
def test_a_topic_name_that_the_server_refuses(driver: Driver, cache: str, name: str) -> None:
    published = driver.try_publish(cache, name, "value")
    assert isinstance(published, TopicPublish.Error), published
    assert published.error_code == MomentoErrorCode.INVALID_ARGUMENT_ERROR
    subscribed = driver.try_subscribe(cache, name)
    assert isinstance(subscribed, TopicSubscribe.Error), subscribed
    assert subscribed.error_code == MomentoErrorCode.INVALID_ARGUMENT_ERROR


@pytest.mark.parametrize("name", ["a/b", "🎈", " ", "x" * 1024, "%2F?#&"])
def test_an_unusual_topic_name(driver: Driver, cache: str, name: str) -> None:
    subscription = driver.subscribe(cache, name)
    driver.publish(cache, name, "value")
    assert subscription.collect(1)[0].value == "value"
    subscription.unsubscribe()


def test_deleting_the_cache_ends_its_subscriptions(driver: Driver, topic: str) -> None:
    name = f"cache-{uuid.uuid4()}"
    assert isinstance(driver.create_cache(name), CreateCache.Success)
    subscription = driver.subscribe(name, topic)
    driver.publish(name, topic, "before")
    assert subscription.collect(1)[0].value == "before"
    other = driver.subscribe("default", topic)

    end = subscription.start_read_end()
    driver.delete_cache(name)
    assert end.result(60) == "NOT_FOUND"

    driver.publish("default", topic, "still here")
    assert other.collect(1)[0].value == "still here"
    other.unsubscribe()


def test_unsubscribe_frees_the_place(driver: Driver, cache: str, topic: str) -> None:
    # All on one connection: 12 x 100 are more streams than the server lets one have at a time.
    for _ in range(12):
        subscriptions = [driver.subscribe(cache, topic) for _ in range(100)]
        for subscription in subscriptions:
            subscription.unsubscribe()
    subscription = driver.subscribe(cache, topic)
    driver.publish(cache, topic, "after all these")
    assert subscription.collect(1)[0].value == "after all these"
    subscription.unsubscribe()
