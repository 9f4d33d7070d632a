"""Single events of the seed: programs are signed and paused, a grant is revoked, fans opt out, mute and report."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import chain, repeat

from django.conf import settings

from accounts.models import Role
from artists import moderation, programs, review
from artists.models import Draft, Program
from config.demo.artist_data import MARA, PAUSED, REPORTED, REVOKED
from config.demo.decisions import deliver_and_open
from config.demo.fan_data import ANA
from config.demo.program_data import HUNDRED_NAME, NEWER_TEMPLATE, PROGRAMS, THANKS, DemoProgram
from config.demo.setup import STAFF_HANDLE, DemoWorld, create_signed_program
from fans import mutes, opt_ins
from fans import reports as fan_reports
from fans.models import Experience, Mark
from rights import grants
from rights.models import Use
from trust import reports, weights

type TimelineEvent = Callable[[DemoWorld], bool]
"""Returns whether it happened. If not, it is tried again on the next evening."""


def list_events() -> list[tuple[int, TimelineEvent]]:
    """The events with their day, counted from the start of the half year, in order."""
    signings = [
        (offer.day, partial(_sign_program, slug=slug, offer=offer))
        for slug, offers in PROGRAMS.items()
        for offer in offers
    ]
    others: list[tuple[int, TimelineEvent]] = [
        (95, partial(_fan_leaves, slug=MARA)),
        (130, _fan_mutes),
        (138, _grant_is_revoked),
        (150, _fans_report),
        (157, _program_is_paused),
        (163, _report_is_dismissed),
        (165, partial(_fan_leaves, slug=MARA)),
        (168, _new_version_waits_for_signature),
    ]
    return sorted([*signings, *others], key=lambda event: event[0])


def _sign_program(world: DemoWorld, *, slug: str, offer: DemoProgram) -> bool:
    create_signed_program(world, slug, offer)
    return True


def _fan_leaves(world: DemoWorld, *, slug: str) -> bool:
    """A fan opts out between the approval and the delivery, so the draft becomes undeliverable."""
    pending = Draft.objects.filter(state=Draft.State.PENDING, artist__slug=slug, version__recording=None)
    pending = pending.filter(deadline__gt=world.clock.now + timedelta(hours=1)).exclude(person__handle=ANA)
    draft = pending.select_related("person", "artist").first()
    if draft is None:
        return False
    review.approve(draft.pk, by=world.member(slug, Role.REVIEWER))
    opt_ins.opt_out(draft.person, draft.artist)
    deliver_and_open(world)
    return True


def _fan_mutes(world: DemoWorld) -> bool:
    received = Experience.objects.filter(artist__slug="hraundis").select_related("person", "artist").last()
    if received is None:
        return False
    program = Program.objects.get(pk=received.program)
    mutes.pause(received.person, program.pk, received.artist, name=program.name)
    return True


def _grant_is_revoked(world: DemoWorld) -> bool:
    grants.switch_off(world.artists[REVOKED], Use.PERSONAL_MESSAGE, by=world.principal(REVOKED))
    return True


def _program_is_paused(world: DemoWorld) -> bool:
    program = world.artists[PAUSED].programs.filter(state=Program.State.LIVE).order_by("pk").last()
    assert program
    programs.pause(program, by=world.people["davi"])
    return True


def _report_is_dismissed(world: DemoWorld) -> bool:
    """Dismiss a report by the guest, who then has a notice about it."""
    filled = Experience.objects.filter(person__handle=ANA, mark=Mark.FILLED, why__nth__gt=1).exclude(artist__slug=MARA)
    received = filled.select_related("person", "artist").order_by("delivered_at").last()
    if received is None:
        return False
    comment = f"It says {(received.why or {})['nth']} times. I am sure it was more."
    report = fan_reports.report_experience(received, by=received.person, reason="untrue", said=comment)
    note = "Counted again with the fan: the number was right, the rest was played offline and came later."
    reports.handle(report, upheld=False, note=note, by=world.people[STAFF_HANDLE])
    _weigh_reports()
    return True


def _fans_report(world: DemoWorld) -> bool:
    """As many regular fans as it takes report one program, which stops it until its team has looked."""
    received = Experience.objects.filter(artist__slug=REPORTED, why__nth__gte=settings.REPORT_FULL_LISTENS)
    by_program: dict[int, list[Experience]] = {}
    for experience in received.select_related("person", "artist").order_by("-pk"):
        by_program.setdefault(experience.program, []).append(experience)
    reportable = max(by_program.values(), key=len, default=[])
    needed = weights.threshold(len(reportable)) // weights.FULL_WEIGHT
    if len(reportable) < needed:
        return False
    said = [("Sounds like a threat to me.", "hurtful"), ("My little sister read this one.", "pretends")]
    for experience, (comment, reason) in zip(reportable[:needed], chain(said, repeat(("", "hurtful"))), strict=False):
        fan_reports.report_experience(experience, by=experience.person, reason=reason, said=comment)
    _weigh_reports()
    return True


def _weigh_reports() -> None:
    while moderation.look_at_next():
        pass


def _new_version_waits_for_signature(world: DemoWorld) -> bool:
    offer = next(offer for offer in PROGRAMS[MARA] if offer.name == HUNDRED_NAME)
    program = world.artists[MARA].programs.get(name=offer.name)
    wording = {"locale": "en", "templates": [NEWER_TEMPLATE, *offer.templates], "fragments": {"closing": list(THANKS)}}
    programs.edit(program, by=world.member(MARA, Role.EDITOR), **{**offer.version, "wording": wording})
    return True
