import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from pytest_django import DjangoAssertNumQueries

from tests.servers import Database
from web import rate_limits
from web.models import RateWindow


def age_windows(seconds: float) -> None:
    """Move the end of each window back by so many seconds, as if the time had passed."""
    RateWindow.objects.update(expires_at=F("expires_at") - timedelta(seconds=seconds))


@pytest.mark.django_db
def test_a_window_allows_its_limit_and_no_more() -> None:
    statuses = [rate_limits.hit("ana", 3, 10) for _ in range(5)]

    assert [(status.limit, status.remaining, status.allowed) for status in statuses] == [
        (3, 2, True),
        (3, 1, True),
        (3, 0, True),
        (3, 0, False),
        (3, 0, False),
    ]


@pytest.mark.django_db
def test_the_status_says_when_the_window_ends() -> None:
    before = time.time()
    first = rate_limits.hit("ana", 3, 10)
    age_windows(6.5)
    later = rate_limits.hit("ana", 3, 10)

    assert (first.reset_in, later.reset_in) == (10, 4)
    assert before + 9 <= first.reset_at <= before + 12
    assert first.reset_at - later.reset_at in {6, 7}


@pytest.mark.django_db
def test_a_window_ends_also_when_requests_never_stopped() -> None:
    for _ in range(5):
        rate_limits.hit("ana", 3, 10)

    age_windows(10)

    assert [rate_limits.hit("ana", 3, 10).remaining for _ in range(3)] == [2, 1, 0]


@pytest.mark.django_db
def test_keys_do_not_share_a_window() -> None:
    rate_limits.hit("ana", 1, 10)

    assert (rate_limits.hit("ana", 1, 10).allowed, rate_limits.hit("eve", 1, 10).allowed) == (False, True)


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["127.0.0.1", "\x00", "\ud800", "k" * 100_000])
def test_only_the_hash_of_a_key_is_stored(key: str) -> None:
    rate_limits.hit(key, 1, 10)

    [stored] = RateWindow.objects.values_list("key", flat=True)
    assert len(bytes(stored)) == 32
    assert key.encode(errors="surrogatepass") not in bytes(stored)


@pytest.mark.django_db
def test_a_hit_needs_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        rate_limits.hit("ana", 3, 10)
    with django_assert_num_queries(1):
        rate_limits.hit("ana", 3, 10)


@pytest.mark.django_db
def test_new_windows_delete_expired_ones_now_and_then() -> None:
    for number in range(100):
        rate_limits.hit(f"old {number}", 1, 10)
    age_windows(11)

    for number in range(400):
        rate_limits.hit(f"new {number}", 1, 10)

    assert RateWindow.objects.count() == 400


@pytest.mark.django_db
def test_deleting_expired_windows_leaves_open_ones() -> None:
    rate_limits.hit("old", 1, 10)
    age_windows(11)
    rate_limits.hit("new", 1, 10)

    assert (rate_limits.delete_expired(), RateWindow.objects.count()) == (1, 1)


@pytest.mark.django_db
def test_the_table_is_unlogged() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'web_ratewindow'")
        assert cursor.fetchone() == ("u",)


def test_of_two_hundred_concurrent_requests_exactly_the_limit_is_allowed(committing_db: Database) -> None:
    def is_allowed(_: int) -> bool:
        try:
            return rate_limits.hit("ana", 50, 60).allowed
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as executor:
        allowed = list(executor.map(is_allowed, range(200)))

    assert sum(allowed) == 50
