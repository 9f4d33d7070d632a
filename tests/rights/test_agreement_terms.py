"""The wording of an agreement says what its scopes are: nothing more, nothing less, and other terms in other words."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.countries import country_names
from catalog.models import Artist, Recording, Work
from rights.agreement_terms import USES, Permission, read_clauses, write_terms
from rights.agreements import Key, Terms
from rights.grants import Songs
from rights.models import AfterEnd, Party, Use

LABEL = Party(pk=1, kind="label", name="Harbor Lane")
MARA = Artist(pk=1, name="Mara Veil", slug="mara-veil")
OVE = Artist(pk=2, name="Ove Lind", slug="ove-lind")
SONGS = (
    Songs(MARA, Recording(pk=1, title="Salt Radio", artist_credit="Mara Veil", isrc="PTPLR2500417", artist=MARA)),
    Songs(OVE, Recording(pk=2, title="Also: voice\n\nFor: everything", artist_credit="Ove Lind", artist=OVE)),
    Songs(work=Work(pk=1, title="Tide", iswc="T0000000010")),
)
permissions = st.builds(
    Permission,
    uses=st.lists(st.sampled_from([use.value for use in USES]), min_size=1, unique=True).map(sorted).map(tuple),
    songs=st.one_of(
        st.lists(st.sampled_from([Songs(MARA), Songs(OVE)]), min_size=1, max_size=2, unique_by=str).map(tuple),
        st.lists(st.sampled_from(SONGS), min_size=1, max_size=3, unique_by=str).map(tuple),
        st.just((Songs(),)),
    ),
    countries=st.one_of(
        st.just(("",)), st.lists(st.sampled_from(["DE", "JP", "PT", "NE", "NG"]), min_size=1, unique=True).map(tuple)
    ),
    tier_class=st.sampled_from(["", "gold"]),
    covers_later=st.booleans(),
    after_end=st.sampled_from(AfterEnd.values),
    monthly_limit=st.sampled_from([None, 1, 500]),
)


def write(permission: Permission, **terms: object) -> Terms:
    return write_terms([LABEL], permission, Terms("", (), **terms))  # type: ignore[arg-type]


def clause(wording: str, heading: str) -> str:
    return dict(read_clauses(wording))[heading]


@settings(max_examples=60, suppress_health_check=[HealthCheck.differing_executors])
@given(permissions)
def test_the_wording_names_each_use_song_and_country_of_the_scopes_and_no_other(permission: Permission) -> None:
    terms = write(permission)
    scopes = terms.scopes

    named = {use.value for use in USES if f"{use.label}:" in clause(terms.wording, "For")}
    assert named == {scope.use for scope in scopes}
    where = clause(terms.wording, "Where").removeprefix("In ").removesuffix(".").replace(" and ", ", ").split(", ")
    codes = {scope.country for scope in scopes}
    assert set(where) == ({"every country"} if codes == {""} else {country_names()[code] for code in codes})
    what = clause(terms.wording, "What")
    for songs, words in zip(SONGS, ("“Salt Radio”", "“Also: voice For: everything”", "“Tide”"), strict=True):
        assert (words in what) == any(
            (scope.recording, scope.work) == (songs.recording, songs.work) for scope in scopes
        )
    for artist in (MARA, OVE):
        is_whole = any((scope.artist, scope.recording, scope.work) == (artist, None, None) for scope in scopes)
        assert (f"all songs of {artist.name}" in what.replace("All", "all")) == is_whole
    assert ("Songs added later too." in what) == any(scope.covers_later for scope in scopes)
    assert ("“gold”" in clause(terms.wording, "Tiers")) == (scopes[0].tier_class == "gold")
    if permission.is_income:  # nothing is made of it
        assert {"How many", "Who says yes to each", "Afterwards"}.isdisjoint(dict(read_clauses(terms.wording)))
        assert {(scope.after_end, scope.monthly_limit) for scope in scopes} == {("plays_on", None)}
        return
    assert ("plays on" in clause(terms.wording, "Afterwards")) == (scopes[0].after_end == "plays_on")
    limit = scopes[0].monthly_limit
    assert (f"At most {limit} a" in clause(terms.wording, "How many")) == (limit is not None)


@settings(max_examples=60, suppress_health_check=[HealthCheck.differing_executors])
@given(permissions, permissions)
def test_other_scopes_have_another_wording(one: Permission, other: Permission) -> None:
    first, second = write(one), write(other)

    if set(first.scopes) != set(second.scopes):
        assert first.wording != second.wording


def test_the_clauses_are_the_wording_again() -> None:
    wording = write_terms(
        [LABEL], Permission((Use.REMIX,), (Songs(MARA),)), Terms("", ()), own_words="Be kind.\n\nFor: ever."
    ).wording

    clauses = read_clauses(wording)

    assert "\n\n".join(f"{heading}: {text}" for heading, text in clauses) == wording
    assert clauses[-1] == ("Also", "Be kind.\n\nFor: ever.")
    assert read_clauses("A paper of before.\n\nSigned.") == [("", "A paper of before.\n\nSigned.")]


def test_a_day_is_said_in_its_zone_and_exactly() -> None:
    starts, ends = datetime(2026, 11, 30, 10, tzinfo=UTC), datetime(2027, 11, 30, 10, tzinfo=UTC)
    permission, zone = Permission((Use.REMIX,), (Songs(MARA),)), ZoneInfo("Pacific/Kiritimati")

    written = write_terms([LABEL], permission, Terms("", (), starts, ends), zone=zone)

    assert clause(written.wording, "When") == (
        "From 1 December 2026, 00:00 in the time of Pacific/Kiritimati (2026-11-30 10:00 UTC), or from when every "
        "party has accepted, if that is later, until the end of 30 November 2027 in the time of Pacific/Kiritimati "
        "(2027-11-30 10:00 UTC). Each party may end it sooner, at once."
    )


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ((), "The artist."),
        ((Key(LABEL),), "The artist. Harbor Lane too."),
        ((Key(LABEL, 500),), "The artist. Harbor Lane too, from number 501 of a month on."),
    ],
)
def test_who_holds_a_key_is_said(keys: tuple[Key, ...], words: str) -> None:
    written = write(Permission((Use.REMIX,), (Songs(MARA),)), keys=keys)

    assert clause(written.wording, "Who says yes to each") == words


def test_a_limit_says_what_is_counted_by_itself() -> None:
    permission = Permission((Use.REMIX,), (Songs(MARA), Songs(OVE)), ("DE", "JP"), monthly_limit=500)

    assert clause(write(permission).wording, "How many") == (
        "At most 500 a calendar month (UTC), counted for each use, each artist and each country by itself."
    )
