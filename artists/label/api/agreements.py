"""The agreements of a rightsholder over the API: list, read, dry-run, propose, accept and end them."""

import json
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.exceptions import NotAllowed
from accounts.requests import get_person
from artists import agreement_answers
from artists import agreement_proposals as proposals
from artists.agreement_answers import get_reading_or_404
from artists.agreement_papers import run_dry, run_dry_stored
from artists.label.api.access import LabelView
from artists.label.api.agreement_terms import DryRunSerializer, TermsSerializer
from rights import agreement_versions
from rights.agreement_versions import Member, State
from rights.models import AgreementVersion, Party
from web.exceptions import Conflict
from web.parsers import parse_integer

MAX_LISTED = 200
SONG_PARAMETER = OpenApiParameter("recording", description="the id of the song whose owners `split` names")
STATES = [(state.value, state.value) for state in State]


class AgreementPartySerializer(serializers.Serializer[Member]):
    party = serializers.IntegerField(source="party.pk")
    name = serializers.CharField(source="party.name")
    kind = serializers.ChoiceField(source="party.kind", choices=Party.Kind.choices)
    holds_key = serializers.BooleanField(help_text="it approves each draft too")
    accepted_at = serializers.DateTimeField(source="acceptance.at", default=None, allow_null=True)


class AgreementSerializer(serializers.Serializer[Any]):
    """Of a `Reading`."""

    id = serializers.IntegerField(source="version.pk")
    number = serializers.CharField(source="version.agreement.number")
    title = serializers.CharField(source="version.agreement.title")
    version = serializers.IntegerField(source="version.version")
    state = serializers.ChoiceField(choices=STATES)
    starts_at = serializers.DateTimeField(source="version.starts_at")
    ends_at = serializers.DateTimeField(source="version.ends_at", allow_null=True)
    live_from = serializers.DateTimeField(source="version.live_from", allow_null=True)
    ended_at = serializers.DateTimeField(source="version.ended_at", allow_null=True)
    wording = serializers.CharField(source="version.wording")
    wording_hash = serializers.CharField(source="version.wording_hash", help_text="SHA-256 of the wording")
    scheme = serializers.IntegerField(source="version.scheme_id", allow_null=True)
    remix_bounds = serializers.SerializerMethodField(help_text="how far remixes may go; null: as far as artists sign")
    parties = AgreementPartySerializer(source="members", many=True)

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_remix_bounds(self, reading: Any) -> dict[str, Any] | None:
        return json.loads(reading.version.remix_bounds) if reading.version.remix_bounds else None


class ProposedTermsSerializer(serializers.Serializer[Any]):
    wording = serializers.CharField(help_text="the paper, as it would be sent")
    dry_run = DryRunSerializer()


def list_agreements(party: Party) -> Response:
    """The newest versions that name this party."""
    found = agreement_versions.read(agreement_versions.list_of(party).order_by("-pk")[:MAX_LISTED])
    return Response(AgreementSerializer(found, many=True).data)


def show_agreement(party: Party, pk: int) -> Response:
    """A version that names this party."""
    return Response(AgreementSerializer(get_reading_or_404(party, pk)).data)


def accept_agreement(request: Request, party: Party, pk: int) -> Response:
    """Accept a version for this party. Raises as `agreement_answers.accept`."""
    accepted = agreement_answers.accept(request, get_reading_or_404(party, pk), party)
    return Response(AgreementSerializer(accepted).data)


def end_agreement(request: Request, party: Party, pk: int) -> Response:
    """End a version, or close a proposal. Raises as `agreement_answers.end`."""
    ended = agreement_answers.end(request, get_reading_or_404(party, pk), party)
    return Response(AgreementSerializer(ended).data)


def dry_run_stored(request: Request, party: Party, pk: int) -> Response:
    """The dry run of a version that still can be accepted. Raises Conflict for another one."""
    dry_run = run_dry_stored(get_reading_or_404(party, pk), party, song=read_song(request))
    if dry_run is None:
        raise Conflict({"state": "Only terms that wait for somebody have a dry run."})
    return Response(DryRunSerializer(dry_run).data)


def read_song(request: Request) -> int | None:
    """The song that the request names as the example of the split."""
    return parse_integer(request.query_params.get("recording"))


class AgreementsView(LabelView):
    @extend_schema(responses=AgreementSerializer(many=True))
    def get(self, request: Request, party: int) -> Response:
        """List the newest 200 versions of agreements that name this rightsholder, newest first."""
        return list_agreements(self.label.party)

    @extend_schema(request=TermsSerializer, responses={201: AgreementSerializer})
    def post(self, request: Request, party: int) -> Response:
        """Propose an agreement to everybody in it. Whoever signs does this; it accepts nothing.

        The same terms that still wait are found again, so a repeated request proposes once.
        """
        return propose(self, request, None)


class AgreementDryRunView(LabelView):
    @extend_schema(parameters=[SONG_PARAMETER], request=TermsSerializer, responses=ProposedTermsSerializer)
    def post(self, request: Request, party: int) -> Response:
        """Write these terms, and count what could be used if everybody accepted them. Nothing is stored."""
        own = self.label.party
        choices = _read_terms(own, request)["choices"]
        terms = choices.write(own)
        dry_run = run_dry(proposals.suppose(own, choices, terms, None), own, terms, song=read_song(request))
        return Response(ProposedTermsSerializer({"wording": terms.wording, "dry_run": dry_run}).data)


class AgreementView(LabelView):
    @extend_schema(responses=AgreementSerializer)
    def get(self, request: Request, party: int, pk: int) -> Response:
        """One version, with who accepted it."""
        return show_agreement(self.label.party, pk)


class AgreementNextView(LabelView):
    @extend_schema(request=TermsSerializer, responses={201: AgreementSerializer})
    def post(self, request: Request, party: int, pk: int) -> Response:
        """Propose the next version of an agreement. Once everybody accepted it, it ends the one before."""
        return propose(self, request, get_reading_or_404(self.label.party, pk).version)


class StoredDryRunView(LabelView):
    @extend_schema(parameters=[SONG_PARAMETER], responses=DryRunSerializer)
    def get(self, request: Request, party: int, pk: int) -> Response:
        """Count what could be used if everybody accepted these terms, over the recordings you have a part in."""
        return dry_run_stored(request, self.label.party, pk)


class AgreementAcceptView(LabelView):
    @extend_schema(request=None, responses=AgreementSerializer)
    def post(self, request: Request, party: int, pk: int) -> Response:
        """Accept a version as it stands. Whoever signs does this, with a password typed in the last ten minutes."""
        return accept_agreement(request, self.label.party, pk)


class AgreementEndView(LabelView):
    @extend_schema(request=None, responses=AgreementSerializer)
    def post(self, request: Request, party: int, pk: int) -> Response:
        """End a version, or close a proposal, for everybody. Whoever signs or owns the team does this."""
        return end_agreement(request, self.label.party, pk)


def propose(view: LabelView, request: Request, previous: AgreementVersion | None) -> Response:
    """Store and send what was asked."""
    own, by = view.label.party, get_person(request)
    if not view.label.may_sign:
        raise NotAllowed(f"Only whoever signs for {own.name} may propose an agreement.")
    said = _read_terms(own, request)
    version = proposals.send(own, said["choices"], title=said["title"], previous=previous, by=by)
    reading = get_reading_or_404(own, version.pk)
    return Response(AgreementSerializer(reading).data, status=status.HTTP_201_CREATED)


def _read_terms(own: Party, request: Request) -> dict[str, Any]:
    serializer = TermsSerializer(data=request.data, context={"party": own})
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)
