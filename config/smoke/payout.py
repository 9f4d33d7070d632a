"""Stages of the smoke run about a payout: Mara says where her money goes, it is sent, and the next statement has it."""

from datetime import UTC, datetime
from functools import partial

import requests
from django.conf import settings

from artists.models import Statement
from artists.royalties import closing
from billing import payees
from billing.models import PayoutLine, PayoutRun
from billing.recognition import next_month
from catalog.models import Artist
from config.smoke.checks import require, wait_for
from config.smoke.money import BOOK, require_same_at_provider, send_form
from config.smoke.people import SmokeRun, run_manage_command
from rights import parties
from rights.models import Party
from rights.money import format_money

PAGE = "/studio/mara-veil/payouts"
EARNINGS = "/studio/mara-veil/earnings"
DAYS_UNTIL_AVAILABLE = 8


def principal_opens_an_account(run: SmokeRun) -> None:
    """Over the pages: the country, the provider's questions, and back. Coming back alone says nothing."""
    mara = run.people["principal"]
    mara.reauthenticate()
    page = send_form(mara, PAGE, {"country": "PT"}, to=f"{PAGE}/account")
    require(not _is_ready(), "an account that answered nothing takes no money")
    answered = requests.post(page, data={"answer": "all"}, timeout=30, allow_redirects=False)
    require(answered.status_code in {302, 303}, f"the provider takes the answers: {answered.status_code}")
    require(answered.headers["Location"].startswith(run.site + PAGE), "it leads back to the page")
    require(wait_for(_is_ready, seconds=20), "the webhook, and what the provider answers about it, make it ready")
    run.report("Mara said at the simulated provider who she is, and where her money goes")


def statement_is_paid(run: SmokeRun) -> None:
    """An operator's commands make and approve a run. What was sent is on the next statement, with its transfer."""
    first = Statement.objects.get()
    let_days_pass(DAYS_UNTIL_AVAILABLE)
    run_manage_command("payouts", "prepare")
    run_manage_command("payouts", "approve", PayoutRun.objects.get().name)
    line: PayoutLine = PayoutLine.objects.get()
    require(line.amount == first.closing, f"all that the statement owes is paid: {line.amount}, {line.reason}")
    require(wait_for(partial(_is_sent, line), seconds=20), f"the worker sends it: {PayoutLine.objects.get().error}")
    require_same_at_provider()
    closed = closing.close_month(next_month(f"{datetime.now(UTC):%Y%m}"), book=BOOK, early=True)
    second: Statement = closed.statements.get()
    figures = (second.opening, second.earned, second.paid, second.closing)
    require(figures == (first.closing, 0, -first.closing, 0), f"the next statement says that it was paid: {figures}")
    line.refresh_from_db()
    page = run.people["principal"].http.get(f"{run.site}{EARNINGS}/{second.pk}", timeout=30)
    require(str(line.transfer_id) in page.text, f"and by which transfer: {page.status_code}")
    amount = format_money(line.amount, line.currency)
    run.report(f"{amount} left for Mara as {line.transfer_id}; her next statement says so, and owes nothing more")


def let_days_pass(days: int) -> None:
    """At the provider: what fans pay is available there after some days."""
    done = requests.post(
        settings.STRIPE_URL + "/", data={"do": "advance", "days": str(days)}, timeout=30, allow_redirects=False
    )
    require(done.status_code in {302, 303}, f"time passes at the provider: {done.status_code}")


def _party() -> Party:
    return parties.get_artist_party(Artist.objects.get(slug="mara-veil"))


def _is_ready() -> bool:
    account = payees.find_account(_party())
    return account is not None and account.is_ready


def _is_sent(line: PayoutLine) -> bool:
    return PayoutLine.objects.filter(pk=line.pk, state=PayoutLine.State.SENT).exists()
