"""What a rightsholder earned: the months, each statement, and its files. Those who manage the team read them."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.requests import AuthenticatedHttpRequest
from artists.label.access import Label, label_member_required
from artists.royalties import statement_files, statement_page


@require_safe
@label_member_required
def show_earnings(request: AuthenticatedHttpRequest, label: Label) -> HttpResponse:
    """What was earned in each currency, month by month."""
    standings = statement_page.list_standings(label.party) if label.may_manage else []
    earnings_url, payouts_url = label.url("label-earnings"), label.url("label-payouts")
    return label.render(
        request, "label/earnings.html", may_see=label.may_manage, standings=standings, earnings_url=earnings_url,
        payouts_url=payouts_url,
    )  # fmt: skip


@require_safe
@label_member_required
def show_statement(request: AuthenticatedHttpRequest, label: Label, statement_id: int) -> HttpResponse:
    """A closed statement of this party."""
    statement = statement_page.get_or_404(label.party, statement_id, may_see=label.may_manage)
    context = statement_page.describe(statement, label.url("label-earnings"))
    return label.render(request, "label/statement.html", **context)


@require_safe
@label_member_required
def download_statement(request: AuthenticatedHttpRequest, label: Label, statement_id: int, kind: str) -> HttpResponse:
    """The same as a file: the same bytes every time."""
    statement = statement_page.get_or_404(label.party, statement_id, may_see=label.may_manage)
    return statement_files.respond(statement, kind)
