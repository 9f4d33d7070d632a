"""Raw SQL with the app role against what was earned and against closed statements: the database refuses."""

import pytest
from django.db import DatabaseError, connection, transaction

from artists.models import Statement
from billing import earnings
from billing.models import EarnedShare
from catalog.models import Artist
from ledger.posting import Leg, Posting, post
from tests.adversarial.test_database_constraints import refused, sql
from tests.artists.royalties import scene
from tests.billing import factories as billing
from tests.module_scenes import share_scene

pytestmark = pytest.mark.django_db
AT_COMMIT = "SET CONSTRAINTS ALL IMMEDIATE"
LINE = """
INSERT INTO artists_statementline (statement_id, number, kind, month, use, income, artist_id, artist_name, tier_name,
    interval, role, recording, work, title, isrc, iswc, scheme_id, scheme_version, fee_bearer, units, gross, tax, fee,
    basis, share, amount)
SELECT statement_id, number + %s, kind, month, use, income, artist_id, artist_name, tier_name, interval, role,
    recording, work, title, isrc, iswc, scheme_id, scheme_version, fee_bearer, units, gross, tax, fee, basis, share, %s
FROM artists_statementline
"""
SHARE = """
INSERT INTO billing_earnedshare (part_id, transaction_id, book, currency, party, role, recording, work, use, scheme_id,
    basis, share, amount)
SELECT part_id, transaction_id, {book}, {currency}, {party}, role, recording, work, use, scheme_id, basis, share,
    {amount} FROM billing_earnedshare WHERE party = 'platform'
"""
STATEMENT = """
INSERT INTO artists_statement (closed_month_id, party_id, party_name, isni, ipi, book, currency, before_id, opening,
    earned, returned, paid, closing, recouped, held, released, still_held, recoverable, line_count, content_hash)
SELECT closed_month_id, party_id, party_name, isni, ipi, {book}, {currency}, {before}, {opening}, {earned}, 0, 0,
    {closing}, 0, 0, 0, 0, 0, 0, content_hash FROM artists_statement
"""
SAID = {"book": "book", "currency": "'USD'", "before": "NULL", "opening": "0", "earned": "0", "closing": "0"}


def close_month(artist: Artist) -> Statement:
    """Of a month in which one fan paid 400."""
    with billing.run_fake() as fake:
        scene.begin(fake, artist)
        [found] = scene.close(scene.this_month())
    return found


module_scene, statement = share_scene(close_month)


TABLES = ["billing_earnedpart", "billing_earnedshare", "artists_closedmonth", "artists_statement",
          "artists_statementline", "artists_statementhold", "artists_experienceuse"]  # fmt: skip


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("attack", ["DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_nothing_is_removed(statement: Statement, table: str, attack: str) -> None:
    refused("permission denied", attack.format(table))


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("billing_earnedpart", "basis = 1"),
        ("billing_earnedshare", "amount = 1"),
        ("billing_earnedshare", "party = 'platform'"),
        ("artists_closedmonth", "head = ''"),
        ("artists_statement", "closing = 0"),
        ("artists_statement", "content_hash = ''"),
        ("artists_statementline", "amount = 0"),
        ("artists_statementline", "title = 'Another song'"),
        ("artists_statementhold", "amount = 1"),
        ("artists_experienceuse", "weight = 9"),
    ],
)
def test_nothing_is_changed(statement: Statement, table: str, change: str) -> None:
    refused("permission denied", f"UPDATE {table} SET {change}")


def test_a_paid_invoice_is_under_one_version_of_the_split(statement: Statement) -> None:
    with pytest.raises(DatabaseError, match=r"history|never"):
        sql("UPDATE billing_invoice SET scheme_id = NULL")


@pytest.mark.parametrize(
    ("change", "promise"),
    [
        ({}, "what is earned is what the ledger moved"),
        ({"party": "'party:1'"}, "what is earned is what the ledger moved"),
        ({"amount": "-amount"}, "what is earned is what the ledger moved"),
        ({"book": "'live'"}, "of_its"),
        ({"currency": "'USD'"}, "of_its"),
    ],
)
def test_no_line_is_added_to_what_is_earned(statement: Statement, change: dict[str, str], promise: str) -> None:
    said = {"book": "book", "currency": "currency", "party": "party", "amount": "amount"}

    refused(promise, SHARE.format(**said | change))


def test_lines_may_not_be_moved_between_parties_in_one_statement(statement: Statement) -> None:
    """Two lines that are zero together, of two parties: each party's sum is looked at."""
    one = SHARE.format(book="book", currency="currency", party="party", amount="-1")
    other = SHARE.format(book="book", currency="currency", party="'party:1'", amount="1")

    refused("what is earned is what the ledger moved", f"{one} UNION ALL SELECT{other.split('SELECT', 1)[1]}")


def test_lines_may_not_be_moved_between_transactions_in_one_statement(statement: Statement) -> None:
    """Two lines that are zero together, of one party in two transactions: each transaction is looked at."""
    one = SHARE.format(book="book", currency="currency", party="party", amount="-1")
    other = SHARE.format(book="book", currency="currency", party="'platform'", amount="1")
    of_the_month = other.replace("WHERE party = 'platform'", "WHERE party LIKE 'pool:%%' AND amount > 0")

    refused("what is earned is what the ledger moved", f"{one} UNION ALL SELECT{of_the_month.split('SELECT', 1)[1]}")


def take(line: EarnedShare, amount: int) -> None:
    """Take so much back of a line, also if others of its party have more. The ledger says the same."""
    legs = (Leg(f"{line.party}:recoverable", amount), Leg("stripe:clearing", -amount))
    with transaction.atomic():
        posted = post(Posting(f"made up:{amount}", "refund", line.currency, legs), book=line.book)
        earnings.write_taken(posted, {earnings.line_key(line): amount})


def test_of_no_line_more_is_taken_back_than_it_got(statement: Statement) -> None:
    line = EarnedShare.objects.get(party=f"party:{statement.party_id}")
    with pytest.raises(DatabaseError, match="more is taken back of a line than it got"):
        take(line, line.amount + 1)

    take(line, line.amount - 1)
    with pytest.raises(DatabaseError, match="more is taken back of a line than it got"):
        take(line, 2)
    take(line, 1)


@pytest.mark.parametrize("amount", [0, 1])
def test_no_line_is_added_to_a_closed_statement(statement: Statement, amount: int) -> None:
    refused("no line is added to a statement", LINE, 1, amount)


def test_nothing_more_is_held_of_a_closed_statement(statement: Statement, shared_artist: Artist) -> None:
    claim = scene.dispute_song(shared_artist)

    refused(
        "nothing more is held of a statement",
        "INSERT INTO artists_statementhold (statement_id, claim_id, title, amount) VALUES (%s, %s, '', 1)",
        statement.pk,
        claim.pk,
    )


@pytest.mark.parametrize(
    ("change", "promise"),
    [
        ({"closing": "5"}, "a_statement_adds_up"),
        ({"opening": "5", "closing": "5"}, "the_first_is_0"),
        ({"earned": "5", "closing": "5"}, "the lines of a statement add up to it"),
        ({"book": "'live'"}, "a_statement_is_in_the_book_of_its_month"),
        ({"before": "id", "opening": "closing", "closing": "closing"}, "a_statement_continues_the_one_before"),
        ({"currency": "currency"}, "one_statement_a_month"),
    ],
)
def test_no_statement_is_made_up(statement: Statement, change: dict[str, str], promise: str) -> None:
    refused(promise, f"{STATEMENT.format(**SAID | change)}; {AT_COMMIT}")


@pytest.mark.parametrize(
    ("month", "after", "head", "promise"),
    [
        ("'200001'", "position", "head", "is closed after the one before"),
        ("month", "position", "head", "is closed after the one before"),
        ("'209901'", "0", "head", "is closed after the one before"),
        ("'209901'", "position", "repeat('0', 64)", "names the head of the chain"),
    ],
)
def test_no_month_is_closed_out_of_order(statement: Statement, month: str, after: str, head: str, promise: str) -> None:
    refused(
        promise,
        "INSERT INTO artists_closedmonth (book, month, after, position, head) "
        f"SELECT book, {month}, {after}, position, {head} FROM artists_closedmonth",
    )


def test_the_database_says_when_a_month_was_closed(statement: Statement) -> None:
    sql(
        "INSERT INTO artists_closedmonth (book, month, after, position, head, closed_at) "
        "SELECT book, '209901', position, position, head, '2000-01-01' FROM artists_closedmonth"
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT closed_at > '2020-01-01' FROM artists_closedmonth WHERE month = '209901'")
        assert cursor.fetchone() == (True,)
