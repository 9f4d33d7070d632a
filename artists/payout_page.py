"""The page "Get paid" of an artist and of a rightsholder: where its money goes, what is owed, and what left."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone

from accounts import reauthentication
from accounts.exceptions import NotAllowed
from accounts.requests import AuthenticatedHttpRequest
from artists.payee_form import CountryForm
from billing import payees, payout_runs, payouts
from billing.exceptions import BillingError, ProviderError
from billing.models import PayeeAccount, PayoutLine
from ledger.models import Book
from rights.models import Party
from web.redirects import SeeOther
from web.site_links import site_link

SAID_NO_ANSWER = "The payment service does not answer. Nothing was lost: press again in a minute."
SHOWN = 60
"""The newest payouts; an account statement of a bank has no more on a page."""
State = PayoutLine.State
WORDS: dict[str, tuple[str, str]] = {
    State.DRAFT: ("none", "Waits for our approval"),
    State.APPROVED: ("none", "Leaves soon"),
    State.SUBMITTING: ("none", "On its way"),
    State.SENT: ("done", "Sent"),
    State.PAID: ("done", "Paid"),
    State.FAILED: ("stopped", "Failed: it stays yours"),
    State.HELD: ("held", "Held: it stays yours"),
    State.REVERSED: ("stopped", "Came back"),
}
"""How a state looks, and what a person reads."""
UNPAID: dict[str, str] = {Book.SIMULATED: "Not paid: practice money", Book.TEST: "Not paid: test money"}


class OwedRow(NamedTuple):
    """What the ledger has of the party in one currency."""

    currency: str
    payable: int
    held: int
    recoverable: int
    minimum: int

    @property
    def is_small(self) -> bool:
        return 0 < self.payable < self.minimum


class Row(NamedTuple):
    """A payout as people read it."""

    line: PayoutLine
    look: str
    words: str

    @property
    def came_back(self) -> int:
        """What of it came back, where some of it did not."""
        return 0 if self.line.state == State.REVERSED else self.line.amount_reversed


@dataclass(frozen=True)
class PayoutPage:
    """The page for one person. `path` is its own address, `show` renders it with a context."""

    party: Party
    path: str
    post_path: str
    may_sign: bool
    may_see: bool
    """Amounts are for those who manage the team."""
    show: Callable[..., HttpResponse]

    def render(
        self,
        request: AuthenticatedHttpRequest,
        *,
        form: CountryForm | None = None,
        problem: str = "",
        status: int = 200,
    ) -> HttpResponse:
        account = payees.find_account(self.party)
        lines = payouts.list_of_party(self.party.pk, SHOWN) if self.may_see else []
        context = {
            "page": self,
            "account": account,
            "stage": find_stage(account),
            "form": form or CountryForm(),
            "problem": problem,
            "is_old": "again" in request.GET,
            "owed": list(list_owed(self.party)) if self.may_see else [],
            "rows": list(map(describe, lines)),
            "next_day": next_day(),
        }
        return self.show(request, status=status, **context)

    def open_account(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Make the account at the provider if there is none, and lead to where the provider asks its questions."""
        account = payees.find_account(self.party)
        form = CountryForm(request.POST)
        if (account is None or account.provider_id is None) and not form.is_valid():
            return self.render(request, form=form, status=422)
        country = account.country if account and account.provider_id else form.cleaned_data["country"]
        fresh = reauthentication.did_recently_authenticate(request)
        try:
            account = payees.open_account(self.party, country, by=request.user, fresh=fresh)
            return SeeOther(payees.onboarding_url(account, site_link(self.path)))
        except ProviderError:
            return self.render(request, form=form, problem=SAID_NO_ANSWER, status=503)
        except (NotAllowed, BillingError) as error:
            return self.render(request, form=form, problem=str(error), status=409)


def find_stage(account: PayeeAccount | None) -> str:
    """off, new, asked, checking, ready or manual."""
    if settings.PAYMENTS == "off":
        return "off"
    if account is None:
        return "new"
    if account.method == PayeeAccount.Method.MANUAL:
        return "manual"
    if account.provider_id is None:
        return "new"
    if account.transfers_active:
        return "ready"
    return "checking" if account.details_submitted and not account.requirements else "asked"


def list_owed(party: Party) -> Iterator[OwedRow]:
    """What is payable, held and owed to us, where there is any of it."""
    if settings.PAYMENTS == "off":
        return
    for (_, currency), owed in payout_runs.read_owed(settings.PAYMENTS, party.pk).items():
        if owed.payable or owed.held or owed.recoverable:
            yield OwedRow(currency, *owed, payout_runs.get_minimum(currency))


def describe(line: PayoutLine) -> Row:
    look, words = WORDS[line.state]
    if line.state == State.SENT and line.book in UNPAID:
        return Row(line, "held", UNPAID[line.book])
    return Row(line, look, words)


def next_day() -> datetime | None:
    """When the next payouts are prepared, unless payments are off."""
    return payout_runs.next_day(timezone.now()) if settings.PAYMENTS != "off" else None
