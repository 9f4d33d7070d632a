"""What left for a party is on its next statement, on the page and in both files, transfer by transfer."""

from datetime import UTC
from typing import Any

import pytest
from django.utils import timezone

from artists.models import Statement
from artists.royalties import check, paid_out, statement_files, statement_page, statement_pdf
from billing import reversals
from billing.models import PayoutLine
from billing.recognition import next_month
from catalog.models import Artist
from tests import factories
from tests.artists.royalties import scene
from tests.billing import payees
from tests.fans.pages import get_page, signed_in_client
from web.times import write_date

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid_out_month(fake_provider: Any, artist: Artist, settings: Any) -> tuple[Statement, Statement]:
    """A month whose statement was paid, and the next one, which says so."""
    settings.PAYOUT_MINIMUMS = {"EUR": 1}
    scene.begin(fake_provider, artist)
    [first] = scene.close(scene.this_month())
    payees.onboard(artist, fake_provider)
    payees.fund(fake_provider, first.closing)
    payees.run()
    payees.work_all()
    [second] = scene.close(next_month(scene.this_month()))
    return first, second


def test_what_was_paid_out_is_on_the_next_statement_with_its_transfer(
    paid_out_month: tuple[Statement, Statement], artist: Artist
) -> None:
    first, second = paid_out_month

    assert (second.opening, second.paid, second.closing) == (320, -320, 0)
    [one] = paid_out.list_paid_out(second)
    assert (one.money.amount, one.reference) == (320, PayoutLine.objects.get().transfer_id)
    assert paid_out.list_paid_out(first) == []
    principal = signed_in_client(factories.get_member(artist, "principal"))
    assert one.reference in get_page(principal, f"/studio/{artist.slug}/earnings/{second.pk}").words
    row = f"PAID,{one.reference},EUR,-3.20,{one.at.astimezone(UTC):%Y-%m-%d}\r\n"
    assert row.encode() in statement_files.write_csv(second)
    assert b"PAID" not in statement_files.write_csv(first)
    account = statement_pdf._draw_account(statement_page.Read(second), [], [one])
    words = [cell.text for cell, _ in account._cellvalues]
    assert words[2:4] == ["Paid to you", f"{write_date(one.at)}: {one.money}, {one.reference}"]


def test_the_files_stay_the_same_after_a_transfer_came_back_and_in_any_time_zone(
    paid_out_month: tuple[Statement, Statement],
) -> None:
    _, second = paid_out_month
    before = statement_files.write_csv(second), statement_files.write_pdf(second)
    reversals.want(PayoutLine.objects.get(), 20, by="system:operator")
    payees.work_all()
    [third] = scene.close(next_month(next_month(scene.this_month())))

    with timezone.override("Pacific/Kiritimati"):
        again = Statement.objects.get(pk=second.pk)
        assert (statement_files.write_csv(again), statement_files.write_pdf(again)) == before
    assert [one.money.amount for one in paid_out.list_paid_out(third)] == [-20]
    assert b",EUR,0.20," in statement_files.write_csv(third)
    assert list(check.find_faults()) == []
