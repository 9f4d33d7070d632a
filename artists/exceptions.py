"""Exceptions of the artists app. People read their messages, which say what to change."""

from datetime import datetime

from web.times import write_time


class Refused(Exception):
    """Base of all of them: the request was refused, and nothing was changed.

    `code` is in the API's answer; without one it is the name of the class.
    """

    code: str | None = None


class InvalidRequest(Refused):
    """The request itself must change before it can be done."""

    code = "Refused"


class NotOffered(Refused):
    """The artist takes no such request at the moment, or not from this fan."""


class TermsChanged(NotOffered):
    """The price or the words are others than those that this fan saw."""


class InvalidPeriod(InvalidRequest):
    """A day of a period cannot be chosen; `field` is `first_day` or `last_day`."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class DraftNotFound(Refused):
    """The draft does not exist, or this person may not see it; both read the same."""

    code = "NotFound"


class Stale(Refused):
    """The draft changed since this person looked at it."""


class TooLate(Stale):
    """It is too late to do this."""


class Expired(TooLate):
    """Nobody decided before the deadline, `when`."""

    def __init__(self, when: datetime) -> None:
        super().__init__(f"Nobody decided until {write_time(when)}: it has expired.")
        self.when = when


class OptedOut(Stale):
    """The fan ended the opt-in with this artist."""

    def __init__(self) -> None:
        super().__init__("The fan opted out, so nothing of this goes out.")


class TakenBack(Stale):
    """The fan took back what was asked for, or it ended otherwise."""

    def __init__(self) -> None:
        super().__init__("The request is over, so nothing of this goes out.")


class Muted(Stale):
    """The fan paused this program."""

    def __init__(self) -> None:
        super().__init__("The fan paused this program, so nothing of this goes out.")


class Outdated(Stale):
    """The draft is not true any more, for this `reason`."""

    def __init__(self, reason: str, *, is_rewritten: bool) -> None:
        detail = reason.partition(": ")[2]
        rest = "Another draft is being written." if is_rewritten else "Nothing of this goes out."
        super().__init__(f"This is not true any more: {detail}. {rest}")


class Uncleared(Refused):
    """A party that must agree has not; the message names it."""


class AlreadyDecided(Refused):
    """Somebody, `who`, decided the draft at `when`; its state is `state` since."""

    def __init__(self, who: str, when: datetime, state: str) -> None:
        super().__init__(f"Already decided by {who} on {write_time(when)}: {state}.")
        self.who, self.when, self.state = who, when, state


class AlreadyHeld(Refused):
    """Another member, `who`, holds the draft until `until`, or longer if they stay on the page."""

    def __init__(self, who: str, until: datetime) -> None:
        super().__init__(f"{who} is looking at this one. It is free again when they leave it.")
        self.who, self.until = who, until
