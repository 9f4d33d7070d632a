"""Create, edit, sign, pause and resume programs, and set how their team reviews.

An edit adds a version. Only a signed version answers moments.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from accounts import roles
from accounts.models import Person, Role
from ai.exceptions import InvalidTemplate
from ai.facts import LISTENING_SLOTS, REQUEST_SLOTS, SLOTS
from ai.wording import Wording, can_fill_in
from artists.exceptions import InvalidRequest, Stale
from artists.models import Program, ProgramVersion, ReviewSettings
from artists.notifications import program_notices
from artists.permissions import require_role
from artists.remixes import limits
from artists.requests.terms import RequestTerms
from artists.suggestions import origins
from audit import trail
from catalog.hidden_characters import find_hidden_in_line
from catalog.models import Artist, Recording
from live import notices
from rights import decisions
from rights.decisions import require_principal
from rights.models import Decision

MAX_GRACE_SECONDS = 86_400
MAX_NTH = 1_000_000
MAX_REVIEW_SECONDS = 90 * 86_400
SIGNED_WITH_THEM = {"language", "origins", "unread"}
"""What a version keeps beside the words that somebody typed."""


def create(artist: Artist, *, name: str, by: Person, kind: str = Program.Kind.MESSAGE) -> Program:
    """A program without versions; it answers no moments yet. Raises NotAllowed or InvalidRequest."""
    require_role(artist, by, roles.may_edit, "offer a program")
    if not name.strip():
        raise InvalidRequest("Give the program a name: your team sees it.")
    if problem := find_hidden_in_line(name):
        raise InvalidRequest(problem)
    with transaction.atomic():
        program = Program.objects.create(artist=artist, name=name.strip(), kind=kind)
        trail.record("program.created", by=by.actor, subject=f"program:{program.pk}", artist=artist.pk)
    program.refresh_from_db()
    return program


def edit(  # noqa: PLR0913 - the terms of a program, each named
    program: Program,
    *,
    by: Person,
    moment: str,
    nth: int,
    wording: dict[str, Any] | None = None,
    recording: Recording | None = None,
    review_seconds: int | None = None,
    terms: dict[str, Any] | None = None,
    audience: str = ProgramVersion.Audience.OPTED_IN,
) -> ProgramVersion:
    """Add an unsigned version. The version signed before stays in use until a principal signs this one.

    A message needs `wording`; with "unread" in it, its messages go out without a person who read them. Of remixes
    `recording` is required: it is counted, and remixed. `terms` are those of `requests.terms`, for what fans ask for.
    `audience` says for whom it is. Raises NotAllowed or InvalidRequest.
    """
    require_role(program.artist, by, roles.may_edit, "edit this program")
    review_seconds = settings.REVIEW_SECONDS if review_seconds is None else review_seconds
    _validate_terms(program, moment, nth, recording, review_seconds)
    _validate_audience(moment, audience)
    columns = {
        "moment": moment, "nth": nth, "recording": recording, "review_seconds": review_seconds, "audience": audience,
    }  # fmt: skip
    if program.kind == Program.Kind.REMIX:
        _validate_remix(program, moment, recording, wording or terms)
        return add_version(program, by, wording="", **columns)
    columns["terms"] = _canonical_terms(moment, recording, terms)
    return add_version(program, by, wording=_canonical_wording(program, wording or {}, moment, recording), **columns)


def add_version(program: Program, by: Person, **columns: Any) -> ProgramVersion:
    """Add a version with these columns, which the caller has checked. So are the rights of `by`."""
    with transaction.atomic():
        _lock_program(program)
        newest = program.versions.order_by("-version").values_list("version", flat=True).first() or 0
        version = program.versions.create(artist=program.artist, version=newest + 1, by=by.actor, **columns)
        trail.record("program.edited", by=by.actor, subject=f"program:{program.pk}", version=version.version)
    version.refresh_from_db()
    return version


def sign(version: ProgramVersion, *, by: Person, fresh: bool) -> Decision:
    """Sign exactly this version as a principal, and use it from now on. A paused program stays paused.

    A program can be signed while the grant for personal messages is off. Its moments are then refused as uncleared,
    and the studio says so. Remixes of a song need its limits in force, and everybody's yes. Raises NotAllowed,
    ReauthenticationRequired, InvalidRequest, or Stale where a newer version is signed.
    """
    artist = version.program.artist
    require_principal(artist, by=by, fresh=fresh, what="sign what is sent in the artist’s name")
    if version.is_of_remixes and version.recording:
        limits.require_open(version.recording)
    with transaction.atomic():
        program = _lock_program(version.program)
        _require_here(program)
        if program.current and program.current.version >= version.version:
            raise Stale(f"Version {program.current.version} is signed. Edit the program to make a newer one.")
        decision = decisions.record_decision(
            Decision.Kind.SHAPE, version.shape_hash, artist=artist, by=by.actor, role=Role.PRINCIPAL
        )
        ProgramVersion.objects.filter(pk=version.pk, decision=None).update(decision=decision)
        state = Program.State.PAUSED if program.state == Program.State.PAUSED else Program.State.LIVE
        Program.objects.filter(pk=program.pk).update(current=version, state=state)
        facts = {"version": version.version, "decision": decision.pk, "shape_hash": version.shape_hash}
        trail.record("program.signed", by=by.actor, subject=f"program:{program.pk}", **facts)
    return decision


def pause(program: Program, *, by: Person) -> None:
    """Pause a live program at once: no moment, draft or delivery follows. Every member of the team may do this."""
    require_role(program.artist, by, roles.may_decide, "pause this program")
    _change_state(program, Program.State.LIVE, Program.State.PAUSED, "program.paused", by)


def resume(program: Program, *, by: Person) -> None:
    """Resume a paused program with its signed version.

    Where fans' reports paused it, only a principal or an owner may, and only newer reports count from then on.
    """
    require_role(program.artist, by, roles.may_edit, "resume this program")
    with transaction.atomic():
        changes: dict[str, Any] = {}
        _require_here(program)
        if _lock_program(program).paused_because:
            require_role(program.artist, by, roles.may_manage, "resume a program that fans’ reports stopped")
            changes = {"paused_because": "", "reports_from": Now()}
        _change_state(program, Program.State.PAUSED, Program.State.LIVE, "program.resumed", by, **changes)


def get_review_settings(artist: Artist) -> ReviewSettings:
    """The team's settings, or the defaults where the team chose nothing."""
    return ReviewSettings.objects.filter(artist=artist).first() or ReviewSettings(artist=artist)


def get_undo_time(artist: Artist) -> timedelta:
    """For how long a decision can be undone."""
    return timedelta(seconds=get_review_settings(artist).grace_seconds)


def set_review_settings(artist: Artist, *, by: Person, grace_seconds: int) -> ReviewSettings:
    """Set for how many seconds a decision can be undone. Raises NotAllowed or InvalidRequest."""
    require_role(artist, by, roles.may_manage, "set how the team works")
    if not 0 <= grace_seconds <= MAX_GRACE_SECONDS:
        raise InvalidRequest(f"The time to undo a decision is from 0 to {MAX_GRACE_SECONDS} seconds.")
    with transaction.atomic():
        settings, _ = ReviewSettings.objects.update_or_create(artist=artist, defaults={"grace_seconds": grace_seconds})
        trail.record("review_settings.set", by=by.actor, subject=f"artist:{artist.pk}", grace_seconds=grace_seconds)
    return settings


def _validate_terms(program: Program, moment: str, nth: int, recording: Recording | None, review_seconds: int) -> None:
    if moment not in ProgramVersion.MomentKind.values:
        raise InvalidRequest(f"A moment is one of {', '.join(ProgramVersion.MomentKind.values)}; {moment!r} is none.")
    if moment == ProgramVersion.MomentKind.FIRST_LISTEN and nth != 1:
        raise InvalidRequest("The first listen is number 1.")
    if moment == ProgramVersion.MomentKind.REQUEST and nth != 1:
        raise InvalidRequest("What fans ask for counts no listens: its number is 1.")
    if not 1 <= nth <= MAX_NTH:
        raise InvalidRequest(f"A listen has a number from 1 to {MAX_NTH}.")
    require_review_seconds(review_seconds)
    if recording and recording.artist_id != program.artist_id:
        raise InvalidRequest(f"{recording.title} is no recording of {program.artist.name}’s.")


def _validate_audience(moment: str, audience: str) -> None:
    if audience not in ProgramVersion.Audience.values:
        raise InvalidRequest(f"It is for one of {', '.join(ProgramVersion.Audience.values)}; {audience!r} is none.")
    if moment == ProgramVersion.MomentKind.REQUEST and audience != ProgramVersion.Audience.OPTED_IN:
        raise InvalidRequest("Everybody can ask. A tier includes a number of requests a month instead.")


def _validate_remix(program: Program, moment: str, recording: Recording | None, words: dict[str, Any] | None) -> None:
    if words:
        raise InvalidRequest("Remixes have no sentences, and no terms where nobody asks for them.")
    asked_for = ProgramVersion.MomentKind.REQUEST
    if moment == asked_for or program.versions.filter(moment=asked_for).exists():
        raise InvalidRequest("Fans ask for remixes by an offer of remixes. This program answers moments.")
    if recording is None:
        raise InvalidRequest("Name the song: its listens are counted, and it is what is remixed.")
    limits.require_open(recording)


def require_review_seconds(review_seconds: int) -> None:
    """Raises InvalidRequest."""
    if not 1 <= review_seconds <= MAX_REVIEW_SECONDS:
        raise InvalidRequest(f"A draft waits for a decision from 1 to {MAX_REVIEW_SECONDS} seconds.")


def _canonical_terms(moment: str, recording: Recording | None, terms: dict[str, Any] | None) -> str:
    is_asked_for = moment == ProgramVersion.MomentKind.REQUEST
    if not is_asked_for and terms:
        raise InvalidRequest("Only what fans ask for has terms.")
    if is_asked_for and recording:
        raise InvalidRequest("Fans who ask choose the song themselves.")
    return RequestTerms.parse(terms or {}).canonical() if is_asked_for else ""


def _canonical_wording(program: Program, wording: Any, moment: str, recording: Recording | None) -> str:
    """What is signed: the words, where they came from, and whether they go out unread. Raises InvalidRequest.

    A client of the API sends anything as `wording`.
    """
    parsed = _parse_wording(wording, moment, recording)
    unread = isinstance(wording, dict) and wording.get("unread") is True
    if unread and moment == ProgramVersion.MomentKind.REQUEST:
        raise InvalidRequest("Somebody reads what a fan asked for before it goes out.")
    return replace(parsed, origins=origins.find_origins(program, parsed), unread=unread).canonical()


def _parse_wording(wording: Any, moment: str, recording: Recording | None) -> Wording:
    """What somebody typed. Where the sentences came from is found out, whatever they say of it."""
    try:
        is_object = isinstance(wording, dict)
        typed = {key: wording[key] for key in wording if key not in SIGNED_WITH_THEM} if is_object else wording
        parsed = Wording.parse(typed)
    except InvalidTemplate as problem:
        raise InvalidRequest(f"The words cannot be used: {problem}.") from problem
    is_asked_for = moment == ProgramVersion.MomentKind.REQUEST
    unknown = LISTENING_SLOTS if is_asked_for else REQUEST_SLOTS
    known_slots = dict.fromkeys(SLOTS if recording or is_asked_for else SLOTS.keys() - {"song"}, "")
    for number, template in enumerate(parsed.parsed_templates, start=1):
        if strange := sorted(template.mentions & unknown):
            what = "is asked for, so it knows no listens" if is_asked_for else "is not asked for"
            raise InvalidRequest(f"Template {number} speaks of {{{strange[0]}}}, and this program {what}.")
        if not can_fill_in(parsed, template, known_slots):
            raise InvalidRequest(
                f"Template {number} speaks of {{song}}, and this program is about no single one. Name it."
            )
    return parsed


def _lock_program(program: Program) -> Program:
    """Lock the row, so that versions are numbered and signed one after the other.

    Without a join: after waiting for a lock, PostgreSQL reads the locked row again, but not what is joined to it.
    """
    return Program.objects.select_for_update(no_key=True).get(pk=program.pk)


def _require_here(program: Program) -> None:
    if Artist.objects.filter(pk=program.artist_id, left_at__isnull=False).exists():
        raise Stale("The artist has left, so no program of theirs goes live.")


def _change_state(program: Program, before: str, after: str, action: str, by: Person, **changes: Any) -> None:
    """Change the state if it is `before`, with audit and notices; do nothing otherwise."""
    with transaction.atomic():
        if Program.objects.filter(pk=program.pk, state=before).update(state=after, **changes):
            trail.record(action, by=by.actor, subject=f"program:{program.pk}")
            notices.post(program_notices(action, [program]))
