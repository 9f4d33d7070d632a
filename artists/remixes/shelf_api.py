"""The API of shelves: remixes by fans that you can hear, offering yours, and the decisions of the artist's team."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Person
from accounts.requests import get_person
from ai.names import MAX_NAME_LENGTH
from artists.api.access import StudioView, get_studio_artist
from artists.remixes import shelf as decisions
from artists.remixes.api import ChangeSerializer
from catalog.models import Artist
from fans import reports, shelf, shelf_plays, shelf_terms
from fans.models import Experience, Mark, ShelfEntry
from trust import reports as trust_reports
from trust.models import MAX_WORDS_LENGTH, Report
from web.pagination import NewestPagination, StrictCursorPagination
from web.serializers import StrictSerializer

DECISIONS = {
    "put_on": decisions.put_on,
    "put_on_without_name": decisions.put_on_without_name,
    "refuse_name": decisions.refuse_name,
    "decline": decisions.decline,
    "take_off": decisions.take_off,
}
PLAYS_HELP = "others played it at least so often, in steps; 0 where too few fans did to give a number"


class SharedRemixSerializer(serializers.Serializer[ShelfEntry]):
    id = serializers.IntegerField(source="pk")
    recording = serializers.IntegerField(source="recording_id")
    title = serializers.CharField(source="recording.title")
    maker = serializers.CharField(allow_blank=True, help_text="the name that others read; empty: a fan")
    state = serializers.ChoiceField(choices=ShelfEntry.State.choices)
    mark = serializers.ChoiceField(choices=Mark.choices)
    mark_words = serializers.CharField()
    changes = serializers.SerializerMethodField()
    length = serializers.SerializerMethodField(help_text="in minutes and seconds")
    sound = serializers.SerializerMethodField(help_text="where to listen to it")
    since = serializers.SerializerMethodField(help_text="when it was put there, or offered")

    @extend_schema_field(ChangeSerializer(many=True))
    def get_changes(self, entry: ShelfEntry) -> list[dict[str, str]]:
        return [{"what": what, "how": how} for what, how in shelf.open_remix(entry).changes]

    def get_length(self, entry: ShelfEntry) -> str:
        return shelf.open_remix(entry).length

    def get_sound(self, entry: ShelfEntry) -> str:
        return reverse("shelf-sound", args=[entry.pk])

    def get_since(self, entry: ShelfEntry) -> datetime:
        return entry.decided_at or entry.offered_at


class ReportedSerializer(serializers.Serializer[Any]):
    reason = serializers.ChoiceField(choices=Report.Reason.choices)
    fans = serializers.IntegerField()


class TeamSharedRemixSerializer(SharedRemixSerializer):
    reported = serializers.SerializerMethodField(help_text="what hearers reported, without what staff dismissed")
    plays = serializers.SerializerMethodField(help_text=PLAYS_HELP)

    @extend_schema_field(ReportedSerializer(many=True))
    def get_reported(self, entry: ShelfEntry) -> list[dict[str, Any]]:
        return [{"reason": reason, "fans": fans} for reason, fans in self.context["reasons"][str(entry)].items()]

    def get_plays(self, entry: ShelfEntry) -> int:
        plays: int = self.context["plays"][entry.pk]
        return plays

    def get_sound(self, entry: ShelfEntry) -> str:
        return reverse("studio-shelf-sound", args=[entry.artist.slug, entry.pk])


class OfferToShelfSerializer(serializers.Serializer[Any]):
    may_offer = serializers.BooleanField()
    state = serializers.ChoiceField(
        choices=ShelfEntry.State.choices, allow_null=True, help_text="of your newest offer; null without one"
    )
    is_heard = serializers.BooleanField(help_text="it is on the shelf, and you could hear it there now")
    plays = serializers.IntegerField(help_text=PLAYS_HELP)
    maker = serializers.CharField(allow_blank=True, help_text="the name that others read; empty: a fan")
    name_refused = serializers.BooleanField(help_text="it stands there without the name you chose")
    terms = serializers.CharField(help_text="what you accept by offering it")
    terms_hash = serializers.CharField(help_text="an offer sends it back")


class NewOfferToShelfSerializer(StrictSerializer):
    name = serializers.CharField(
        max_length=MAX_NAME_LENGTH, allow_blank=True, help_text="that others read; empty: a fan"
    )
    terms_hash = serializers.CharField(max_length=64, help_text="of the terms, as you saw them")


class NewReportSerializer(StrictSerializer):
    reason = serializers.ChoiceField(choices=Report.Reason.choices)
    words = serializers.CharField(
        max_length=MAX_WORDS_LENGTH, allow_blank=True, required=False, help_text="for staff; needed with `other`"
    )


class ReportSerializer(serializers.ModelSerializer[Report]):
    class Meta:
        model = Report
        fields = ["reason", "words", "at", "state"]
        read_only_fields = fields


class ShelfDecisionSerializer(StrictSerializer):
    decision = serializers.ChoiceField(choices=list(DECISIONS))


class ShelfView(generics.ListAPIView[ShelfEntry]):
    serializer_class = SharedRemixSerializer
    pagination_class = NewestPagination
    queryset = ShelfEntry.objects.none()

    @extend_schema(parameters=[OpenApiParameter("recording", description="the id of a recording: only remixes of it")])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the remixes by fans that you can hear on an artist's shelf, newest first."""
        return self.list(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[ShelfEntry]:
        artist = get_object_or_404(Artist, slug=self.kwargs["slug"])
        found, song = shelf.list_for(get_person(self.request), artist), self.request.query_params.get("recording")
        if song is None:
            return found
        return found.filter(recording=int(song)) if song.isdecimal() and len(song) < 19 else found.none()


class ExperienceShelfView(APIView):
    @extend_schema(responses=OfferToShelfSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """Read the terms under which you can offer a remix to its artist's shelf, and what became of your offer."""
        return Response(_describe_offer(_get_own_or_404(get_person(request), pk)))

    @extend_schema(request=NewOfferToShelfSerializer, responses={201: OfferToShelfSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        """Offer a remix to its artist's shelf."""
        person = get_person(request)
        experience = _get_own_or_404(person, pk)
        serializer = NewOfferToShelfSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        decisions.offer(experience, by=person, **serializer.validated_data)
        return Response(_describe_offer(experience), status=status.HTTP_201_CREATED)

    @extend_schema(responses=OfferToShelfSerializer)
    def delete(self, request: Request, pk: UUID) -> Response:
        """Take your remix off the shelf, or back before somebody decided. 404 where it is not there."""
        person = get_person(request)
        experience = _get_own_or_404(person, pk)
        entry = get_object_or_404(ShelfEntry.objects.open(), experience=experience)
        decisions.take_off(entry.pk, by=person)
        return Response(_describe_offer(experience))


class ShelfReportView(APIView):
    @extend_schema(request=NewReportSerializer, responses={201: ReportSerializer})
    def post(self, request: Request, pk: int) -> Response:
        """Report a remix that another fan shared. 404 for one that you cannot hear, and for yours."""
        person = get_person(request)
        entry = shelf.find_reportable(person, pk)
        if entry is None:
            raise Http404
        serializer = NewReportSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        words = serializer.validated_data.get("words", "")
        report = reports.report_entry(entry, by=person, reason=serializer.validated_data["reason"], said=words)
        return Response(ReportSerializer(report).data, status=status.HTTP_201_CREATED)


class OldestPagination(StrictCursorPagination):
    ordering = "id"


class StudioShelfView(generics.ListAPIView[ShelfEntry]):
    serializer_class = TeamSharedRemixSerializer
    pagination_class = OldestPagination
    queryset = ShelfEntry.objects.none()

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the remixes that fans offered to the shelf and those that stand there, oldest first."""
        return self.list(request, *args, **kwargs)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        artist = get_studio_artist(request, self.kwargs["slug"])
        page = self.paginate_queryset(shelf.list_open(artist)) or []
        context = {
            "reasons": trust_reports.count_reasons(artist.pk, map(str, page)),
            "plays": shelf_plays.count(page),
        }
        return self.get_paginated_response(self.get_serializer(page, many=True, context=context).data)


class StudioShelfDecisionView(StudioView):
    @extend_schema(request=ShelfDecisionSerializer, responses={204: None})
    def post(self, request: Request, slug: str, pk: int) -> Response:
        """Decide about a remix that a fan offered, or that stands on the shelf."""
        entry = get_object_or_404(ShelfEntry, pk=pk, artist=self.get_artist())
        serializer = ShelfDecisionSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        DECISIONS[serializer.validated_data["decision"]](entry.pk, by=get_person(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _get_own_or_404(person: Person, pk: UUID) -> Experience:
    experience = decisions.find_own(person, pk)
    if experience is None:
        raise Http404
    return experience


def _describe_offer(experience: Experience) -> dict[str, Any]:
    entry = shelf.find_latest(experience)
    name = experience.artist.name
    offer = {
        "may_offer": not (entry and entry.is_open) and shelf.may_offer(experience),
        "state": entry.state if entry else None,
        "is_heard": entry is not None and shelf.is_heard(entry),
        "plays": shelf_plays.count([entry])[entry.pk] if entry else 0,
        "maker": entry.maker if entry else "",
        "name_refused": entry is not None and entry.is_name_refused,
        "terms": shelf_terms.write_terms(name),
        "terms_hash": shelf_terms.hash_terms(name),
    }
    return dict(OfferToShelfSerializer(offer).data)
