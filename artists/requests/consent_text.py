"""What a fan agrees to by asking for a message or a remix. A consent keeps the words that it was given to."""

from dataclasses import asdict, dataclass
from math import ceil
from typing import Self

from accounts import consents
from artists.models import ExperienceRequest, Program, ProgramVersion
from artists.requests.prices import Price
from rights.money import format_money

VERSION = 3
"""Of the words below. Another number whenever they change."""

WORDS = (
    "I ask {artist} for a message. {artist}’s team sees my name, whom it is for, what I chose here and my line to the "
    "team. They see nothing of my listening, and this is no opt-in: nothing else is written to me because of it. "
    "No AI model is told anything of it. I may share the name of the person whom the message greets. "
    "A person on the team decides. I can take it back until then, and ending messages or pausing this program takes it "
    "back as well. What was decided by then still comes."
)

REMIX_WORDS = (
    "I ask {artist} for this remix of {song}: {changes}. It lasts {length}. {artist}’s team sees my name and what I "
    "changed at the desk. They see nothing of my listening, and this is no opt-in: nothing else is made for me because "
    "of it. Rules make its sound, and no AI model is told anything of it. A person on the team hears it and decides; "
    "where they did not hear all of it, the mark says so. An owner of the song whose agreement asks for it hears it "
    "too. I can take it back until then, and ending messages or pausing this program takes it back as well. What was "
    "decided by then still comes."
)

PAYMENT_WORDS = {
    ExperienceRequest.PaidBy.CARD: (
        "One {what} of {artist}, {price}, tax included. The amount is held on my card and charged only if the answer "
        "is yes and the time to undo it is over. Within {days} at most it is answered, or let go. "
        "No or no answer: nothing is charged."
    ),
    ExperienceRequest.PaidBy.CREDIT: (
        "One request of my tier pays for it. Within {days} at most it is answered. "
        "No or no answer: it is mine again, for 30 days at least."
    ),
    ExperienceRequest.PaidBy.FREE: (
        "One of my free tries pays for it. Within {days} at most it is answered. No or no answer: it does not count."
    ),
}
IMMEDIATE_START = (
    "Start today. I know that once it is decided I cannot take it back within 14 days, because what I pay for has "
    "begun."
)
"""The express consent without which a paid service begins only after 14 days (EU)."""
DAY_SECONDS = 86_400


WHAT = {Program.Kind.MESSAGE: "message", Program.Kind.REMIX: "remix"}
"""What is asked for, as one word."""


@dataclass(frozen=True, slots=True)
class RemixFacts:
    """What the words say of a remix. A fan who reads them agrees to exactly this one."""

    song: str
    changes: str
    length: str


@dataclass(frozen=True, slots=True)
class Words:
    """What a fan reads before the button, and agrees to by it."""

    asking: str
    payment: str
    immediate_start: str
    """Of the box that a card needs; empty where none pays."""

    @classmethod
    def of(cls, version: ProgramVersion, price: Price, remix: RemixFacts | None = None) -> Self:
        is_card = price.amount is not None
        asked, days = asdict(remix) if remix else {}, find_days(version)
        facts = {
            **asked,
            "artist": version.artist.name,
            "what": WHAT[Program.Kind(version.program.kind)],
            "price": format_money(price.amount, price.currency) if price.amount is not None else "",
            "days": f"{days} {'day' if days == 1 else 'days'}",
        }
        payment = PAYMENT_WORDS[price.paid_by].format(**facts)
        return cls((REMIX_WORDS if remix else WORDS).format(**facts), payment, IMMEDIATE_START if is_card else "")

    @property
    def paper(self) -> str:
        """All of it, as it is stored."""
        return "\n".join(filter(None, [self.asking, self.payment, self.immediate_start]))

    @property
    def words_hash(self) -> str:
        return consents.digest(self.paper)


def find_days(version: ProgramVersion) -> int:
    """Within how many days at most an answer comes, as the page says before anything is held."""
    return ceil(version.review_seconds / DAY_SECONDS)
