"""Amounts, weights and sales for tests of splits, and how they are added up."""

from collections.abc import Mapping
from fractions import Fraction

from hypothesis import settings
from hypothesis import strategies as st

from rights.shares import WHOLE, Role
from rights.splits import RecordingShares, ShareKey, WorkShares

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
