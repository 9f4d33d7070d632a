"""Write, sign and end the envelope of a recording: what fans may make of it.

An edit adds a version. A principal signs it, and a second person too where it allows more than the one in force last.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts import roles
from accounts.exceptions import NotAllowed, ReauthenticationRequired
from accounts.models import Member, Person, Role
from ai.remix.bounds import narrower
from ai.remix.envelope import Envelope, problems_with
from ai.remix.source import Source
from artists.exceptions import InvalidRequest, Stale
from artists.models import EnvelopeCorner, RemixEnvelope
from artists.notifications import artist_notices
from artists.permissions import require_role
from artists.remixes import corners, owner_bounds
from audit import trail
from catalog import sources
from catalog.models import Recording
from fans import shelf
from fans.models import RemixOffer
from live import notices
from rights import decisions
from rights.decisions import require_principal
from rights.models import Decision
from web.times import write_time

ALONE_WAITS = timedelta(hours=24)
"""A team of one signs a wider envelope again after this time. Migration 0002 has the same."""


def find_current(recording: Recording) -> RemixEnvelope | None:
    """The envelope in force."""
    return recording.envelopes.in_force().first()


def find_newest(recording: Recording) -> RemixEnvelope | None:
    """The last version, signed or not."""
    return recording.envelopes.order_by("-version").first()


def find_last_in_force(recording: Recording) -> RemixEnvelope | None:
    """What a new version is compared with: the one in force, or the last that was."""
    return recording.envelopes.filter(in_force_from__isnull=False).order_by("-in_force_from", "-pk").first()


def find_corner(recording: Recording, name: str) -> EnvelopeCorner | None:
    """A corner of the last version: only that one can be signed."""
    found = EnvelopeCorner.objects.select_related("render", "envelope__recording__artist")
    return found.filter(envelope=find_newest(recording), name=name).first()


def is_wider(envelope: RemixEnvelope) -> bool:
    """Whether it allows anything that the version in force last did not. Without one, nothing is wider."""
    last = find_last_in_force(envelope.recording)
    return last is not None and not narrower(Envelope.parse(envelope.content), Envelope.parse(last.content))


def save(recording: Recording, content: Envelope, *, by: Person) -> RemixEnvelope:
    """Add an unsigned version, and want the sound of its corners. Raises NotAllowed or InvalidRequest.

    What is in force stays so until this one is, unless an owner of the song agreed to less meanwhile.
    """
    require_role(recording.artist, by, roles.may_edit, "say what fans may make of a song")
    source = sources.current(recording)
    if source is None:
        raise InvalidRequest("Bring the parts of the song first, and confirm its beat and its sections.")
    _validate(recording, content, Source.parse(source.content))
    with transaction.atomic():
        _lock(recording)
        _end_what_is_beyond(recording, by=by)
        newest, text = find_newest(recording), content.to_json()
        if newest and newest.content == text and newest.ended_at is None:
            return newest
        said = {"artist": recording.artist, "recording": recording, "source": source, "content": text, "by": by.actor}
        version = newest.version + 1 if newest else 1
        envelope = RemixEnvelope.objects.create(**said, version=version, expires_at=Now())
        envelope.refresh_from_db()
        corners.add(envelope)
        facts = {"recording": recording.pk, "version": envelope.version}
        trail.record("envelope.saved", by=by.actor, subject=str(envelope), **facts)
    corners.want(envelope, by=by)
    return envelope


def sign(envelope: RemixEnvelope, *, by: Person, fresh: bool) -> RemixEnvelope:
    """Sign this version as a principal, or as the second person where it is wider, and let it come into force.

    Raises NotAllowed, ReauthenticationRequired, InvalidRequest or Stale.
    """
    with transaction.atomic():
        _lock(envelope.recording)
        envelope = RemixEnvelope.objects.select_related("artist", "recording", "decision").get(pk=envelope.pk)
        if envelope.in_force_from or envelope.expires_at <= timezone.now():
            raise Stale("This version was signed, or its last day is over. Save a newer one.")
        newest = find_newest(envelope.recording)
        if newest and newest.pk != envelope.pk:
            raise Stale(f"Version {newest.version} is newer. Sign that one.")
        _require_within(envelope.recording, Envelope.parse(envelope.content))
        decision = envelope.decision
        if decision is None:
            decision = _sign_first(envelope, by=by, fresh=fresh)
            if is_wider(envelope):
                notices.post(artist_notices("envelope.waiting", [envelope.artist_id]))
                return envelope
        else:
            _sign_second(envelope, decision, by=by, fresh=fresh)
        _bring_into_force(envelope, decision, by=by)
    return envelope


def may_sign_again(envelope: RemixEnvelope, by: Person) -> bool:
    """Whether the second signature may be this person's, now or a day after the first."""
    if envelope.decision is None or not roles.may_manage(roles.role_of(by, envelope.artist.team_id)):
        return False
    return envelope.decision.by != by.actor or is_alone(envelope)


def is_alone(envelope: RemixEnvelope) -> bool:
    """Whether the team has nobody else who could sign a second time."""
    managers = Member.objects.filter(team=envelope.artist.team_id, role__in=[Role.PRINCIPAL, Role.OWNER])
    return managers.count() < 2


def end(recording: Recording, *, by: Person) -> None:
    """End the envelope in force and its offer at once, if there is one. Nobody types a password. Raises NotAllowed."""
    require_role(recording.artist, by, roles.may_manage, "end remixes of a song")
    with transaction.atomic():
        _lock(recording)
        _end(recording, by=by)


def _validate(recording: Recording, content: Envelope, source: Source) -> None:
    if problems := problems_with(content, source):
        raise InvalidRequest(f"These limits do not fit the song: {'; '.join(problems)}.")
    if content.expires <= timezone.now().date():
        raise InvalidRequest("The last day must lie ahead.")
    _require_within(recording, content)


def _require_within(recording: Recording, content: Envelope) -> None:
    if sentences := owner_bounds.find_beyond(recording, content):
        raise InvalidRequest(" ".join(sentences))


def _end_what_is_beyond(recording: Recording, *, by: Person) -> None:
    """End the envelope in force where an owner agreed to less since: until then no corner of a newer one is cleared."""
    current = find_current(recording)
    if current and owner_bounds.find_beyond(recording, Envelope.parse(current.content)):
        _end(recording, by=by)


def _lock(recording: Recording) -> None:
    """Lock the row, so that versions are numbered and signed one after the other."""
    Recording.objects.select_for_update(no_key=True).get(pk=recording.pk)


def _sign_first(envelope: RemixEnvelope, *, by: Person, fresh: bool) -> Decision:
    require_principal(envelope.artist, by=by, fresh=fresh, what="sign what fans may make of a song")
    if left := corners.count_unheard(envelope, by=by):
        raise InvalidRequest(f"Hear all corners first: {left} {'is' if left == 1 else 'are'} left.")
    decision = decisions.record_decision(
        Decision.Kind.ENVELOPE, envelope.envelope_hash, artist=envelope.artist, by=by.actor, role=Role.PRINCIPAL
    )
    RemixEnvelope.objects.filter(pk=envelope.pk).update(decision=decision)
    trail.record("envelope.signed", by=by.actor, subject=str(envelope), decision=decision.pk)
    envelope.refresh_from_db()
    return decision


def _sign_second(envelope: RemixEnvelope, first: Decision, *, by: Person, fresh: bool) -> None:
    role = roles.role_of(by, envelope.artist.team_id)
    if role is None or not roles.may_manage(role):
        raise NotAllowed("The second signature is a principal’s or an owner’s.")
    if not fresh:
        raise ReauthenticationRequired
    if first.by == by.actor:
        if not is_alone(envelope):
            raise NotAllowed("You signed first. Somebody else of your team signs second, because it allows more.")
        if timezone.now() < first.at + ALONE_WAITS:
            when = write_time(first.at + ALONE_WAITS)
            raise InvalidRequest(
                f"You are alone in your team, so you sign wider limits again a day later: from {when}."
            )
    second = decisions.record_decision(
        Decision.Kind.ENVELOPE, envelope.envelope_hash, artist=envelope.artist, by=by.actor, role=role, under=first
    )
    RemixEnvelope.objects.filter(pk=envelope.pk).update(second=second)
    trail.record("envelope.signed_again", by=by.actor, subject=str(envelope), decision=second.pk)


def _bring_into_force(envelope: RemixEnvelope, decision: Decision, *, by: Person) -> None:
    """End the version before, and publish this one to fans."""
    _end(envelope.recording, by=by)
    RemixEnvelope.objects.filter(pk=envelope.pk).update(in_force_from=Now())
    envelope.refresh_from_db()
    offer = RemixOffer.objects.create(
        artist=envelope.artist,
        recording=envelope.recording,
        envelope=envelope.pk,
        version=envelope.version,
        source_id=envelope.source_id,
        content=envelope.content,
        decision=decision,
        expires_at=envelope.expires_at,
    )
    trail.record("envelope.in_force", by=by.actor, subject=str(envelope), recording=envelope.recording_id)
    taken_off = shelf.end_beyond(offer, by=by.actor)
    notices.post([*artist_notices("envelope.changed", [envelope.artist_id]), *taken_off])


def _end(recording: Recording, *, by: Person) -> None:
    """A trigger ends the offer with it. Waits for whoever decides about the shelf: they have read the offer."""
    shelf.lock_open(recording)
    for before in RemixEnvelope.objects.filter(recording=recording, in_force_from__isnull=False, ended_at=None):
        RemixEnvelope.objects.filter(pk=before.pk).update(ended_at=Now(), ended_by=by.actor)
        trail.record("envelope.ended", by=by.actor, subject=str(before), recording=recording.pk)
