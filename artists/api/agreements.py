"""An artist's agreements over the API: list, read, dry-run, accept and end them."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from artists.api.access import StudioView
from artists.label.api.agreement_terms import DryRunSerializer
from artists.label.api.agreements import (
    SONG_PARAMETER,
    AgreementSerializer,
    accept_agreement,
    dry_run_stored,
    end_agreement,
    list_agreements,
    show_agreement,
)
from rights import parties
from rights.models import Party


class StudioAgreementView(StudioView):
    """Base of the views of an artist's agreements."""

    def get_party(self) -> Party:
        return parties.get_artist_party(self.get_artist())


class StudioAgreementsView(StudioAgreementView):
    @extend_schema(responses=AgreementSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List the newest 200 versions of agreements that name the artist, newest first."""
        return list_agreements(self.get_party())


class OneAgreementView(StudioAgreementView):
    @extend_schema(responses=AgreementSerializer)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        """One version, with who accepted it."""
        return show_agreement(self.get_party(), pk)


class OneDryRunView(StudioAgreementView):
    @extend_schema(parameters=[SONG_PARAMETER], responses=DryRunSerializer)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        """Count what could be used if everybody accepted these terms, over all songs of the artist."""
        return dry_run_stored(request, self.get_party(), pk)


class AcceptView(StudioAgreementView):
    @extend_schema(request=None, responses=AgreementSerializer)
    def post(self, request: Request, slug: str, pk: int) -> Response:
        """Accept a version as it stands. A principal does this, with a password typed in the last ten minutes."""
        return accept_agreement(request, self.get_party(), pk)


class EndView(StudioAgreementView):
    @extend_schema(request=None, responses=AgreementSerializer)
    def post(self, request: Request, slug: str, pk: int) -> Response:
        """End a version, or refuse a proposal, for everybody. A principal or an owner of the team does this."""
        return end_agreement(request, self.get_party(), pk)
