"""What an artist offers of remixes: one offer, which fans ask for at the desk of any song that is open for remixes."""

from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts import roles
from accounts.models import Person
from artists import programs
from artists.exceptions import InvalidRequest
from artists.models import Moment, Program, ProgramVersion
from artists.permissions import require_role
from artists.remixes.terms import RemixTerms
from catalog.models import Artist

NAME = "A remix"
MAX_FAILED = 5


def find_program(artist: Artist) -> Program | None:
    """The offer, signed or not, once it has a version."""
    asked_for = artist.programs.filter(versions__moment=ProgramVersion.MomentKind.REQUEST)
    return asked_for.filter(kind=Program.Kind.REMIX).order_by("pk").first()


def find_offer(artist: Artist) -> ProgramVersion | None:
    """What fans can ask for now."""
    offered = ProgramVersion.objects.offers(Program.Kind.REMIX).select_related("artist", "program")
    return offered.filter(artist=artist).order_by("pk").first()


def list_failed(program: Program) -> list[Moment]:
    """The newest moments whose sound could not be made, or was not permitted. Their `reason` says why, after the colon.

    What ended because of a fan is not among them.
    """
    failed = program.moments.filter(Q(reason__startswith="unsayable: ") | Q(reason__startswith="uncleared: "))
    return list(failed.select_related("recording").order_by("-pk")[:MAX_FAILED])


def create(artist: Artist, *, by: Person) -> Program:
    """Begin to offer remixes; nobody can ask before it is signed. Raises NotAllowed or InvalidRequest.

    Returns an offer that was begun and never saved, where there is one.
    """
    require_role(artist, by, roles.may_edit, "offer remixes")
    with transaction.atomic():
        Artist.objects.select_for_update(no_key=True).get(pk=artist.pk)  # two at once do not make two
        if find_program(artist):
            raise InvalidRequest("Remixes are offered already. Change that offer.")
        begun = artist.programs.filter(kind=Program.Kind.REMIX, name=NAME, versions=None).order_by("pk").first()
        return begun or programs.create(artist, name=NAME, by=by, kind=Program.Kind.REMIX)


def save(program: Program, *, by: Person, terms: Any, review_seconds: int) -> ProgramVersion:
    """Add an unsigned version of the offer. `terms` are those of RemixTerms. Raises NotAllowed or InvalidRequest."""
    require_role(program.artist, by, roles.may_edit, "edit this offer")
    if program.kind != Program.Kind.REMIX:
        raise InvalidRequest("This is no offer of remixes.")
    if program.versions.exclude(moment=ProgramVersion.MomentKind.REQUEST).exists():
        raise InvalidRequest("This program answers moments, so fans cannot ask for it. Make an offer of remixes.")
    programs.require_review_seconds(review_seconds)
    return programs.add_version(
        program,
        by,
        moment=ProgramVersion.MomentKind.REQUEST,
        nth=1,
        wording="",
        terms=RemixTerms.parse(terms).canonical(),
        review_seconds=review_seconds,
    )
