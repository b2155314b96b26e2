"""Caches: create, already exists, list, delete, missing."""

from __future__ import annotations

import uuid

from driver import Driver
from momento.errors import MomentoErrorCode
from momento.responses import CreateCache, DeleteCache, ListCaches


def test_create_list_and_delete(driver: Driver) -> None:
    name = f"cache-{uuid.uuid4()}"
    assert isinstance(driver.create_cache(name), CreateCache.Success)
    assert isinstance(driver.create_cache(name), CreateCache.CacheAlreadyExists)

    listed = driver.list_caches()
    assert isinstance(listed, ListCaches.Success), listed
    names = [info.name for info in listed.caches]
    assert names.count(name) == 1
    assert "default" in names

    assert isinstance(driver.delete_cache(name), DeleteCache.Success)
    listed = driver.list_caches()
    assert isinstance(listed, ListCaches.Success), listed
    assert name not in [info.name for info in listed.caches]


def test_delete_of_a_missing_cache(driver: Driver) -> None:
    response = driver.delete_cache(f"missing-{uuid.uuid4()}")
    assert isinstance(response, DeleteCache.Error), response
    assert response.error_code == MomentoErrorCode.NOT_FOUND_ERROR


def test_a_name_that_the_server_refuses(driver: Driver) -> None:
    for name in ("x" * 256, "a\x00b"):
        response = driver.create_cache(name)
        assert isinstance(response, CreateCache.Error), f"{name!r}: {response}"
        assert response.error_code == MomentoErrorCode.INVALID_ARGUMENT_ERROR
