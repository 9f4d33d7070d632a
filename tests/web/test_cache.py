"""The shared cache holds JSON, and what somebody writes into its table past us is not executed."""

import base64
import pickle
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection

from config.smoke.browser import CSRF_FIELD, Browser
from tests import factories, servers
from tests.concurrency import run_at_once
from tests.servers import Database, Processes, Site
from web.cache import JSONDatabaseCache

FAR = datetime(2100, 1, 1, tzinfo=UTC)


class Payload:
    """Unpickling it makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def replace_value(text: str) -> None:
    """Past Django, with the app role."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE fanfare_cache SET value = %s, expires = %s", [text, FAR])
        assert cursor.rowcount == 1


@pytest.mark.django_db
def test_a_pickle_in_the_table_is_not_executed_and_counts_as_absent(tmp_path: Path) -> None:
    cache.set("sign-ins", [1.5])
    pickled = pickle.dumps(Payload(tmp_path / "executed"))
    pickle.loads(pickled)
    assert (tmp_path / "executed").exists()  # it would work
    (tmp_path / "executed").unlink()

    replace_value(base64.b64encode(pickled).decode())

    assert cache.get("sign-ins", "absent") == "absent"
    assert not (tmp_path / "executed").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("value", [None, True, 1, 1.5, "text", "", [1.5, 2], {"a": [None]}, []])
def test_json_comes_back_as_it_was(value: Any) -> None:
    cache.set("key", value)

    assert cache.get("key", "absent") == value
    assert cache.get_many(["key", "other"]) == {"key": value}


@pytest.mark.django_db
@pytest.mark.parametrize("value", [(1, 2), {1: 2}, {1, 2}, b"bytes", float("nan"), datetime(2026, 1, 1, tzinfo=UTC)])
def test_what_json_cannot_hold_is_an_error_and_not_another_value(value: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        cache.set("key", value)

    assert cache.get("key") is None


@pytest.mark.django_db
def test_adding_and_touching_respect_what_is_there_and_what_has_ended() -> None:
    assert cache.add("key", 1)
    assert not cache.add("key", 2)
    assert (cache.get("key"), cache.touch("key", 60), cache.touch("other", 60)) == (1, True, False)

    cache.set("key", 1, timeout=-1)

    assert (cache.get("key"), cache.has_key("key"), cache.touch("key", 60)) == (None, False, False)
    assert cache.add("key", 3)
    assert (cache.get("key"), cache.incr("key"), cache.delete("key"), cache.delete("key")) == (3, 4, True, False)


@pytest.mark.django_db
def test_a_value_without_an_end_stays() -> None:
    cache.set("key", 1, timeout=None)

    assert cache.get("key") == 1


@pytest.mark.django_db
def test_a_full_cache_drops_what_has_ended_first() -> None:
    small = JSONDatabaseCache("fanfare_cache", {"OPTIONS": {"MAX_ENTRIES": 3}, "KEY_FUNCTION": cache.key_func})
    for number in range(4):
        small.set(f"old {number}", number, timeout=-1)
    small.set("kept", 1)

    small.set("new", 2)

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM fanfare_cache")
        assert cursor.fetchone() == (2,)
    assert small.get_many(["kept", "new"]) == {"kept": 1, "new": 2}


def test_of_two_that_add_a_key_at_once_one_does(committing_db: Database) -> None:
    added = run_at_once(*[lambda: cache.add("lock", True)] * 4)

    assert sorted(added) == [False, False, False, True]


def test_wrong_passwords_are_counted_over_two_web_processes_and_a_restart(processes: Processes, tmp_path: Path) -> None:
    factories.create_person("Ana", handle="ana", password=factories.PASSWORD, confirmed=True)

    def answers(site: Site, passwords: list[str]) -> list[int]:
        browser = Browser(site.url, tmp_path, "Ana", "ana")
        browser.http.headers["Host"] = "localhost"  # both are one site; allauth counts by its name and the address
        return [try_password(browser, password) for password in passwords]

    first, second = servers.start_site(processes), servers.start_site(processes)
    before = answers(first, ["wrong"] * 3) + answers(second, ["wrong"] * 2)
    assert before == [200] * 5
    assert answers(first, [factories.PASSWORD]) == answers(second, [factories.PASSWORD]) == [429]

    for site in (first, second):
        site.process.terminate()
        assert site.process.wait(10) == 0
    assert answers(servers.start_site(processes), [factories.PASSWORD]) == [429]


def try_password(browser: Browser, password: str) -> int:
    """The status of the answer to the form of the sign-in page."""
    path = f"{browser.site}/accounts/login/"
    token = CSRF_FIELD.search(browser.http.get(path, timeout=10).text)
    assert token
    fields = {"login": browser.email, "password": password, "csrfmiddlewaretoken": token[1]}
    return browser.http.post(path, fields, timeout=10, allow_redirects=False).status_code
