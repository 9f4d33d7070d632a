"""The terms of an agreement as the API takes them, and what their dry run answers."""

import json
from typing import Any

from django.utils import timezone
from rest_framework import serializers

from accounts.time_zones import find_zone, validate_time_zone
from ai.remix.bounds import OuterBounds
from ai.remix.canonical import InvalidValue
from artists import agreement_proposals as proposals
from artists.agreement_papers import DryRun
from artists.agreement_proposals import KEY_HOLDERS, MAX_COUNTRIES, MAX_NUMBER, MAX_SONGS, Choices
from artists.agreement_split import SplitBar
from artists.exceptions import InvalidPeriod
from artists.validation import validate_lines, validate_title, validate_visible
from catalog.models import Artist
from rights.agreement_effect import UseEffect
from rights.agreement_terms import USES
from rights.grants import Songs
from rights.models import AfterEnd, Party, SplitScheme
from rights.sales import ExampleLine
from rights.shares import Role
from web.serializers import IdField, StrictSerializer

MAX_PARTIES = 200
USE_CHOICES = [(use.value, use.label) for use in USES]


class TermsSerializer(StrictSerializer):
    """What the form of the page asks. `choices` are the objects after validation."""

    title = serializers.CharField(max_length=200, validators=[validate_title])
    artists = serializers.ListField(
        child=serializers.SlugField(), required=False, max_length=MAX_PARTIES, help_text="of the roster"
    )
    others = serializers.ListField(
        child=serializers.CharField(max_length=120), required=False, max_length=MAX_PARTIES,
        help_text="publishers and other labels, each by its name, ISNI, IPI or DPID",
    )  # fmt: skip
    uses = serializers.ListField(child=serializers.ChoiceField(choices=USE_CHOICES), min_length=1, max_length=3)
    songs = serializers.ListField(
        child=serializers.CharField(max_length=1024), required=False, max_length=MAX_SONGS,
        help_text="titles, ISRCs, or ISWCs of works; none: the whole catalogue",
    )  # fmt: skip
    covers_later = serializers.BooleanField(required=False, help_text="of the whole catalogue: also songs added later")
    countries = serializers.ListField(
        child=serializers.CharField(max_length=60), required=False, max_length=MAX_COUNTRIES,
        help_text="codes or English names; none: everywhere",
    )  # fmt: skip
    tier_class = serializers.CharField(max_length=40, required=False, validators=[validate_visible])
    first_day = serializers.DateField(required=False, allow_null=True)
    last_day = serializers.DateField(required=False, allow_null=True)
    time_zone = serializers.CharField(
        max_length=64, required=False, validators=[validate_time_zone], help_text="of the days; UTC without one"
    )
    monthly_limit = serializers.IntegerField(min_value=1, max_value=MAX_NUMBER, required=False, allow_null=True)
    after_end = serializers.ChoiceField(choices=AfterEnd.choices, required=False)
    second_key = serializers.ChoiceField(
        choices=[(value, label) for value, label in KEY_HOLDERS.items() if value], required=False
    )
    key_above = serializers.IntegerField(min_value=0, max_value=MAX_NUMBER, required=False)
    scheme = IdField(required=False, allow_null=True)
    remix_bounds = serializers.JSONField(
        required=False, allow_null=True,
        help_text="how far remixes may go: tempo_percent, pitch_semitones and seconds as [from, to],"
        " vocals_pitch_semitones, max_times, order, may_not_mute, gain_half_db as {stem: [from, to]}, rooms, colours,"
        " export, expires",
    )  # fmt: skip
    own_words = serializers.CharField(max_length=20_000, required=False, allow_blank=True, validators=[validate_lines])

    @property
    def own(self) -> Party:
        party: Party = self.context["party"]
        return party

    def validate_artists(self, slugs: list[str]) -> list[Artist]:
        on_roster = {artist.slug: artist for artist in proposals.list_roster_artists(self.own)}
        if missing := [slug for slug in slugs if slug not in on_roster]:
            raise serializers.ValidationError([f"“{slug}” is not on your roster." for slug in missing[:5]])
        return [on_roster[slug] for slug in dict.fromkeys(slugs)]

    def validate_others(self, texts: list[str]) -> list[Party]:
        return [party for party in proposals.find_each(texts, proposals.find_party) if party != self.own]

    def validate_songs(self, texts: list[str]) -> list[Songs]:
        return proposals.find_each(texts, lambda text: proposals.find_songs(self.own, text))

    def validate_countries(self, texts: list[str]) -> list[str]:
        return sorted({code for codes in proposals.find_each(texts, proposals.find_countries) for code in codes})

    def validate_scheme(self, pk: int | None) -> SplitScheme | None:
        scheme = SplitScheme.objects.filter(pk=pk, use__in=USES).first() if pk else None
        if pk and scheme is None:
            raise serializers.ValidationError("No split has this number.")
        return scheme

    def validate_remix_bounds(self, said: Any) -> OuterBounds | None:
        try:
            bounds = OuterBounds.parse(json.dumps(said)) if said is not None else None
        except InvalidValue as error:
            raise serializers.ValidationError(str(error)) from error
        return bounds if bounds != OuterBounds() else None

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        said = super().validate(attrs)
        zone, days = find_zone(said.get("time_zone", "")), (said.get("first_day"), said.get("last_day"))
        try:
            starts_at, ends_at = proposals.read_period(*days, zone, now=timezone.now())
        except InvalidPeriod as error:
            raise serializers.ValidationError({error.field: str(error)}) from error
        lists = {name: said.get(name, []) for name in ("artists", "others", "songs", "countries")}
        optional = ("covers_later", "tier_class", "after_end", "second_key", "key_above", "own_words")
        same = lists | {name: said[name] for name in optional if name in said}
        choices = Choices(
            uses=sorted(set(said["uses"])), monthly_limit=said.get("monthly_limit"), scheme=said.get("scheme"),
            starts_at=starts_at, ends_at=ends_at, zone=zone, bounds=said.get("remix_bounds"), **same,
        )  # fmt: skip
        if problems := proposals.find_problems(choices):
            raise serializers.ValidationError(problems)
        return {"title": said["title"], "choices": choices}


class UseEffectSerializer(serializers.Serializer[UseEffect]):
    use = serializers.ChoiceField(choices=USE_CHOICES)
    recordings = serializers.IntegerField()
    usable = serializers.IntegerField()


class BlockerSerializer(serializers.Serializer[Any]):
    problem = serializers.CharField(
        source="blocker.problem", help_text="off, refused, country, bounds, unconfirmed, disputed or unknown"
    )
    is_final = serializers.BooleanField(help_text="the artist's own no, which no agreement overrules")
    title = serializers.CharField()
    reason = serializers.CharField()
    recordings = serializers.IntegerField(source="number")
    songs = serializers.CharField(source="titles", help_text="some of their titles")
    ask = serializers.CharField(help_text="what names the party in `others`; empty where nobody can be asked")


class ExampleLineSerializer(serializers.Serializer[ExampleLine]):
    role = serializers.ChoiceField(choices=Role.choices)
    party = serializers.CharField(help_text="empty where nobody is named")
    share = serializers.IntegerField(source="points", help_text="in basis points")
    amount = serializers.IntegerField(help_text="in minor units")


class SplitExampleSerializer(serializers.Serializer[SplitBar]):
    recording = serializers.IntegerField(
        source="song.pk", default=None, allow_null=True, help_text="whose owners these are; none: no song is named"
    )
    amount = serializers.IntegerField(help_text="in minor units, before VAT and card fees")
    currency = serializers.CharField()
    lines = ExampleLineSerializer(source="example.lines", many=True)
    missing = serializers.ListField(
        source="example.missing", child=serializers.CharField(), help_text="of a complete split, as sentences"
    )


class DryRunSerializer(serializers.Serializer[DryRun]):
    reached = serializers.IntegerField(source="effect.reached", help_text="recordings that you have a part in")
    recordings = serializers.IntegerField(
        source="effect.recordings", help_text="the newest of them, of very many; the other numbers are of these"
    )
    usable = serializers.IntegerField(source="effect.usable", help_text="if everybody accepted")
    blocked = serializers.IntegerField(source="effect.blocked")
    artists = serializers.IntegerField(source="effect.artists")
    usable_artists = serializers.IntegerField(source="effect.usable_artists")
    uses = UseEffectSerializer(source="effect.uses", many=True)
    blockers = BlockerSerializer(many=True, help_text="those with the most recordings")
    split_gaps = serializers.ListField(
        source="gaps", child=serializers.CharField(), help_text="what is missing before what is usable could be sold"
    )
    split = SplitExampleSerializer(allow_null=True, help_text="how income from one of the songs would be split")
    all_blockers = serializers.IntegerField(source="effect.all_blockers")
    own_overlaps = serializers.ListField(
        source="effect.own_overlaps", child=serializers.CharField(), help_text="numbers of agreements that end first"
    )
    other_overlaps = serializers.IntegerField(
        source="effect.other_overlaps", help_text="grants of others under other agreements, which end first"
    )
    beyond_bounds = serializers.IntegerField(
        source="effect.beyond_bounds.recordings",
        help_text="recordings whose artists signed limits beyond `remix_bounds`, also usable ones: fans can ask for no"
        " remix of them until the artist signs less",
    )
    beyond_songs = serializers.CharField(source="beyond_titles", allow_blank=True, help_text="some of their titles")
