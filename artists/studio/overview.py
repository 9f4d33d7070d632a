"""List what the overview page shows: a studio's programs, and the tasks that wait for a person."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import OuterRef, Q, QuerySet, Subquery

from artists import moderation
from artists.artist_grants import Obstacles
from artists.explanations import describe_program
from artists.models import Program, ProgramVersion
from artists.program_status import ProgramStatus, get_status, is_off
from artists.studio.access import Studio
from artists.studio.imports import list_named
from fans.models import ShelfEntry
from rights import agreement_versions, claims, roster
from rights.models import Claim, Party

MAX_CLAIM_TASKS = 5


def list_programs(studio: Studio) -> QuerySet[Program]:
    """The artist's programs by name, each with its signed version and with the number `newest` of its last version."""
    programs = studio.artist.programs.select_related("current__recording").order_by("name", "pk")
    versions = ProgramVersion.objects.filter(program=OuterRef("pk")).order_by("-version")
    return programs.annotate(newest=Subquery(versions.values("version")[:1]))


def list_program_rows(programs: Iterable[Program], obstacles: Obstacles) -> list[tuple[Program, str, ProgramStatus]]:
    """Each program with its sentence ("" before it is signed) and its status."""
    return [
        (program, describe_program(program.current) if program.current else "", get_status(program, obstacles))
        for program in programs
    ]


@dataclass(frozen=True, slots=True)
class Task:
    """Something that a person of the team has to do, and the page to do it on."""

    title: str
    hint: str
    url: str


def list_tasks(studio: Studio, programs: list[Program], obstacles: Obstacles) -> list[Task]:
    """What there is to do besides deciding drafts."""
    tasks = [*_grant_tasks(studio, programs)] if is_off(obstacles.of_messages) else []
    for program in programs:
        tasks += _program_tasks(studio, program)
    return [
        *tasks, *_shelf_tasks(studio), *_roster_tasks(studio), *_agreement_tasks(studio), *_claim_tasks(studio),
        *_imported_tasks(studio),
    ]  # fmt: skip


def _shelf_tasks(studio: Studio) -> list[Task]:
    """Remixes that fans offered for the artist's page, and those on it that others reported."""
    waiting = ShelfEntry.objects.filter(artist=studio.artist, state=ShelfEntry.State.OFFERED).count()
    reported, url, tasks = moderation.list_reported(studio.artist).count(), studio.url("studio-shelf"), []
    if waiting:
        many = f"Fans offer {waiting:,} remixes for your page"
        title = "A fan offers a remix for your page" if waiting == 1 else many
        tasks.append(Task(title, "hear it, and put it there or not", url))
    if reported:
        title = "A fan reported a remix on your page" if reported == 1 else f"Fans reported {reported:,} remixes on it"
        tasks.append(Task(title, "see why, and take it off or leave it", url))
    return tasks


def _roster_tasks(studio: Studio) -> list[Task]:
    """Labels and publishers that wait for an answer, for those who may give it."""
    if not studio.may_manage:
        return []
    asked = studio.artist.roster_entries.filter(roster.OPEN).order_by("pk").values_list("label__name", flat=True)
    return [Task(f"{name} wants you on its roster", "say yes or no", studio.url("studio-labels")) for name in asked]


def _agreement_tasks(studio: Studio) -> list[Task]:
    """Proposed terms that wait for the artist, for those who may answer; one query."""
    if not studio.may_manage:
        return []
    waiting = agreement_versions.list_waiting(Party.objects.filter(artist=studio.artist)).order_by("pk")
    return [
        Task(
            f"An agreement waits for your answer: {version.agreement.title}",
            "read it, and see what it would change; leaving it costs nothing",
            studio.url("studio-agreement", version_id=version.pk),
        )
        for version in waiting[:MAX_CLAIM_TASKS]
    ]


def _claim_tasks(studio: Studio) -> list[Task]:
    """Shares of the artist that wait for a yes, and open disputes about its songs, in one query."""
    own = Claim.objects.filter(claims.LIVE).select_related("recording", "work")
    waits = Q(party__artist=studio.artist, confirmed_at=None, catalog_import=None)
    of_artist = Q(recording__artist=studio.artist) | Q(party__artist=studio.artist)
    found = own.filter(waits | (claims.DISPUTED & of_artist)).order_by("pk")[:MAX_CLAIM_TASKS]
    return [_claim_task(studio, claim) for claim in found]


def _imported_tasks(studio: Studio) -> list[Task]:
    """Shares that imports name and that wait for a yes: one task a file; one query, and one more if there are any."""
    return [
        Task(
            f"{each.catalog_import.party.name} says you have a share in {each.number:,} song{'s' * (each.number > 1)}",
            "confirm them together or one by one",
            studio.url("studio-imports"),
        )
        for each in list_named(studio.artist)
    ]


def _claim_task(studio: Studio, claim: Claim) -> Task:
    owned = claim.recording or claim.work
    title = owned.title if owned else ""
    is_own_song = claim.recording is not None and claim.recording.artist_id == studio.artist.pk
    url = studio.url("song", song_id=claim.recording_id) if is_own_song else studio.url("songs")
    if claim.is_disputed:
        return Task(f"Who owns “{title}” is disputed", "our staff settle it", url)
    return Task(f"Your share of “{title}” waits for your yes", "confirm or end it", url)


def _grant_tasks(studio: Studio, programs: list[Program]) -> list[Task]:
    is_signed = any(program.current for program in programs)
    title = "Personal messages are off, so no program sends anything" if is_signed else "Personal messages are off"
    return [Task(title, "until you switch them on", studio.url("grants"))]


def _program_tasks(studio: Studio, program: Program) -> list[Task]:
    url = studio.url("program", program_id=program.pk)
    newest = getattr(program, "newest", None) or 0
    signed = program.current.version if program.current else 0
    if program.state == Program.State.PAUSED and program.paused_because:
        return [Task(f"{program.name} was stopped by reports", "read why", url)]
    if newest > signed:
        return [Task(f"{program.name}: version {newest} waits for a signature", "unsigned", url)]
    return []
