"""An artist who takes requests, fans who ask, and what workers then do."""

from typing import Any

from accounts.models import Person
from artists import delivery, drafts, expiry, programs, review, withdrawal
from artists.models import Draft, ExperienceRequest, Program, ProgramVersion
from artists.requests import asking, following, prices
from artists.requests.asking import Wish
from artists.requests.consent_text import Words
from catalog.models import Artist
from tests import factories

WORDING = {
    "locale": "en",
    "templates": [
        "Dear {recipient}[, {relation}, {name}, asked me to write]. This is for {occasion}[: {event}]. {artist}"
    ],
    "fragments": {},
}
WISH = Wish("Leyla", "exam", "sister", "passed", may_share_name=True)
NOTE = "She is afraid of deep water."


def create_offer(
    artist: Artist, *, wording: dict[str, Any] = WORDING, seconds: int = 86_400, **terms: Any
) -> ProgramVersion:
    """An open offer, with three free tries of each fan unless `terms` say otherwise."""
    program = programs.create(artist, name="Ask me", by=factories.get_member(artist, "principal"))
    return sign_terms(program, wording=wording, seconds=seconds, **terms)


def sign_terms(
    program: Program, *, wording: dict[str, Any] = WORDING, seconds: int = 86_400, **terms: Any
) -> ProgramVersion:
    principal = factories.get_member(program.artist, "principal")
    version = programs.edit(
        program,
        by=principal,
        moment="request",
        nth=1,
        wording=wording,
        review_seconds=seconds,
        terms={"free_tries": 3, **terms},
    )
    programs.sign(version, by=principal, fresh=True)
    return ProgramVersion.objects.select_related("program", "artist").get(pk=version.pk)


def ask(fan: Person, version: ProgramVersion, wish: Wish = WISH) -> ExperienceRequest:
    price = prices.find_price(fan, version)
    words = Words.of(version, price).words_hash if price else ""
    return asking.ask(fan, version, wish, words_hash=words, starts_now=True)


def write(request: ExperienceRequest) -> Draft:
    """The draft that waits for a decision."""
    drafts.write_next()
    return Draft.objects.select_related("artist", "person", "version__program", "moment").get(moment__request=request)


def approve(draft: Draft) -> None:
    review.approve(draft.pk, by=factories.get_member(draft.artist, "principal"))


def work() -> bool:
    """Let every worker do what is due, until nothing is. Returns whether anything was."""
    steps = (
        withdrawal.withdraw_next,
        drafts.write_next,
        expiry.expire_next,
        delivery.deliver_next,
        following.follow_next,
    )
    for done in range(50):
        worked = [step() for step in steps]  # each of them
        if not any(worked):
            return done > 0
    raise AssertionError("There is work without end.")


def read(request: ExperienceRequest) -> ExperienceRequest:
    return ExperienceRequest.objects.select_related("moment").get(pk=request.pk)


def pause(program: Program) -> None:
    programs.pause(program, by=factories.get_member(program.artist, "principal"))
