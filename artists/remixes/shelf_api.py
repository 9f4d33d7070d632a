"""The API of shelves: remixes by fans that you can hear, offering yours, and the decisions of the artist's team."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Person
from accounts.requests import get_person
from artists.api.access import StudioView
from artists.remixes import shelf as decisions
from artists.remixes.api import ChangeSerializer
from catalog.models import Artist
from fans import shelf, shelf_terms
from fans.models import Experience, Mark, ShelfEntry
from web.serializers import StrictSerializer

DECISIONS = {
    "put_on": decisions.put_on,
    "put_on_without_name": decisions.put_on_without_name,
    "refuse_name": decisions.refuse_name,
    "decline": decisions.decline,
    "take_off": decisions.take_off,
}


class SharedRemixSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    recording = serializers.IntegerField()
    title = serializers.CharField()
    maker = serializers.CharField(allow_blank=True, help_text="the name that others read; empty: a fan")
    state = serializers.ChoiceField(choices=ShelfEntry.State.choices)
    mark = serializers.ChoiceField(choices=Mark.choices)
    mark_words = serializers.CharField()
    changes = ChangeSerializer(many=True)
    length = serializers.CharField(help_text="in minutes and seconds")
    sound = serializers.CharField(help_text="where to listen to it")
    since = serializers.DateTimeField(help_text="when it was put there, or offered")


class OfferToShelfSerializer(serializers.Serializer[Any]):
    may_offer = serializers.BooleanField()
    state = serializers.ChoiceField(
        choices=ShelfEntry.State.choices, allow_null=True, help_text="of your newest offer; null without one"
    )
    maker = serializers.CharField(allow_blank=True, help_text="the name that others read; empty: a fan")
    name_refused = serializers.BooleanField(help_text="it stands there without the name you chose")
    terms = serializers.CharField(help_text="what you accept by offering it")
    terms_hash = serializers.CharField(help_text="an offer sends it back")


class NewOfferToShelfSerializer(StrictSerializer):
    name = serializers.CharField(max_length=80, allow_blank=True, help_text="that others read; empty: a fan")
    terms_hash = serializers.CharField(max_length=64, help_text="of the terms, as you saw them")


class ShelfDecisionSerializer(StrictSerializer):
    decision = serializers.ChoiceField(choices=list(DECISIONS))


class ShelfView(APIView):
    @extend_schema(responses=SharedRemixSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List the remixes by fans that you can hear on an artist's shelf, newest first."""
        found = shelf.list_for(get_person(request), get_object_or_404(Artist, slug=slug))
        return Response(SharedRemixSerializer([_describe(one, "shelf-sound", one.pk) for one in found], many=True).data)


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


class StudioShelfView(StudioView):
    @extend_schema(responses=SharedRemixSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List the remixes that fans offered to the shelf and those that stand there, oldest first."""
        found = shelf.list_open(self.get_artist())
        described = [_describe(one, "studio-shelf-sound", slug, one.pk) for one in found]
        return Response(SharedRemixSerializer(described, many=True).data)


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
        "maker": entry.maker if entry else "",
        "name_refused": entry is not None and entry.is_name_refused,
        "terms": shelf_terms.write_terms(name),
        "terms_hash": shelf_terms.hash_terms(name),
    }
    return dict(OfferToShelfSerializer(offer).data)


def _describe(entry: ShelfEntry, sound: str, *where: Any) -> dict[str, Any]:
    remix = shelf.open_remix(entry)
    return {
        "id": entry.pk,
        "recording": entry.recording_id,
        "title": entry.recording.title,
        "maker": entry.maker,
        "state": entry.state,
        "mark": entry.mark,
        "mark_words": entry.mark_words,
        "changes": [{"what": what, "how": how} for what, how in remix.changes],
        "length": remix.length,
        "sound": reverse(sound, args=where),
        "since": entry.decided_at or entry.offered_at,
    }
