"""Signing keys as the client has them, and a token that is signed with one, as a back end does it (wire contract 4.3)."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import hmac
import json
import time
import uuid
from datetime import datetime, timedelta
from typing import Any, Dict

import pytest
from access import assert_denied, assert_error, assert_may, call_cache_client, driver_of, generate
from access import to_token_credentials
from driver import DRIVERS, to_credentials, to_key_credentials
from momento import CredentialProvider
from momento.auth.access_control.disposable_token_scopes import DisposableTokenScopes
from momento.auth.access_control.permission_scope import AllCaches, AllTopics
from momento.errors import MomentoErrorCode
from momento.responses import CreateSigningKey, ListSigningKeys, RevokeSigningKey


@pytest.fixture(params=sorted(DRIVERS))
def form(request: Any) -> str:
    """Of the clients."""
    return str(request.param)


@pytest.fixture
def owner(api_key: str, closed_port: int) -> CredentialProvider:
    return to_key_credentials(api_key, closed_port)


def encode(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).decode().rstrip("=")


def sign(key: str, permissions: Dict[str, Any]) -> str:
    """A disposable token."""
    jwk = json.loads(key)
    header = {"alg": jwk["alg"], "kid": jwk["kid"], "typ": "JWT"}
    now = time.time()
    claims = {
        "kind": "disposable",
        "jti": str(uuid.uuid4()),
        "iat": now,
        "exp": now + 3600,
        "permissions": permissions,
    }
    text = ".".join(encode(json.dumps(part).encode()) for part in (header, claims))
    secret = base64.urlsafe_b64decode(jwk["k"] + "=" * (-len(jwk["k"]) % 4))
    return f"{text}.{encode(hmac.new(secret, text.encode(), hashlib.sha256).digest())}"


def create(form: str, owner: CredentialProvider) -> CreateSigningKey.Success:
    created = call_cache_client(form, owner, "create_signing_key", timedelta(minutes=30))
    assert isinstance(created, CreateSigningKey.Success), created
    return created


def list_ids(form: str, owner: CredentialProvider) -> Dict[str, datetime]:
    listed = call_cache_client(form, owner, "list_signing_keys")
    assert isinstance(listed, ListSigningKeys.Success), listed
    return {key.key_id: key.expires_at for key in listed.signing_keys}


def test_create_list_and_revoke(form: str, owner: CredentialProvider) -> None:
    created = create(form, owner)
    assert json.loads(created.key)["kid"] == created.key_id
    distance = created.expires_at - (datetime.now() + timedelta(minutes=30))
    assert abs(distance) < timedelta(minutes=10)
    assert list_ids(form, owner)[created.key_id] == created.expires_at

    revoked = call_cache_client(form, owner, "revoke_signing_key", created.key_id)
    assert isinstance(revoked, RevokeSigningKey.Success), revoked
    assert created.key_id not in list_ids(form, owner)
    again = call_cache_client(form, owner, "revoke_signing_key", created.key_id)
    assert_error(again, MomentoErrorCode.NOT_FOUND_ERROR)


def test_a_token_signed_with_it_ends_with_it(form: str, owner: CredentialProvider, closed_port: int) -> None:
    created = create(form, owner)
    rule = {"type": "topic", "permissions": ["read"], "caches": {"name": "default"}, "topics": {"name": "news"}}
    token = sign(created.key, {"rules": [rule]})
    credentials = dataclasses.replace(to_credentials(closed_port), auth_token=token)
    with driver_of(form, credentials) as driver:
        assert_may(driver, "default", "news", False, True)
        assert_may(driver, "default", "chat", False, False)
        ended = driver.subscribe("default", "news").start_read_end()
        call_cache_client(form, owner, "revoke_signing_key", created.key_id)
        assert ended.result(60) == "UNAUTHENTICATED"
        assert_error(driver.try_subscribe("default", "news"), MomentoErrorCode.AUTHENTICATION_ERROR)


def test_a_disposable_token_has_none(form: str, owner: CredentialProvider, closed_port: int) -> None:
    scope = DisposableTokenScopes.topic_publish_subscribe(AllCaches(), AllTopics())
    credentials = to_token_credentials(generate(form, owner, scope), closed_port)
    assert_denied(call_cache_client(form, credentials, "create_signing_key", timedelta(minutes=30)))
    assert_denied(call_cache_client(form, credentials, "list_signing_keys"))
    assert_denied(call_cache_client(form, credentials, "revoke_signing_key", "any"))
