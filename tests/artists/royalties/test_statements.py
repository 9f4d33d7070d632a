"""Statements can be computed anew, hold back what is disputed, and share each fan's money by what this fan used."""

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from artists.models import ClosedMonth, ExperienceUse, Statement, StatementHold
from artists.royalties import (
    check,
    claim_holds,
    closing,
    statement_files,
    statement_page,
    statement_pdf,
    uses,
)
from artists.royalties.lines import Use, weigh
from billing.models import EarnedShare
from billing.recognition import list_months, next_month
from catalog.models import Artist
from ledger.balances import read_balance
from rights import claims, parties, split_schemes, splits
from rights.models import Party, SplitScheme
from rights.models import Use as Uses
from rights.shares import Role
from rights.splits import ShareKey
from tests import factories
from tests.artists.royalties import scene
from tests.billing.fan_scene import Scene
from tests.rights import factories as owners

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid(fake_provider: Any, artist: Artist) -> Scene:
    return scene.begin(fake_provider, artist, factories.create_fan(opted_in=artist))


def own_statement(party: Party) -> Statement:
    return Statement.objects.get(party=party)


# L7: statements follow from the ledger


def test_statements_are_computed_anew_bit_by_bit_after_what_came_later(paid: Scene, artist: Artist) -> None:
    [first] = scene.close(scene.this_month())
    before = statement_files.write_csv(first), statement_files.write_pdf(first)
    scene.refund(paid, 100)
    factories.create_artist("Somebody else")
    Artist.objects.filter(pk=artist.pk).update(name="Another name")
    Party.objects.filter(pk=first.party_id).update(name="Another party", isni="0000000121032683", ipi="00014107338")
    scene.close(next_month(scene.this_month()))

    assert list(check.find_faults()) == []
    again = Statement.objects.get(pk=first.pk)
    assert (statement_files.write_csv(again), statement_files.write_pdf(again)) == before
    assert b"Another" not in before[0]


@pytest.mark.parametrize("name", ["مارا", "真夜中", "Мара"])
def test_a_pdf_says_that_it_cannot_show_the_letters_of_a_name(paid: Scene, name: str) -> None:
    [statement] = scene.close(scene.this_month())
    groups = statement_page.group_lines(statement)
    shown = statement_pdf._list_texts(statement_page.Read(statement), groups, [], [])
    assert all(map(statement_pdf._has_letters, shown))

    statement.party_name = name

    assert statement_pdf._show(name) == "?" * len(name)
    foot = statement_pdf._list_foot(statement_page.Read(statement), is_whole=statement_pdf._has_letters(name))
    assert foot[0].text == statement_pdf.LETTERS_MISSING


def test_a_later_split_does_not_alter_a_closed_statement(paid: Scene, artist: Artist) -> None:
    [first] = scene.close(scene.this_month())
    before = statement_files.write_csv(first)
    split_schemes.add_scheme(Uses.TIER, {Role.FEATURED_ARTIST: 10_000}, by=factories.get_staff())

    assert statement_files.write_csv(Statement.objects.get()) == before
    assert list(check.find_faults()) == []


@pytest.mark.parametrize("name", ["=1+1", "＝1+1", " =1+1", "\n=1+1"])
def test_a_name_is_no_formula_in_the_file(paid: Scene, name: str) -> None:
    [statement] = scene.close(scene.this_month())
    statement.party_name = name

    assert f"'{name}".encode() in statement_files.write_csv(statement)


def test_what_was_earned_since_is_read_from_the_partys_own_accounts(paid: Scene) -> None:
    """A party has no index among the lines of all parties, which are millions."""
    [statement] = scene.close(scene.this_month())
    scene.refund(paid, 100)

    with CaptureQueriesContext(connection) as queries:
        [standing] = statement_page.list_standings(statement.party)

    assert standing.so_far.amount == -80
    assert not [query for query in queries.captured_queries if "billing_earnedshare" in query["sql"]]


# Money of a disputed claim is held


def test_disputes_that_last_keep_no_settled_one_from_being_released(
    paid: Scene, artist: Artist, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the older hold the claim is settled, and another label disputes the same share."""
    monkeypatch.setattr(claim_holds, "BATCH", 1)
    first, second = scene.dispute_song(artist), scene.dispute_song(artist, "Salt Radio")
    for claim in (first, second):
        assert claim.recording
        owner = Party.objects.get(pk=claim.recording.claims.exclude(pk=claim.pk).get().party_id)
        scene.earn_song(owner, claim.recording)
    scene.close(scene.this_month())
    for claim in (first, second):
        claims.settle(claim, by=factories.get_staff(), note="It is not theirs.", ending=[claim])
    third = owners.create_party("label", "Third Shore")
    claims.claim(third, Role.RECORDING_OWNER, by=owners.get_signer(third), recording=first.recording)

    assert claim_holds.release_next()
    assert not claim_holds.release_next()
    released = StatementHold.objects.exclude(release=None)
    assert [hold.claim.recording for hold in released] == [second.recording]


def test_what_is_disputed_is_held_with_its_reason_and_released_once_settled(paid: Scene, artist: Artist) -> None:
    claim = scene.dispute_song(artist)
    owner = Party.objects.get(pk=claim.recording.claims.exclude(pk=claim.pk).get().party_id)
    assert claim.recording
    scene.earn_song(owner, claim.recording)
    scene.close(scene.this_month())

    statement = own_statement(owner)
    assert (statement.closing, statement.held, statement.still_held) == (700, 700, 700)
    assert read_balance(f"party:{owner.pk}:payable", "EUR", book=scene.BOOK) == 0
    assert b"It is disputed who is owner of the recording of Glass Weather" in statement_files.write_csv(statement)
    assert not claim_holds.release_next()
    claims.settle(claim, by=factories.get_staff(), note="It is not theirs.", ending=[claim])
    assert claim_holds.release_next()
    assert not claim_holds.release_next()
    assert read_balance(f"party:{owner.pk}:payable", "EUR", book=scene.BOOK) == -700
    assert StatementHold.objects.get().release is not None
    scene.close(next_month(scene.this_month()))
    assert list(check.find_faults()) == []
    assert Statement.objects.get(party=owner, before__isnull=False).released == 700


# L9: one fan's use never moves another fan's money

WEIGHTS = st.dictionaries(st.sampled_from(["party:1", "party:2", "party:3"]), st.integers(1, 99), min_size=1)


def fractions_of(weights: dict[str, int]) -> dict[ShareKey, Fraction]:
    total = sum(weights.values())
    return {ShareKey(party, "writer"): Fraction(weight, total) for party, weight in weights.items()}


@given(st.lists(WEIGHTS, min_size=1, max_size=6), st.integers(1, 10**6))
def test_a_fans_money_is_shared_wholly_among_what_this_fan_used(used: list[dict[str, int]], amount: int) -> None:
    shared = weigh([Use(f"use-{n}", Uses.REMIX, fractions_of(one), 1) for n, one in enumerate(used)])
    shares = splits.split(amount, shared, rotate_by="part:1")

    assert sum(shared.values()) == 1
    assert sum(shares.values()) == amount
    for party in {key.party for key in shares}:
        ideal = amount * sum(weight for key, weight in shared.items() if key.party == party)
        assert abs(sum(share for key, share in shares.items() if key.party == party) - ideal) < 1


def test_what_one_fan_uses_leaves_the_money_of_another_as_it_was(paid: Scene, artist: Artist) -> None:
    heavy, quiet = paid.fan, factories.create_fan()
    other = Scene(paid.fake, quiet, paid.price)
    other.subscribe()
    scene.reconcile(other)
    pool = owners.create_party("label")
    ExperienceUse.objects.create(
        experience=factories.create_experience(artist, heavy), person=heavy, artist=artist, use=Uses.REMIX,
        month=scene.this_month(), scheme=SplitScheme.objects.latest("pk"),
        fractions=[[f"party:{pool.pk}", Role.RECORDING_OWNER, "", "", 1, 1]],
    )  # fmt: skip
    scene.close(scene.this_month())

    by_fan: dict[UUID, dict[str, int]] = {}
    for share in EarnedShare.objects.filter(amount__gt=0).exclude(party__startswith="pool:"):
        assert share.part.invoice
        person = share.part.invoice.subscription.person_id
        sums = by_fan.setdefault(person, {})
        sums[share.party] = sums.get(share.party, 0) + share.amount
    own = f"party:{parties.get_artist_party(artist).pk}"
    assert by_fan == {heavy.pk: {f"party:{pool.pk}": 400}, quiet.pk: {"platform": 80, own: 320}}
    [line] = own_statement(pool).lines.all()
    assert (line.units, line.use, line.tier_name, line.amount) == (1, "remix", "Harbour", 400)


def test_an_experience_is_recorded_once(paid: Scene, artist: Artist) -> None:
    experience = factories.create_experience(artist, paid.fan)
    uses.record(experience)
    uses.record(experience)

    assert ExperienceUse.objects.get().month == scene.this_month()


# L10: nothing expires silently; and months


def test_what_nobody_takes_stays_owed_on_the_statements_that_follow(paid: Scene) -> None:
    [first] = scene.close(scene.this_month())
    scene.refund(paid, 1)
    [second] = scene.close(next_month(scene.this_month()))

    assert (first.closing, second.opening, second.closing) == (320, 320, 319)


def test_only_practice_money_is_closed_early(paid: Scene) -> None:
    with pytest.raises(closing.NotOver):
        closing.close_month(scene.this_month(), book=scene.BOOK)
    with pytest.raises(closing.NotOver):
        closing.close_month(scene.this_month(), book="test", early=True)

    assert not ClosedMonth.objects.exists()


def test_a_month_that_is_over_closes_by_itself(paid: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    later = datetime(2099, 3, 3, tzinfo=UTC)
    monkeypatch.setattr(closing.timezone, "now", lambda: later)

    assert closing.find_due(scene.BOOK) == scene.this_month()
    assert closing.close_if_due()
    assert ClosedMonth.objects.get().written_at is not None
    assert closing.find_due(scene.BOOK) == next_month(scene.this_month())


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        ((2026, 11, 15), (2026, 12, 15), ["202611"]),
        ((2026, 1, 31), (2026, 2, 28), ["202601"]),
        ((2026, 2, 28), (2026, 3, 31), ["202602"]),
        ((2026, 11, 15), (2026, 11, 15), ["202611"]),
        ((2026, 11, 15), (2027, 11, 15), [f"2026{n}" for n in (11, 12)] + [f"2027{n:02}" for n in range(1, 11)]),
    ],
)
def test_a_period_earns_in_the_months_in_which_its_months_begin(
    start: tuple[int, int, int], end: tuple[int, int, int], months: list[str]
) -> None:
    assert list_months(datetime(*start, tzinfo=UTC), datetime(*end, tzinfo=UTC)) == months


# Nothing to close, and who reads amounts


def test_closing_an_empty_ledger_says_so(fake_provider: Any) -> None:
    with pytest.raises(CommandError, match="Nothing was ever paid, so there is no month to close"):
        call_command("statements", "close", f"{datetime.now(UTC):%Y-%m}", "--early")
    assert not ClosedMonth.objects.exists()


@pytest.mark.parametrize(("role", "sees"), [("owner", True), ("editor", False), ("reviewer", False)])
def test_amounts_are_shown_to_those_who_manage_the_team(
    paid: Scene, artist: Artist, client: Client, role: str, sees: bool
) -> None:
    [statement] = scene.close(scene.this_month())
    client.force_login(factories.get_member(artist, role))
    path = f"/studio/{artist.slug}/earnings"

    page = client.get(path).content.decode()

    assert ("€3.20" in page) == sees
    assert ("shown to those who manage this team" in page) == (not sees)
    for name in (path, f"{path}/{statement.pk}", f"{path}/{statement.pk}.csv", f"{path}/{statement.pk}.pdf"):
        assert client.get(name).status_code == (200 if sees or name == path else 404)
