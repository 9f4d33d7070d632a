"""Whoever has a head of the chain can tell later whether history was changed."""

import psycopg
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.database import owner_url
from ledger import accounts, chain, posting
from ledger.models import ChainLink, Transaction
from ledger.posting import Leg, Posting
from tests.concurrency import run_at_once
from tests.ledger.factories import BOOK, charge, post_charge
from tests.servers import Database, Processes, wait_until

CODES = [accounts.CLEARING, accounts.TAX, accounts.SUSPENSE, accounts.pool("a", "2026-11")]
IDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
FACTS = st.dictionaries(IDS, IDS | st.integers(-(2**63), 2**63), max_size=4)
AMOUNTS = st.integers(-(2**62), 2**62).filter(bool)
LEGS = st.lists(st.builds(Leg, st.sampled_from(CODES), AMOUNTS), min_size=1, max_size=4)


def as_superuser(statement: str) -> None:
    """Change history with our triggers switched off, as an owner or a superuser can."""
    with psycopg.connect(owner_url()) as owner:
        for table in ("ledger_transaction", "ledger_entry", "ledger_chainlink"):
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        owner.execute(statement)
        for table in ("ledger_transaction", "ledger_entry", "ledger_chainlink"):
            owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@pytest.mark.django_db
def test_each_transaction_gets_a_link_on_the_one_before() -> None:
    assert chain.extend() is None
    post_charge("a")
    first = chain.extend()
    for key in "bcd":
        post_charge(key)

    head = chain.extend()

    assert first is not None
    assert head is not None
    assert list(ChainLink.objects.order_by("position").values_list("position", flat=True)) == [1, 2, 3, 4]
    assert ChainLink.objects.get(position=1).hash == first.hash
    assert head == chain.read_head() == (4, ChainLink.objects.get(position=4).hash)
    assert list(chain.find_breaks()) == []


@pytest.mark.django_db
def test_a_step_takes_as_many_queries_for_many_as_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = []
    for number in (1, 3):
        posting.post_all([charge(f"inv:{number}:{n}") for n in range(number)], book=BOOK)
        with CaptureQueriesContext(connection) as queries:
            assert chain.extend_next() is False
        counts.append(len(queries))
    assert counts[0] == counts[1]

    monkeypatch.setattr(chain, "LINKS_PER_STEP", 2)
    posting.post_all([charge(f"more:{n}") for n in range(3)], book=BOOK)
    assert [chain.extend_next(), chain.extend_next()] == [True, False]


@pytest.mark.django_db
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(key=IDS.filter(bool), facts=FACTS, drawn=LEGS)
def test_the_database_and_the_verifier_write_the_same_content(
    key: str, facts: dict[str, str | int], drawn: list[Leg]
) -> None:
    legs = drawn + [Leg(accounts.ROUNDING, -leg.amount) for leg in drawn]

    with transaction.atomic():
        posted = posting.post(Posting(key, "charge", "EUR", legs, facts), book=BOOK)
        undone = posting.reverse(posted, key=f"{key}:undo")
        with connection.cursor() as cursor:
            for one in (posted, undone):
                cursor.execute("SELECT ledger_content(%s)", [one.pk])
                assert cursor.fetchone() == (chain.write_content(Transaction.objects.get(pk=one.pk)),)
        transaction.set_rollback(True)


def test_a_transaction_that_commits_late_gets_its_link_late(committing_db: Database) -> None:
    """Ids are not the order of commits, so the chain is not in the order of ids."""
    post_charge("first")  # it opens the accounts
    with transaction.atomic():
        post_charge("early id, late commit")

        def commit_another_and_extend() -> list[str]:
            post_charge("late id, early commit")
            chain.extend()
            return list(
                ChainLink.objects.exclude(position=None).order_by("position").values_list("transaction__key", flat=True)
            )

        [linked] = run_at_once(commit_another_and_extend)
        assert linked == ["first", "late id, early commit"]
    chain.extend()

    links = ChainLink.objects.order_by("position").values_list("position", "transaction__key")
    assert list(links) == [(1, "first"), (2, "late id, early commit"), (3, "early id, late commit")]
    assert list(chain.find_breaks()) == []


def test_processes_that_extend_the_chain_at_once_make_one(committing_db: Database) -> None:
    for n in range(40):
        post_charge(f"inv:{n}")

    heads = run_at_once(*[chain.extend] * 4)

    assert len(set(heads)) == 1, heads
    assert heads[0].position == 40
    assert list(chain.find_breaks()) == []


def test_the_worker_puts_what_is_committed_into_the_chain(committing_db: Database, processes: Processes) -> None:
    processes.start("work", "ledger")
    post_charge("a")

    wait_until(lambda: chain.read_head() is not None)
    post_charge("b")

    wait_until(lambda: chain.read_head() == (2, ChainLink.objects.get(transaction__key="b").hash))


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("UPDATE ledger_entry SET amount = amount * 2 WHERE transaction_id = {b}", ["b is not what it was"]),
        ("UPDATE ledger_transaction SET facts = '{{}}' WHERE id = {b}", ["b is not what it was"]),
        ("UPDATE ledger_transaction SET at = now() - interval '1 day' WHERE id = {b}", ["b is not what it was"]),
        ("UPDATE ledger_transaction SET key = 'z' WHERE id = {b}", ["z is not what it was"]),
        (
            "UPDATE ledger_entry SET account_id = account_id + 1 WHERE amount = 500 AND transaction_id = {b}",
            ["b is not what it was"],
        ),
        ("DELETE FROM ledger_entry WHERE transaction_id = {b}", ["b is not what it was"]),
        (
            "DELETE FROM ledger_chainlink WHERE transaction_id = {b}",
            ["the chain has no link 2", "c is not what it was"],
        ),
        ("UPDATE ledger_chainlink SET hash = repeat('0', 64) WHERE position = 2", ["b is not", "c is not"]),
    ],
)
def test_a_superuser_who_changes_history_breaks_the_chain(
    committing_db: Database, change: str, found: list[str]
) -> None:
    for key in "abc":
        post_charge(key)
    chain.extend()

    as_superuser(change.format(b=Transaction.objects.get(key="b").pk))

    breaks = list(chain.find_breaks())
    assert len(breaks) == len(found), breaks
    assert all(text.startswith(start) for text, start in zip(breaks, found, strict=True))
