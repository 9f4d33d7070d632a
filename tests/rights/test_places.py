"""Places of a quantity in the database: counted under a lock, in the month of asking, by the database's clock."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import psycopg
from django.db import transaction

from rights import clearance, places
from rights.clearance_result import Clearance
from rights.models import Place, Use
from tests import factories
from tests.artists.remix_notes import agree
from tests.concurrency import run_at_once, start_until_blocked
from tests.rights import factories as owners
from tests.servers import Database, wait_until

COUNT_WAITING_SQL = "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted"
FULL = "This month’s 500 remixes are taken"


def clear_with_limit(limit: int) -> int:
    """The id of a clearance under an agreement on so many remixes a month."""
    artist = factories.create_artist()
    song = owners.create_owned_song(artist, permitted=False)
    agree(song, monthly_limit=limit)
    answer = clearance.clear(Use.REMIX, artist, [song.recording])
    assert isinstance(answer, Clearance)
    return answer.id


def test_of_fifty_who_ask_for_the_last_place_at_once_one_gets_it(committing_db: Database) -> None:
    """They all ask while the limit is locked. Whoever counted before waiting would find the last place free."""
    cleared = clear_with_limit(500)
    assert places.reserve({f"moment:{number}": cleared for number in range(499)}) == {}

    with ThreadPoolExecutor(1) as pool, psycopg.connect(committing_db.owner_url) as owner:
        owner.execute("SELECT FROM rights_agreementscope FOR UPDATE")
        asks = [partial(places.reserve, {f"moment:{number}": cleared}) for number in range(1000, 1050)]
        asked = pool.submit(run_at_once, *asks)
        wait_until(lambda: owner.execute(COUNT_WAITING_SQL).fetchone() == (50,))
        owner.commit()
        answers = asked.result(60)

    refused = [{f"moment:{number}": FULL} for number in range(1000, 1050)]
    assert sum(answer == {} for answer in answers) == 1
    assert sum(answer == refusal for answer, refusal in zip(answers, refused, strict=True)) == 49
    assert Place.objects.count() == 500


def test_whoever_asks_for_the_last_place_waits_for_who_asked_first(committing_db: Database) -> None:
    cleared = clear_with_limit(1)
    with transaction.atomic():
        assert places.reserve({"moment:1": cleared}) == {}
        finish = start_until_blocked(partial(places.reserve, {"moment:2": cleared}))

    assert finish() == {"moment:2": "This month’s one place for remixes is taken"}


def test_an_item_asks_once_however_often_it_asks(committing_db: Database) -> None:
    cleared = clear_with_limit(2)

    answers = [places.reserve({"moment:1": cleared}), places.reserve({"moment:1": cleared, "moment:2": cleared})]

    assert answers == [{}, {}]
    assert Place.objects.count() == 2


def test_a_place_belongs_to_the_month_in_which_it_was_asked_for(committing_db: Database) -> None:
    cleared = clear_with_limit(1)
    places.reserve({"moment:1": cleared})
    with psycopg.connect(committing_db.owner_url) as owner:
        owner.execute("UPDATE rights_place SET month = month - interval '1 month'")

    assert places.reserve({"moment:2": cleared}) == {}
    assert places.reserve({"moment:3": cleared}) == {"moment:3": "This month’s one place for remixes is taken"}
    first, second = Place.objects.order_by("month").values_list("month", flat=True)
    assert (first.day, second.day) == (1, 1)
    assert first < second


def test_a_limit_on_one_song_names_the_song() -> None:
    assert places.describe_full(Use.REMIX, 500, "Salt Radio") == "This month’s 500 remixes of Salt Radio are taken"
    assert places.describe_full(Use.DJ, 1_500) == "This month’s 1,500 DJ sets are taken"
