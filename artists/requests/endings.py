"""How a request ends: one pure function of where it stands and what happened. docs/requests.md is its table."""

from dataclasses import dataclass
from enum import StrEnum

from artists.models import Draft, Program


class Stage(StrEnum):
    """Where a request stands."""

    PAYING = "paying"
    """No hold is on the card yet."""
    ASKED = "asked"
    """Nothing is written yet."""
    REVIEW = "review"
    """A draft waits for a decision."""
    APPROVED = "approved"
    """The decision can still be undone, and no money has moved."""
    CAPTURING = "capturing"
    """The time to undo is over, and the card is being charged."""
    PAID = "paid"
    """Charged, and not delivered yet."""
    OVER = "over"


class Event(StrEnum):
    """What can end it."""

    UNPAID = "unpaid"
    TAKEN_BACK = "taken_back"
    OPTED_OUT = "opted_out"
    MUTED = "muted"
    ERASED = "erased"
    DECLINED = "declined"
    SILENCE = "silence"
    PAUSED = "paused"
    UNCLEARED = "uncleared"
    """A song was closed, an envelope became narrower, a grant ended, or a quantity is used up."""
    ARTIST_LEFT = "artist_left"
    UNSAYABLE = "unsayable"
    """The composer or the renderer refused."""
    OUTDATED = "outdated"
    HOLD_LOST = "hold_lost"
    TOO_YOUNG = "too_young"
    """Staff learned that the fan is under 18, so what was held was let go."""
    CAPTURE_FAILED = "capture_failed"
    REFUNDED = "refunded"
    DISPUTED = "disputed"


class Effect(StrEnum):
    """What an event does."""

    ENDS = "ends"
    GOES_ON = "goes on"
    WAITS = "waits"
    """Nothing is sent while it lasts. It ends at its deadline, or when delivery looks again."""
    REFUSED = "refused"
    NEVER = "never"
    """The event cannot happen at this stage."""


class Money(StrEnum):
    """What becomes of the money, or of the request of a tier, or of the free try."""

    BACK = "back"
    """A hold is let go, a charge is refunded, a tier's request or a free try can be used again."""
    GONE = "gone"
    """The bank has it already. The ledger has what the provider says."""
    STAYS = "stays"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an event does to a request, to its draft, and to what pays for it."""

    effect: Effect
    draft: str = ""
    """The state that its draft has then; empty where it has none, or keeps the one it has."""
    money: Money = Money.STAYS


_BY_THE_FAN = (Event.OPTED_OUT, Event.MUTED)
_AT_DELIVERY = (Event.PAUSED, Event.UNCLEARED)
_AT_ANY_TIME = (Event.ERASED, Event.ARTIST_LEFT)
_UNDECIDED = (Stage.PAYING, Stage.ASKED, Stage.REVIEW)
_ONLY_AT: dict[Event, tuple[Stage, ...]] = {
    Event.UNPAID: (Stage.PAYING,),
    Event.DECLINED: (Stage.REVIEW, Stage.APPROVED),
    Event.SILENCE: (Stage.REVIEW,),
    Event.UNSAYABLE: (Stage.ASKED,),
    Event.OUTDATED: (Stage.REVIEW, Stage.APPROVED, Stage.PAID),
    Event.HOLD_LOST: (Stage.ASKED, Stage.REVIEW, Stage.APPROVED),
    Event.TOO_YOUNG: (Stage.ASKED, Stage.REVIEW, Stage.APPROVED, Stage.CAPTURING),
    Event.CAPTURE_FAILED: (Stage.CAPTURING,),
    Event.REFUNDED: (Stage.PAID,),
    Event.DISPUTED: (Stage.PAID,),
}
"""The stages at which these happen. There they end the request."""
LOST_MONEY = (Event.REFUNDED, Event.DISPUTED)
"""After these the bank has the money already."""
_OWN_STATES = {
    Event.DECLINED: Draft.State.DECLINED,
    Event.SILENCE: Draft.State.EXPIRED,
    Event.OUTDATED: Draft.State.WITHDRAWN,
}
"""What the draft is already when these are noticed."""


def find_outcome(stage: Stage, event: Event) -> Outcome:
    """What the event does to a request at this stage."""
    effect = _find_effect(stage, event)
    if effect != Effect.ENDS:
        return Outcome(effect)
    money = Money.GONE if event in LOST_MONEY else Money.BACK
    return Outcome(effect, _find_draft_state(stage, event), money)


def _find_effect(stage: Stage, event: Event) -> Effect:
    if stage == Stage.OVER:
        return Effect.REFUSED if event == Event.TAKEN_BACK else Effect.GOES_ON
    if event in _ONLY_AT:
        return Effect.ENDS if stage in _ONLY_AT[event] else Effect.NEVER
    if event in _AT_ANY_TIME:
        return Effect.ENDS
    if event in _AT_DELIVERY:
        return Effect.WAITS if stage in (Stage.PAYING, Stage.REVIEW, Stage.CAPTURING) else Effect.ENDS
    if stage in _UNDECIDED:
        return Effect.ENDS
    return Effect.GOES_ON if event in _BY_THE_FAN else Effect.REFUSED


def _find_draft_state(stage: Stage, event: Event) -> str:
    if stage in (Stage.PAYING, Stage.ASKED):
        return ""
    if event in _OWN_STATES:
        return _OWN_STATES[event]
    return Draft.State.WITHDRAWN if stage == Stage.REVIEW else Draft.State.UNDELIVERABLE


FAN_WORDS: dict[Event, str] = {
    Event.UNPAID: "It was never held on your card, so nothing was asked.",
    Event.TAKEN_BACK: "You took it back.",
    Event.OPTED_OUT: "You ended messages from this artist before it was decided.",
    Event.MUTED: "You paused this program before it was decided.",
    Event.ERASED: "The account was closed.",
    Event.DECLINED: "The answer is no. No reason is owed.",
    Event.SILENCE: "Nobody answered in time.",
    Event.PAUSED: "The artist does not take requests at the moment.",
    Event.UNCLEARED: "Not everybody who has to say yes does at the moment.",
    Event.ARTIST_LEFT: "The artist is not here any more.",
    Event.UNSAYABLE: "What you chose could not be put into the artist’s words. Choose other facts.",
    Event.OUTDATED: "It was not true any more when it was to be sent.",
    Event.HOLD_LOST: "Your bank let go of the money before it was answered.",
    Event.TOO_YOUNG: "Paid requests start at 18, so the money was let go.",
    Event.CAPTURE_FAILED: "The answer was yes, but your card could not be charged. You can ask again.",
    Event.REFUNDED: "It was paid back before it was sent.",
    Event.DISPUTED: "Your bank took the payment back before it was sent.",
}
"""What the fan reads."""
REMIX_WORDS: dict[Event, str] = {
    Event.UNCLEARED: "This remix cannot be made any more: the song or its limits changed, or somebody’s yes ended.",
    Event.UNSAYABLE: "Its sound could not be made here. That is no answer of the artist: you can ask again.",
}
"""What the fan reads of a remix instead."""


def describe(event: Event, kind: str) -> str:
    """What the fan reads of how a request for a program of this kind ended."""
    return REMIX_WORDS.get(event, FAN_WORDS[event]) if kind == Program.Kind.REMIX else FAN_WORDS[event]


BACK_WORDS = {
    "card": "Nothing is charged. What was held or charged goes back to your card.",
    "credit": "Your tier’s request is yours again, for 30 days at least.",
    "free": "Your free try is yours again.",
}
"""What the fan reads of what paid for it, where it goes back."""
REASONS: dict[Event, str] = {
    Event.TAKEN_BACK: "withdrawn: the fan took the request back",
    Event.OPTED_OUT: "withdrawn: the fan opted out",
    Event.MUTED: "withdrawn: the fan paused this program",
    Event.ERASED: "erased: its fan’s account is closed",
    Event.ARTIST_LEFT: "stopped: the artist left",
    Event.HOLD_LOST: "payment: the fan’s bank let go of the money",
    Event.TOO_YOUNG: "payment: the money was let go",
    Event.CAPTURE_FAILED: "payment: the fan’s card could not be charged",
    Event.REFUNDED: "payment: it was paid back before it was sent",
    Event.DISPUTED: "payment: the fan’s bank took it back before it was sent",
}
"""What the team reads, stored with the draft. The others are stored by what notices them."""
EVENTS_BY_REASON: dict[str, Event] = {
    "stopped": Event.PAUSED,
    "uncleared": Event.UNCLEARED,
    "unsayable": Event.UNSAYABLE,
    "guard": Event.UNSAYABLE,
    "failed": Event.UNSAYABLE,
    "outdated": Event.OUTDATED,
    "erased": Event.ERASED,
    "opted out": Event.TAKEN_BACK,
    "muted": Event.MUTED,
}
"""What a stored reason begins with, and the event that it tells of."""
