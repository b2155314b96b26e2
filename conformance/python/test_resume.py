"""Subscribing from a given number on: inclusive, exact, impossible, and after a cut connection."""

from __future__ import annotations

from typing import Callable

from driver import Driver, Item, to_credentials
from proxy import Proxy


def publish_and_read(driver: Driver, cache: str, topic: str, *values: str) -> list[Item]:
    subscription = driver.subscribe(cache, topic)
    driver.publish_in_order(cache, topic, values)
    items = subscription.collect(len(values))
    subscription.unsubscribe()
    return items


def test_resume_is_inclusive(driver: Driver, cache: str, topic: str) -> None:
    page = publish_and_read(driver, cache, topic, "foo", "value", "bar")[0].page
    for asked_page in (0, page):
        subscription = driver.subscribe(cache, topic, 2, asked_page)
        items = subscription.collect(2)
        assert [(item.sequence, item.value) for item in items] == [(2, "value"), (3, "bar")]
        subscription.unsubscribe()


def test_resume_from_the_first(driver: Driver, cache: str, topic: str) -> None:
    publish_and_read(driver, cache, topic, "foo", "value", "bar")
    subscription = driver.subscribe(cache, topic, 1)
    assert [item.value for item in subscription.collect(3)] == ["foo", "value", "bar"]
    subscription.unsubscribe()


def test_exact_resume_replays_nothing(driver: Driver, cache: str, topic: str) -> None:
    page = publish_and_read(driver, cache, topic, "foo", "value", "bar")[0].page
    subscription = driver.subscribe(cache, topic, 4, page)
    driver.publish(cache, topic, "next")
    (item,) = subscription.collect(1)
    assert (item.sequence, item.value, item.page) == (4, "next", page)
    subscription.unsubscribe()


def test_impossible_position(driver: Driver, cache: str, topic: str) -> None:
    publish_and_read(driver, cache, topic, "only")
    subscription = driver.subscribe(cache, topic, 300, 5435435)
    driver.publish(cache, topic, "later")
    items = subscription.collect(2)
    assert [(item.sequence, item.value) for item in items] == [(1, "only"), (2, "later")]
    subscription.unsubscribe()


def test_nothing_is_lost_over_a_cut(
    make_driver: Callable[..., Driver], driver: Driver, proxy: Proxy, cache: str, topic: str
) -> None:
    # The client does not reconnect by itself (wire contract 5.5): the application subscribes again where it was.
    through_proxy = make_driver(to_credentials(proxy.port))
    received: list[Item] = []
    subscription = through_proxy.subscribe(cache, topic)
    for round_number in range(3):
        driver.publish_in_order(cache, topic, [f"{round_number}-before-{index}" for index in range(200)])
        received += subscription.collect(200)
        end = subscription.start_read_end()
        assert proxy.cut() > 0
        assert end.result(60) == "UNAVAILABLE"
        driver.publish_in_order(cache, topic, [f"{round_number}-meanwhile-{index}" for index in range(300)])
        last = received[-1]
        subscription = through_proxy.subscribe(cache, topic, last.sequence + 1, last.page)
        received += subscription.collect(300)
    subscription.unsubscribe()

    expected = [
        f"{round_number}-{when}-{index}"
        for round_number in range(3)
        for when, count in (("before", 200), ("meanwhile", 300))
        for index in range(count)
    ]
    assert [item.value for item in received] == expected
    assert [item.sequence for item in received] == list(range(1, len(expected) + 1))
