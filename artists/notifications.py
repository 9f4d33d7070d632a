"""Notices for the team's open pages, and events for other systems over Kafka. They have ids only, no text or name."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField
from django.db.models.expressions import RawSQL

from accounts.models import Member
from artists import eligibility
from artists.models import Draft, ExperienceRequest, Program
from events import cloudevents, outbox, topics
from live.notices import NewNotice
from rights import parties
from rights.models import Use

KEY_ASKED, KEY_CLOSED = "key.asked", "key.closed"


def draft_notices(kind: str, drafts: Sequence[Draft]) -> list[NewNotice]:
    """A notice about each draft for every member of its artist's team, in one query."""
    members = _team_member_ids({draft.artist_id for draft in drafts})
    return [NewNotice(person, kind, f"draft:{draft.pk}") for draft in drafts for person in members[draft.artist_id]]


def key_notices(kind: str, drafts: Sequence[Draft], *, also: Iterable[int] = ()) -> list[NewNotice]:
    """A notice about each draft for everybody who acts for a rightsholder whose key is missing, or is one of `also`.

    KEY_ASKED: it waits for them now; KEY_CLOSED: not any more, or for fewer. What the artist's team has not approved
    waits for no key. Messages never do, and need no query.
    """
    shared = [draft.pk for draft in drafts if draft.use != Use.PERSONAL_MESSAGE and draft.decision_id]
    if not shared:
        return []
    missing = f"ARRAY({eligibility.missing_keys_sql('artists_draft')})"
    column = RawSQL(missing, [], ArrayField(BigIntegerField()))  # noqa: S611 - our own constant
    asked = {pk: {*holders, *also} for pk, holders in Draft.objects.filter(pk__in=shared).values_list("pk", column)}
    acting = parties.list_acting(set().union(*asked.values()))
    told = {(pk, person): None for pk in shared for party in sorted(asked[pk]) for person in acting[party]}
    return [NewNotice(person, kind, f"draft:{pk}") for pk, person in told]


def program_notices(kind: str, programs: Sequence[Program]) -> list[NewNotice]:
    """A notice about each program for every member of its artist's team, in one query."""
    members = _team_member_ids({program.artist_id for program in programs})
    return [NewNotice(person, kind, str(program)) for program in programs for person in members[program.artist_id]]


def request_notice(request: ExperienceRequest) -> NewNotice:
    """A notice for the fan that something about the request changed."""
    return NewNotice(request.person_id, "request.changed", str(request))


def artist_notices(kind: str, artists: Collection[int]) -> list[NewNotice]:
    """A notice about each artist for every member of its team, in one query."""
    members = _team_member_ids(artists)
    return [NewNotice(person, kind, f"artist:{artist}") for artist in artists for person in members[artist]]


def artist_team_notices(kind: str, artist: int, reference: str) -> list[NewNotice]:
    """A notice about something for every member of this artist's team, in one query."""
    return [NewNotice(person, kind, reference) for person in _team_member_ids({artist})[artist]]


def _team_member_ids(artist_ids: Iterable[int]) -> dict[int, list[UUID]]:
    members = Member.objects.filter(team__artist__in=set(artist_ids), person__is_active=True)
    ids: dict[int, list[UUID]] = defaultdict(list)
    for artist_id, person_id in members.order_by("pk").values_list("team__artist", "person"):
        ids[artist_id].append(person_id)
    return ids


EVENT_SOURCE = "/artists"


def publish_draft_events(what: str, drafts: Iterable[tuple[Draft, str]]) -> None:
    """Put an event `fanfare.experience.<what>.v1` for each draft into the outbox.

    The string beside a draft is the event's key: consumers count a repeated key once.
    """
    kind = f"fanfare.experience.{what}.v1"
    outbox.put(
        outbox.Outgoing(
            topic=topics.EXPERIENCES,
            key=str(draft.artist_id).encode(),
            value=cloudevents.encode(
                kind,
                source=EVENT_SOURCE,
                subject=f"draft:{draft.pk}",
                idempotency_key=key,
                data={"artist": draft.artist_id, "draft": draft.pk, "program_version": draft.version_id},
            ),
            keep_until_counted=False,
            headers=cloudevents.STRUCTURED_HEADERS,
        )
        for draft, key in drafts
    )
