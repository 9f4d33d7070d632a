"""Where a rightsholder's money goes, and what was paid out (`artists.payout_page`)."""

from django.http import HttpResponse

from accounts.requests import AuthenticatedHttpRequest
from artists.label.access import Label, label_member_required
from artists.payout_page import PayoutPage
from web.decorators import post_only


@label_member_required
def show_payouts(request: AuthenticatedHttpRequest, label: Label) -> HttpResponse:
    """Show where the rightsholder's money goes, what is owed, and the newest payouts."""
    return _page(label).render(request)


@post_only
@label_member_required
def open_account(request: AuthenticatedHttpRequest, label: Label) -> HttpResponse:
    """Lead whoever signs to where the payment service asks who the rightsholder is. Asks for the password."""
    return _page(label).open_account(request)


def _page(label: Label) -> PayoutPage:
    def show(request: AuthenticatedHttpRequest, *, status: int, **context: object) -> HttpResponse:
        return label.render(request, "label/payouts.html", status=status, **context)

    path, post_path = label.url("label-payouts"), label.url("label-payee")
    return PayoutPage(label.party, path, post_path, label.may_sign, label.may_manage, show)
