"""Any history of contracts gives the answer that a naive reading of them gives at that moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from rights.agreements import Scope
from rights.models import Use
from tests.rights.contracts import History, ask_database, create_history, songs_for
from tests.rights.naive_reading import read_contracts

pytestmark = pytest.mark.django_db

PARTY, SONG = st.integers(0, 4), st.integers(0, 2)
COUNTRY = st.sampled_from(["", "", "PT", "JP"])
EVENTS = st.one_of(
    st.tuples(st.just("permit"), PARTY, SONG, COUNTRY, st.sampled_from([None, None, 2]), st.booleans()),
    st.tuples(st.just("permit"), PARTY, SONG, COUNTRY, st.sampled_from([None, None, 2]), st.booleans()),
    st.tuples(st.just("refuse"), PARTY, SONG),
    st.tuples(st.just("claim"), st.sampled_from([5_000, 10_000]), SONG, st.booleans()),
    st.tuples(st.just("confirm"), st.integers(0, 20)),
    st.tuples(st.just("end claim"), st.integers(0, 20)),
    st.tuples(
        st.just("agree"),
        st.sampled_from(["A-1", "B-2"]),
        st.sets(PARTY, min_size=1, max_size=3),
        COUNTRY,
        st.sampled_from([0, 0, 1]),
        st.sampled_from([None, 2]),
        st.sampled_from([False, False, True]),
    ),
    st.tuples(st.just("end agreement"), st.sampled_from(["A-1", "B-2"])),
    st.tuples(st.just("end tie"), st.integers(0, 3)),
    st.tuples(st.just("tie"), st.integers(0, 1), st.integers(0, 1)),
)


def permit(history: History, party: int, song: int, country: str, days: int | None, later: bool) -> None:
    one = history.parties[party]
    history.permit(one, Use.REMIX, songs_for(history, one, song), country, days, later)


def refuse(history: History, party: int, song: int) -> None:
    one = history.parties[party]
    history.refuse(one, Use.REMIX, songs_for(history, one, song))


def claim(history: History, share: int, song: int, confirmed: bool) -> None:
    """The rival claims a recording, unless it does so already."""
    recording, rival = history.songs[max(song - 1, 0)], history.parties[4]
    own = [one for one in history.owned if one.row.party == rival and not one.ended]
    if all(one.row.recording_id != recording.pk for one in own):
        history.own(rival, recording, "recording_owner", share, confirmed=confirmed)


def tie(history: History, song: int, work: int) -> None:
    """The song is of the work, unless it is so already."""
    recording = history.songs[song]
    written = list(history.works.values())[work]
    if all((one.song, one.work) != (recording, written) for one in history.tied if not one.ended):
        history.tie(recording, written)


def agree(
    history: History, number: str, chosen: set[int], country: str, starts: int, ends: int | None, waits: bool
) -> None:
    parties = [history.parties[index] for index in sorted(chosen)]
    history.agree(number, parties, Scope(Use.REMIX, country=country), starts, ends, waits)


HAPPEN: dict[str, Any] = {
    "permit": permit,
    "refuse": refuse,
    "claim": claim,
    "confirm": History.confirm,
    "end claim": History.end_claim,
    "agree": agree,
    "end agreement": History.end_agreement,
    "end tie": History.end_tie,
    "tie": tie,
}


@pytest.fixture
def history() -> History:
    return create_history()


# What is ended before it begins is no reason to record a no for one song.
@example(
    [("permit", 0, 0, "", None, False), ("agree", "A-1", {0}, "", 1, None, False), ("refuse", 0, 0), ("refuse", 0, 1)]
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(EVENTS, min_size=1, max_size=12))
def test_any_history_is_read_as_the_contracts_say(history: History, events: list[tuple[Any, ...]]) -> None:
    with forgotten_afterwards(history), transaction.atomic():
        times = [history.now()]
        for event in events:
            HAPPEN[event[0]](history, *event[1:])
            times.append(history.now())
        times += [times[-1] + timedelta(hours=hours) for hours in (23, 25, 47, 49, 71, 73)]

        for at in times:
            for country in ("PT", "JP", ""):
                assert ask_database(history, Use.REMIX, country, at) == read_contracts(history, Use.REMIX, country, at)
        transaction.set_rollback(True)


@contextmanager
def forgotten_afterwards(history: History) -> Iterator[None]:
    """What happened is forgotten at the end, also after a failure: the next example begins with the same world."""
    said, owned, tied = len(history.said), len(history.owned), len(history.tied)
    states = [(one.confirmed, one.ended) for one in history.owned]
    try:
        yield
    finally:
        del history.said[said:], history.owned[owned:], history.tied[tied:]
        for one, (confirmed, ended) in zip(history.owned, states, strict=True):
            one.confirmed, one.ended = confirmed, ended
        history.versions.clear()
        for tie_before in history.tied:
            tie_before.ended = None


def mutate(old: str, new: str) -> None:
    """Add a function beside `rights_answers` that differs from it in this place."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('rights_answers'::regproc)")
        definition = cursor.fetchone()[0]
        assert old in definition
        cursor.execute(definition.replace("public.rights_answers", "pg_temp.rights_answers").replace(old, new))


def permit_all(history: History) -> None:
    for party in history.parties[:4]:
        history.permit(party, Use.REMIX, None, "", None, False)


def only_the_publisher_is_missing(history: History) -> None:
    permit_all(history)
    history.refuse(history.parties[2], Use.REMIX, None)


def only_one_country_is_permitted(history: History) -> None:
    permit_all(history)
    history.permit(history.parties[1], Use.REMIX, None, "JP", None, False)


def a_yes_ends_by_itself(history: History) -> None:
    permit_all(history)
    history.permit(history.parties[1], Use.REMIX, None, "", 1, False)


def one_song_is_refused(history: History) -> None:
    permit_all(history)
    history.refuse(history.parties[1], Use.REMIX, history.songs[0])


def a_claim_is_disputed(history: History) -> None:
    permit_all(history)
    history.own(history.parties[4], history.songs[0], "recording_owner", 1)


def a_claim_is_not_confirmed(history: History) -> None:
    permit_all(history)
    history.end_claim(0)
    history.own(history.parties[1], history.songs[0], "recording_owner", confirmed=False)


def a_claim_ended(history: History) -> None:
    permit_all(history)
    history.end_claim(0)


def a_work_is_of_another_song(history: History) -> None:
    permit_all(history)
    history.end_tie(0)
    history.tie(history.songs[0], list(history.works.values())[1])


def a_recording_is_of_no_work(history: History) -> None:
    permit_all(history)
    history.end_tie(0)


@pytest.mark.parametrize(
    ("happened", "old", "new"),
    [
        (only_the_publisher_is_missing, "unnest(ARRAY['publisher', 'writer']) role", "unnest(ARRAY['writer']) role"),
        (only_one_country_is_permitted, "one.allows AND one.country IN ('', asked.country)", "one.allows"),
        (a_yes_ends_by_itself, "(one.live_until IS NULL OR one.live_until > asked_at)", "true"),
        (only_the_publisher_is_missing, "(one.ended_at IS NULL OR one.ended_at > asked_at)", "true"),
        (one_song_is_refused, "CASE WHEN said.refuses THEN 'refused'", "CASE WHEN false THEN 'refused'"),
        (a_claim_is_disputed, "claim.disputed_at <= asked_at AND", "false AND"),
        (a_claim_is_not_confirmed, "claim.confirmed_at IS NULL OR claim.confirmed_at > asked_at", "false"),
        (a_claim_ended, "(claim.live_until IS NULL OR claim.live_until > asked_at)", "true"),
        (a_claim_ended, "known.share <> 10000", "false"),
        (a_work_is_of_another_song, "(tie.live_until IS NULL OR tie.live_until > asked_at)", "true"),
        (a_recording_is_of_no_work, "WHERE tie.recording_id = part.recording_id", "WHERE true"),
    ],
)
def test_a_question_that_leaves_something_out_is_noticed(history: History, happened: Any, old: str, new: str) -> None:
    """Each mutation is made here: without the work's owners, the territory, an end, the noes, what a song was of."""
    happened(history)
    mutate(old, new)
    at = history.now() + timedelta(days=2)
    expected = read_contracts(history, Use.REMIX, "PT", at)

    assert ask_database(history, Use.REMIX, "PT", at) == expected
    assert ask_database(history, Use.REMIX, "PT", at, "pg_temp.rights_answers") != expected
