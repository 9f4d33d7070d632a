"""Money is split exactly, fairly and the same every time."""

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rights.shares import WHOLE, Role
from rights.splits import (
    IncompleteSplit,
    InvalidSplit,
    MissingShares,
    RecordingShares,
    RefundTooLarge,
    ShareKey,
    WorkShares,
    allocate,
    refund,
    resolve,
    split,
)

PLATFORM = "Fanfare"
SCHEME = {
    Role.PLATFORM: 2000,
    Role.RECORDING_OWNER: 4000,
    Role.FEATURED_ARTIST: 2000,
    Role.PUBLISHER: 1200,
    Role.WRITER: 800,
}

AMOUNTS = st.integers(-(10**9), 10**9)
TRANSACTIONS = st.sampled_from(["", "sale:1", "sale:2"])
NAMES = st.sampled_from("abcdefgh")
WEIGHTS = st.dictionaries(NAMES, st.integers(0, WHOLE), min_size=1).filter(lambda weights: any(weights.values()))


@st.composite
def inside_shares(draw: st.DrawFn) -> dict[str, int]:
    """One to four parties whose shares add up to 10,000."""
    parties = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    cuts = sorted(draw(st.lists(st.integers(0, WHOLE), min_size=len(parties) - 1, max_size=len(parties) - 1)))
    bounds = [0, *cuts, WHOLE]
    return {party: bounds[n + 1] - bounds[n] for n, party in enumerate(parties)}


def shares_of(*roles: Role) -> st.SearchStrategy[dict[Role, dict[str, int]]]:
    return st.fixed_dictionaries({role: inside_shares() for role in roles})


WORKS = st.builds(
    WorkShares,
    work=st.sampled_from(["work:1", "work:2", "work:3"]),
    shares=shares_of(Role.PUBLISHER, Role.WRITER),
    weight=st.integers(1, 5),
)
RECORDINGS = st.builds(
    RecordingShares,
    recording=st.sampled_from(["recording:1", "recording:2", "recording:3"]),
    shares=shares_of(Role.RECORDING_OWNER, Role.FEATURED_ARTIST),
    works=st.lists(WORKS, min_size=1, max_size=3, unique_by=lambda work: work.work),
    weight=st.integers(1, 5),
)
SALES = st.lists(RECORDINGS, min_size=1, max_size=3, unique_by=lambda recording: recording.recording)

MANY_ROWS = settings(max_examples=60)


def by_party(lines: Mapping[ShareKey, int | Fraction]) -> dict[str, int | Fraction]:
    totals: dict[str, int | Fraction] = {}
    for key, share in lines.items():
        totals[key.party] = totals.get(key.party, 0) + share
    return totals


def minus(left: Mapping[ShareKey, int], right: Mapping[ShareKey, int]) -> dict[ShareKey, int]:
    return {key: left[key] - right.get(key, 0) for key in left}


# One amount among weights


@given(AMOUNTS, WEIGHTS, TRANSACTIONS)
def test_the_shares_add_up_to_the_amount(amount: int, weights: dict[str, int], rotate_by: str) -> None:
    assert sum(allocate(amount, weights, rotate_by=rotate_by).values()) == amount


@given(AMOUNTS, WEIGHTS, TRANSACTIONS)
def test_a_share_is_less_than_one_unit_from_its_ideal(amount: int, weights: dict[str, int], rotate_by: str) -> None:
    shares = allocate(amount, weights, rotate_by=rotate_by)

    total = sum(weights.values())
    assert all(abs(shares[key] - Fraction(amount * weight, total)) < 1 for key, weight in weights.items())


@given(AMOUNTS, WEIGHTS, TRANSACTIONS, st.randoms(use_true_random=False))
def test_the_order_of_the_parties_does_not_matter(amount: int, weights: dict[str, int], rotate_by: str, chance) -> None:
    mixed = list(weights.items())
    chance.shuffle(mixed)

    assert allocate(amount, dict(mixed), rotate_by=rotate_by) == allocate(amount, weights, rotate_by=rotate_by)


@given(AMOUNTS, WEIGHTS, TRANSACTIONS)
def test_a_negative_amount_is_split_like_the_positive_one(amount: int, weights: dict[str, int], rotate_by: str) -> None:
    shares = allocate(amount, weights, rotate_by=rotate_by)

    assert allocate(-amount, weights, rotate_by=rotate_by) == {key: -share for key, share in shares.items()}


@given(AMOUNTS, WEIGHTS, TRANSACTIONS)
def test_no_weight_gets_nothing(amount: int, weights: dict[str, int], rotate_by: str) -> None:
    shares = allocate(amount, weights | {"nobody": 0}, rotate_by=rotate_by)

    assert {shares[key] for key, weight in (weights | {"nobody": 0}).items() if not weight} == {0}


@given(AMOUNTS, WEIGHTS, st.integers(1, 10**6))
def test_weights_count_by_their_proportion_alone(amount: int, weights: dict[str, int], divisor: int) -> None:
    fractions = {key: Fraction(weight, divisor) for key, weight in weights.items()}

    assert allocate(amount, fractions) == allocate(amount, weights)


@pytest.mark.parametrize(
    ("amount", "weights", "shares"),
    [
        (1000, {"a": 1, "b": 1, "c": 1}, {"a": 334, "b": 333, "c": 333}),
        (2, {"c": 1, "b": 1, "a": 1}, {"a": 1, "b": 1, "c": 0}),
        (4, dict.fromkeys("hgfedcba", 1), {**dict.fromkeys("abcd", 1), **dict.fromkeys("efgh", 0)}),
        (-1, {"a": 1, "b": 1}, {"a": -1, "b": 0}),
        (100, {"a": 5000, "b": 2999, "c": 2001}, {"a": 50, "b": 30, "c": 20}),
        (10, {"a": 35, "b": 65}, {"a": 4, "b": 6}),
        (0, {"a": 1, "b": 2}, {"a": 0, "b": 0}),
        (0, {}, {}),
    ],
)
def test_the_largest_remainder_and_then_the_first_key_gets_the_odd_unit(
    amount: int, weights: dict[str, int], shares: dict[str, int]
) -> None:
    assert allocate(amount, weights) == shares


def test_rotated_by_the_transaction_equal_parties_get_as_many_odd_cents() -> None:
    sales = [allocate(1, {"a": 1, "b": 1, "c": 1}, rotate_by=f"sale:{n}") for n in range(3000)]

    won = Counter(winner for shares in sales for winner, share in shares.items() if share)
    assert won.total() == 3000
    assert all(abs(won[party] - 1000) < 104 for party in "abc")  # four standard deviations


def test_rotated_ties_are_fair_whoever_else_is_in_the_split() -> None:
    """The two who tie stand side by side among the names: a mere turn of the list would favour the first of them."""
    weights = {"a": 2, "b": 2, **dict.fromkeys("cdefghi", 1)}

    won = Counter[str]()
    for n in range(2000):
        won.update(allocate(1, weights, rotate_by=f"sale:{n}"))

    assert won["a"] + won["b"] == 2000
    assert abs(won["a"] - 1000) < 90  # four standard deviations


def test_the_same_transaction_is_split_the_same_way_every_time() -> None:
    """These values may never change, or old statements could not be written again."""
    shares = [allocate(1, {"a": 1, "b": 1, "c": 1}, rotate_by=f"sale:{n}") for n in range(8)]

    assert "".join(party for each in shares for party, share in each.items() if share) == "cccbacbc"


def test_unequal_shares_of_single_cents_are_added_up_first() -> None:
    weights = {"large": 6000, "small": 4000}

    one_by_one = Counter[str]()
    for n in range(100):
        one_by_one.update(allocate(1, weights, rotate_by=f"sale:{n}"))

    assert one_by_one == {"large": 100, "small": 0}
    assert allocate(100, weights) == {"large": 60, "small": 40}


@pytest.mark.parametrize(("amount", "weights"), [(1.0, {"a": 1}), (1, {"a": 0.5, "b": 0.5}), ("1", {"a": 1})])
def test_a_float_is_refused(amount: object, weights: dict[str, object]) -> None:
    with pytest.raises(TypeError, match="integers"):
        allocate(amount, weights)
    with pytest.raises(TypeError, match="integers"):
        split(amount, {ShareKey(party, "writer"): weight for party, weight in weights.items()})


@pytest.mark.parametrize("weights", [{}, {"a": 0}, {"a": 2, "b": -1}])
def test_an_amount_without_anybody_to_get_it_is_refused(weights: dict[str, int]) -> None:
    with pytest.raises(InvalidSplit):
        allocate(1, weights)


# A scheme by role


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


# Refunds


@MANY_ROWS
@given(st.integers(0, 10**6), SALES, st.data())
def test_any_history_of_refunds_disputes_and_wins_stays_within_what_was_paid(
    price: int, sale: list[RecordingShares], data: st.DataObject
) -> None:
    paid = split(price, resolve(SCHEME, sale, platform=PLATFORM), rotate_by="sale:1")
    clawed = dict.fromkeys(paid, 0)
    disputes: list[tuple[int, dict[ShareKey, int]]] = []
    taken = 0

    for n in range(data.draw(st.integers(0, 8), label="events")):
        if disputes and data.draw(st.booleans(), label="win a dispute"):
            amount, shares = disputes.pop(data.draw(st.integers(0, len(disputes) - 1), label="which"))
            taken, clawed = taken - amount, minus(clawed, shares)
        else:
            amount = data.draw(st.integers(0, price - taken), label="take back")
            shares = refund(amount, paid, clawed, rotate_by=f"refund:{n}")
            taken, clawed = taken + amount, {key: clawed[key] + shares[key] for key in paid}
            if data.draw(st.booleans(), label="as a dispute"):
                disputes.append((amount, shares))
        assert all(0 <= clawed[key] <= paid[key] for key in paid)
        assert sum(clawed.values()) == taken

    rest = refund(price - taken, paid, clawed)
    assert {key: clawed[key] + rest[key] for key in paid} == paid


@MANY_ROWS
@given(st.integers(1, 10**6), SALES)
def test_a_full_refund_takes_from_every_party_what_it_was_paid(price: int, sale: list[RecordingShares]) -> None:
    paid = split(price, resolve(SCHEME, sale, platform=PLATFORM))

    assert refund(price, paid, {}) == paid


def test_many_refunds_of_one_cent_take_from_everybody_in_turn() -> None:
    paid = {ShareKey("a", "writer"): 7, ShareKey("b", "writer"): 5, ShareKey("c", "writer"): 1}
    clawed = dict.fromkeys(paid, 0)

    for n in range(1, 14):
        shares = refund(1, paid, clawed)
        clawed = {key: clawed[key] + shares[key] for key in paid}
        assert all(0 <= clawed[key] <= paid[key] for key in paid)
        assert sum(clawed.values()) == n
    assert clawed == paid


def test_a_refund_is_split_over_what_remains_and_not_by_a_smaller_total() -> None:
    """The Alabama paradox: of 4 units c gets nothing, and of 3 it would get one. A refund may not pay it one."""
    weights = {ShareKey("a", "writer"): 3, ShareKey("b", "writer"): 3, ShareKey("c", "writer"): 1}
    paid = split(4, weights)
    assert list(paid.values()) == [2, 2, 0]
    assert list(split(3, weights).values()) == [1, 1, 1]

    assert list(refund(1, paid, {}).values()) == [1, 0, 0]


@pytest.mark.parametrize("amount", [-1, 4])
def test_a_refund_of_less_than_nothing_or_more_than_remains_is_refused(amount: int) -> None:
    paid = {ShareKey("a", "writer"): 6, ShareKey("b", "writer"): 2}

    with pytest.raises(RefundTooLarge):
        refund(amount, paid, {ShareKey("a", "writer"): 5})


@pytest.mark.parametrize("clawed", [{"a": 7}, {"a": -1}, {"c": 1}])
def test_a_refund_on_books_that_are_wrong_already_is_refused(clawed: dict[str, int]) -> None:
    paid = {ShareKey("a", "writer"): 6, ShareKey("b", "writer"): 2}

    with pytest.raises(InvalidSplit, match="taken back"):
        refund(1, paid, {ShareKey(party, "writer"): share for party, share in clawed.items()})
