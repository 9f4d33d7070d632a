"""The agreements of a rightsholder: `artists.agreement_page`."""

from django.http import HttpResponse

from accounts.requests import AuthenticatedHttpRequest
from artists import agreement_page
from artists.agreement_answers import get_reading_or_404
from artists.agreement_page import AgreementPage
from artists.label.access import Label, label_member_required
from web.decorators import post_only


@label_member_required
def list_agreements(request: AuthenticatedHttpRequest, label: Label) -> HttpResponse:
    """Show the versions that name this rightsholder, newest first, by agreement."""
    return label.render(request, "label/agreements.html", **agreement_page.list_versions(request, label.party))


@label_member_required
def show_agreement(request: AuthenticatedHttpRequest, label: Label, version_id: int) -> HttpResponse:
    """Show one version: its paper, who accepted it, and while it is proposed its dry run."""
    return agreement_page.show(request, _get_page_or_404(label, version_id))


@post_only
@label_member_required
def accept_agreement(request: AuthenticatedHttpRequest, label: Label, version_id: int) -> HttpResponse:
    """Accept the version as it stands, with a recent password."""
    return agreement_page.accept(request, _get_page_or_404(label, version_id))


@post_only
@label_member_required
def end_agreement(request: AuthenticatedHttpRequest, label: Label, version_id: int) -> HttpResponse:
    """End the version, or take back or refuse the proposal."""
    return agreement_page.end(request, _get_page_or_404(label, version_id))


def _get_page_or_404(label: Label, version_id: int) -> AgreementPage:
    reading = get_reading_or_404(label.party, version_id)
    url = label.url("label-agreement", version_id=version_id)
    return AgreementPage(label, label.party, reading, "label/agreement.html", url, "label-agreements")
