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
    """Let every window have begun so much earlier."""
    RateWindow.objects.update(expires_at=F("expires_at") - timedelta(seconds=seconds))


@pytest.mark.django_db
def test_a_window_lets_its_limit_through_and_no_more() -> None:
    taken = [rate_limits.hit("ana", 3, 10) for _ in range(5)]

    assert [(rate.limit, rate.remaining, rate.allowed) for rate in taken] == [
        (3, 2, True),
        (3, 1, True),
        (3, 0, True),
        (3, 0, False),
        (3, 0, False),
    ]


@pytest.mark.django_db
def test_a_rate_says_when_the_window_ends() -> None:
    before = time.time()
    rate = rate_limits.hit("ana", 3, 10)
    age_windows(6.5)
    later = rate_limits.hit("ana", 3, 10)

    assert (rate.reset_in, later.reset_in) == (10, 4)
    assert before + 9 <= rate.reset_at <= before + 12
    assert rate.reset_at - later.reset_at in {6, 7}


@pytest.mark.django_db
def test_after_its_end_a_window_begins_anew_even_when_it_was_knocked_at_all_the_time() -> None:
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
def test_a_key_is_kept_as_a_digest_only(key: str) -> None:
    rate_limits.hit(key, 1, 10)

    [stored] = RateWindow.objects.values_list("key", flat=True)
    assert len(bytes(stored)) == 32
    assert key.encode(errors="surrogatepass") not in bytes(stored)


@pytest.mark.django_db
def test_one_statement_counts_and_answers(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        rate_limits.hit("ana", 3, 10)
    with django_assert_num_queries(1):
        rate_limits.hit("ana", 3, 10)


@pytest.mark.django_db
def test_windows_that_are_over_are_removed_now_and_then() -> None:
    for number in range(100):
        rate_limits.hit(f"old {number}", 1, 10)
    age_windows(11)

    for number in range(400):
        rate_limits.hit(f"new {number}", 1, 10)

    assert RateWindow.objects.count() == 400


@pytest.mark.django_db
def test_sweeping_leaves_windows_that_are_open() -> None:
    rate_limits.hit("old", 1, 10)
    age_windows(11)
    rate_limits.hit("new", 1, 10)

    assert (rate_limits.delete_expired(), RateWindow.objects.count()) == (1, 1)


@pytest.mark.django_db
def test_the_table_is_not_logged() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'web_ratewindow'")
        assert cursor.fetchone() == ("u",)


def test_two_hundred_at_once_pass_exactly_the_limit(committing_db: Database) -> None:
    def knock(_: int) -> bool:
        try:
            return rate_limits.hit("ana", 50, 60).allowed
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as crowd:
        allowed = list(crowd.map(knock, range(200)))

    assert sum(allowed) == 50
