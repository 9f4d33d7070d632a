"""A sale is split among the parties of its recordings and works, and what is missing is named."""

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rights.shares import WHOLE, Role
from rights.splits import (
    IncompleteSplit,
    InvalidSplit,
    MissingShares,
    RecordingShares,
    ShareKey,
    WorkShares,
    resolve,
    split,
)
from tests.rights.split_strategies import (
    AMOUNTS,
    MANY_ROWS,
    PLATFORM,
    SALES,
    SCHEME,
    TRANSACTIONS,
    by_party,
)


def test_two_songs_two_publishers_three_writers_and_one_agreement() -> None:
    first = RecordingShares(
        "recording:1",
        {Role.RECORDING_OWNER: {"Label": 10_000}, Role.FEATURED_ARTIST: {"Artist": 10_000}},
        [WorkShares("work:1", {Role.PUBLISHER: {"Pub 1": 10_000}, Role.WRITER: {"Ada": 5000, "Ben": 5000}})],
    )
    second = RecordingShares(
        "recording:2",
        {Role.RECORDING_OWNER: {"Label": 10_000}, Role.FEATURED_ARTIST: {"Artist": 10_000}},
        [
            WorkShares(
                "work:2", {Role.PUBLISHER: {"Pub 1": 2500, "Pub 2": 7500}, Role.WRITER: {"Ben": 3333, "Cleo": 6667}}
            )
        ],
        weight=2,
    )

    shares = split(1000, resolve(SCHEME, [first, second], platform=PLATFORM))

    assert shares == {
        ShareKey(PLATFORM, "platform"): 200,
        ShareKey("Label", "recording_owner", "recording:1"): 133,
        ShareKey("Label", "recording_owner", "recording:2"): 267,
        ShareKey("Artist", "featured_artist", "recording:1"): 67,
        ShareKey("Artist", "featured_artist", "recording:2"): 133,
        ShareKey("Pub 1", "publisher", "recording:1", "work:1"): 40,
        ShareKey("Pub 1", "publisher", "recording:2", "work:2"): 20,
        ShareKey("Pub 2", "publisher", "recording:2", "work:2"): 60,
        ShareKey("Ada", "writer", "recording:1", "work:1"): 13,
        ShareKey("Ben", "writer", "recording:1", "work:1"): 13,
        ShareKey("Ben", "writer", "recording:2", "work:2"): 18,
        ShareKey("Cleo", "writer", "recording:2", "work:2"): 36,
    }
    assert sum(shares.values()) == 1000


def test_a_medley_pays_its_works_by_their_weights() -> None:
    medley = RecordingShares(
        "recording:1",
        {},
        [
            WorkShares("work:1", {Role.WRITER: {"Ada": 10_000}}, weight=3),
            WorkShares("work:2", {Role.WRITER: {"Ben": 10_000}}),
        ],
    )

    assert resolve({Role.WRITER: 10_000}, [medley], platform=PLATFORM) == {
        ShareKey("Ada", "writer", "recording:1", "work:1"): Fraction(3, 4),
        ShareKey("Ben", "writer", "recording:1", "work:2"): Fraction(1, 4),
    }


@MANY_ROWS
@given(AMOUNTS, SALES, TRANSACTIONS)
def test_a_sale_is_split_exactly_and_every_party_is_within_one_unit(
    amount: int, sale: list[RecordingShares], rotate_by: str
) -> None:
    fractions = resolve(SCHEME, sale, platform=PLATFORM)

    shares = split(amount, fractions, rotate_by=rotate_by)

    assert sum(fractions.values()) == 1
    assert sum(shares.values()) == amount
    paid, ideal = by_party(shares), by_party(fractions)
    assert all(abs(paid[party] - amount * ideal[party]) < 1 for party in ideal)
    assert all(abs(shares[key] - amount * fractions[key]) < 2 for key in fractions)


@MANY_ROWS
@given(AMOUNTS, SALES, TRANSACTIONS)
def test_a_sale_is_split_the_same_way_in_any_order_and_sign(
    amount: int, sale: list[RecordingShares], rotate_by: str
) -> None:
    shares = split(amount, resolve(SCHEME, sale, platform=PLATFORM), rotate_by=rotate_by)

    backwards = resolve(dict(reversed(SCHEME.items())), sale[::-1], platform=PLATFORM)
    negative = split(-amount, backwards, rotate_by=rotate_by)
    assert negative == {key: -share for key, share in shares.items()}


@MANY_ROWS
@given(SALES)
def test_each_role_and_each_recording_gets_its_part(sale: list[RecordingShares]) -> None:
    fractions = resolve(SCHEME, sale, platform=PLATFORM)

    roles, recordings = Counter(), Counter()
    for key, fraction in fractions.items():
        roles[key.role] += fraction
        recordings[key.recording] += fraction
    assert roles == {role: Fraction(points, WHOLE) for role, points in SCHEME.items()}
    total = sum(each.weight for each in sale)
    assert recordings == {
        "": Fraction(2, 10),
        **{each.recording: Fraction(8, 10) * Fraction(each.weight, total) for each in sale},
    }


def test_a_party_with_many_lines_gets_no_more_than_one_with_a_single_line() -> None:
    """Rounded line by line, the five of 60 % would take five units and the five of 40 % none."""
    many = {ShareKey("many", "writer", f"recording:{n}", "work"): Fraction(6, 50) for n in range(5)}
    few = {ShareKey("few", "writer", f"recording:{n}", "work"): Fraction(4, 50) for n in range(5)}

    shares = split(5, many | few)

    assert by_party(shares) == {"many": 3, "few": 2}


def test_a_split_that_lacks_something_names_every_missing_piece() -> None:
    lacking = RecordingShares(
        "recording:1",
        {Role.RECORDING_OWNER: {"Label": 6000, "Other": 3999}},
        [WorkShares("work:1", {Role.PUBLISHER: {"Pub 1": 10_001}, Role.WRITER: {"Ada": 10_000}})],
    )
    without_works = RecordingShares(
        "recording:2", {Role.RECORDING_OWNER: {"Label": 10_000}, Role.FEATURED_ARTIST: {"Artist": 10_000}}
    )

    with pytest.raises(IncompleteSplit) as raised:
        resolve(SCHEME, [lacking, without_works], platform=PLATFORM)

    assert set(raised.value.missing) == {
        MissingShares(Role.RECORDING_OWNER, "recording:1", points=9999),
        MissingShares(Role.FEATURED_ARTIST, "recording:1"),
        MissingShares(Role.PUBLISHER, "recording:1", "work:1", points=10_001),
        MissingShares(Role.PUBLISHER, "recording:2"),
        MissingShares(Role.WRITER, "recording:2"),
    }
    assert "recording owner of recording:1: 9,999 of 10,000" in str(raised.value)


@MANY_ROWS
@given(SALES, st.sampled_from([role for role in SCHEME if role is not Role.PLATFORM]), st.sampled_from([-1, 1]))
def test_one_basis_point_too_few_or_too_many_is_refused(sale: list[RecordingShares], role: Role, change: int) -> None:
    part = sale[0].works[0] if role in {Role.PUBLISHER, Role.WRITER} else sale[0]
    party = next(iter(part.shares[role]))
    part.shares[role][party] += change

    with pytest.raises(IncompleteSplit) as raised:
        resolve(SCHEME, sale, platform=PLATFORM)

    work = part.work if isinstance(part, WorkShares) else ""
    assert raised.value.missing == (MissingShares(role, sale[0].recording, work, WHOLE + change),)


def test_shares_below_nothing_are_refused_even_if_they_add_up() -> None:
    song = RecordingShares("recording:1", {Role.FEATURED_ARTIST: {"Artist": 11_000, "Other": -1000}})

    with pytest.raises(IncompleteSplit):
        resolve({Role.FEATURED_ARTIST: 10_000}, [song], platform=PLATFORM)


def test_a_scheme_with_less_than_nothing_is_refused_even_if_it_adds_up() -> None:
    song = RecordingShares("recording:1", {Role.FEATURED_ARTIST: {"Artist": 10_000}})

    with pytest.raises(IncompleteSplit, match="scheme"):
        resolve({Role.FEATURED_ARTIST: 11_000, Role.PLATFORM: -1000}, [song], platform=PLATFORM)


@pytest.mark.parametrize("points", [9_999, 10_001])
def test_a_scheme_that_does_not_add_up_is_refused(points: int) -> None:
    with pytest.raises(IncompleteSplit) as raised:
        resolve({Role.PLATFORM: points}, [], platform=PLATFORM)

    assert raised.value.missing == (MissingShares(None, points=points),)
    assert str(raised.value) == f"scheme: {points:,} of 10,000"


def test_without_a_recording_every_role_but_the_platform_is_missing() -> None:
    with pytest.raises(IncompleteSplit) as raised:
        resolve(SCHEME, [], platform=PLATFORM)

    assert [piece.role for piece in raised.value.missing] == [role for role in SCHEME if role is not Role.PLATFORM]


def test_a_role_without_basis_points_needs_nobody() -> None:
    song = RecordingShares("recording:1", {Role.FEATURED_ARTIST: {"Artist": 10_000}})

    shares = split(999, resolve({Role.FEATURED_ARTIST: 10_000, Role.WRITER: 0}, [song], platform=PLATFORM))

    assert shares == {ShareKey("Artist", "featured_artist", "recording:1"): 999}


def test_a_weight_of_nothing_is_refused() -> None:
    song = RecordingShares("recording:1", {Role.FEATURED_ARTIST: {"Artist": 10_000}}, weight=0)

    with pytest.raises(InvalidSplit, match="at least 1"):
        resolve({Role.FEATURED_ARTIST: 10_000}, [song], platform=PLATFORM)
