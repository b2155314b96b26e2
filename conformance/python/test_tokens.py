"""Disposable tokens for every scope helper, and what they may not do (wire contract 6.4). What concerns cache items waits for them."""

from __future__ import annotations

import base64
import json
import uuid
from typing import Any, Iterator, Tuple

import pytest
from access import assert_denied, assert_error, assert_may, driver_of, generate, to_token_credentials
from driver import DRIVERS, to_credentials, to_key_credentials
from momento import CredentialProvider
from momento.auth.access_control.disposable_token_scope import DisposableTokenProps, DisposableTokenScope
from momento.auth.access_control.disposable_token_scopes import DisposableTokenScopes
from momento.auth.access_control.permission_scope import (
    AllCaches,
    AllTopics,
    CacheName,
    CachePermission,
    CacheRole,
    CacheSelector,
    Permissions,
    TopicName,
    TopicPermission,
    TopicRole,
    TopicSelector,
)
from momento.errors import MomentoErrorCode
from momento.utilities import ExpiresIn

TOPIC = "news"
ROLES = {
    "topic_publish_only": (True, False),
    "topic_subscribe_only": (False, True),
    "topic_publish_subscribe": (True, True),
}
CACHE_HELPERS = ["cache_read_write", "cache_read_only", "cache_write_only"]
ITEM_HELPERS = [
    f"cache_{selector}_{role}"
    for selector in ("key", "key_prefix")
    for role in ("read_write", "read_only", "write_only")
]


@pytest.fixture(params=sorted(DRIVERS))
def form(request: Any) -> str:
    """Of the clients."""
    return str(request.param)


@pytest.fixture(scope="module")
def owner(api_key: str, closed_port: int) -> CredentialProvider:
    return to_key_credentials(api_key, closed_port)


@pytest.fixture(scope="module")
def caches(owner: CredentialProvider) -> Iterator[Tuple[str, str]]:
    """Two of the module's own."""
    names = (f"cache-{uuid.uuid4()}", f"alternate-{uuid.uuid4()}")
    with driver_of("sync", owner) as driver:
        for name in names:
            driver.create_cache(name)
        yield names
        for name in names:
            driver.delete_cache(name)


@pytest.mark.parametrize("topic_form", ["all", "text", "name"])
@pytest.mark.parametrize("cache_form", ["all", "text", "name"])
@pytest.mark.parametrize("helper", sorted(ROLES))
def test_topic_helpers(
    form: str,
    owner: CredentialProvider,
    closed_port: int,
    caches: Tuple[str, str],
    helper: str,
    cache_form: str,
    topic_form: str,
) -> None:
    cache, other = caches
    selected_cache = {"all": AllCaches(), "text": cache, "name": CacheName(cache)}[cache_form]
    selected_topic = {"all": AllTopics(), "text": TOPIC, "name": TopicName(TOPIC)}[topic_form]
    scope = getattr(DisposableTokenScopes, helper)(selected_cache, selected_topic)
    publish, subscribe = ROLES[helper]
    with driver_of(form, to_token_credentials(generate(form, owner, scope), closed_port)) as driver:
        assert_may(driver, cache, TOPIC, publish, subscribe)
        every_topic, every_cache = topic_form == "all", cache_form == "all"
        for near in (f"{TOPIC}room", TOPIC.upper()):
            assert_may(driver, cache, near, publish and every_topic, subscribe and every_topic)
        assert_may(driver, other, TOPIC, publish and every_cache, subscribe and every_cache)
        assert_denied(driver.create_cache("not-mine"))
        assert_denied(driver.delete_cache(cache))
        assert_denied(driver.list_caches())


@pytest.mark.parametrize("helper", CACHE_HELPERS + ITEM_HELPERS)
def test_helpers_that_say_nothing_of_topics(
    form: str, owner: CredentialProvider, closed_port: int, caches: Tuple[str, str], helper: str
) -> None:
    make = getattr(DisposableTokenScopes, helper)
    arguments = [TOPIC] if helper in ITEM_HELPERS else []
    for cache in (AllCaches(), caches[0], CacheName(caches[0])):
        response = generate(form, owner, make(cache, *arguments))
        with driver_of(form, to_token_credentials(response, closed_port)) as driver:
            assert_may(driver, caches[0], TOPIC, False, False)
            assert_denied(driver.create_cache("not-mine"))


def test_permissions_are_each_for_their_own_cache(
    form: str, owner: CredentialProvider, closed_port: int, caches: Tuple[str, str]
) -> None:
    cache, other = caches
    scope = DisposableTokenScope(
        Permissions(
            [
                CachePermission(CacheSelector(cache), CacheRole.READ_WRITE),
                TopicPermission(TopicRole.PUBLISH_SUBSCRIBE, CacheSelector(other), TopicSelector(AllTopics())),
            ]
        )
    )
    with driver_of(form, to_token_credentials(generate(form, owner, scope), closed_port)) as driver:
        assert_may(driver, cache, TOPIC, False, False)
        assert_may(driver, other, TOPIC, True, True)


def test_a_token_makes_no_tokens(form: str, owner: CredentialProvider, closed_port: int) -> None:
    scope = DisposableTokenScopes.topic_publish_subscribe(AllCaches(), AllTopics())
    credentials = to_token_credentials(generate(form, owner, scope), closed_port)
    assert_denied(generate(form, credentials, scope))


def test_what_is_refused(form: str, owner: CredentialProvider) -> None:
    scope = DisposableTokenScopes.topic_subscribe_only(AllCaches(), AllTopics())
    contradiction = DisposableTokenScope(
        Permissions(
            [
                TopicPermission(role, CacheSelector("cache"), TopicSelector("topic"))
                for role in (TopicRole.SUBSCRIBE_ONLY, TopicRole.PUBLISH_SUBSCRIBE)
            ]
        )
    )
    for response in (
        generate(form, owner, scope, ExpiresIn.seconds(0)),
        generate(form, owner, scope, ExpiresIn.minutes(25 * 60 + 1)),
        generate(form, owner, scope, properties=DisposableTokenProps("x" * 66)),
        generate(form, owner, contradiction),
    ):
        assert_error(response, MomentoErrorCode.INVALID_ARGUMENT_ERROR)


def test_who_is_nobody_makes_no_tokens(form: str, closed_port: int) -> None:
    scope = DisposableTokenScopes.topic_subscribe_only(AllCaches(), AllTopics())
    for token in ("", "wrong"):
        response = generate(form, to_credentials(closed_port, token), scope)
        assert_error(response, MomentoErrorCode.AUTHENTICATION_ERROR)


def test_an_oldest_key_of_someone_else(form: str, closed_port: int) -> None:
    """Like BAD_API_KEY of the client's own tests: a JWT of the oldest form, signed by nobody we know."""
    claims = {"sub": "stranger", "cp": "control.elsewhere.test", "c": "cache.elsewhere.test"}
    parts = [json.dumps(part).encode() for part in ({"alg": "HS512"}, claims)] + [b"signature"]
    key = ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
    with driver_of(form, to_key_credentials(key, closed_port)) as driver:
        for response in (
            driver.create_cache("never"),
            driver.list_caches(),
            driver.try_publish("default", TOPIC, "value"),
            driver.try_subscribe("default", TOPIC),
        ):
            assert_error(response, MomentoErrorCode.AUTHENTICATION_ERROR)


def test_a_subscription_ends_with_its_token(form: str, owner: CredentialProvider, closed_port: int) -> None:
    scope = DisposableTokenScopes.topic_subscribe_only("default", TOPIC)
    response = generate(form, owner, scope, ExpiresIn.seconds(3))
    with driver_of(form, to_token_credentials(response, closed_port)) as driver:
        ended = driver.subscribe("default", TOPIC).start_read_end()
        assert ended.result(60) == "UNAUTHENTICATED"
        response = driver.try_publish("default", TOPIC, "value")
        assert_error(response, MomentoErrorCode.AUTHENTICATION_ERROR)
