"""Refuse: what a team is told when something cannot be done. Each says its sentence, fit to be shown."""

from datetime import datetime


class Refused(Exception):
    """What was asked for cannot be; the sentence says what to change. Nothing was lost."""


class NotFound(Exception):
    """There is no such thing, or it is none of this person's business: both read the same."""


class Stale(Exception):
    """It is no longer as this person saw it."""


class TooLate(Stale):
    """The time for it is over."""


class Expired(TooLate):
    """Nobody decided in time."""

    def __init__(self, when: datetime) -> None:
        super().__init__(f"Nobody decided until {when:%H:%M} UTC on {when:%-d %B %Y}: it has expired.")
        self.when = when


class OptedOut(Stale):
    """The fan no longer lets the team know of them."""

    def __init__(self) -> None:
        super().__init__("The fan opted out, so nothing of this goes out.")


class Muted(Stale):
    """The fan wants to hear nothing of this program."""

    def __init__(self) -> None:
        super().__init__("The fan paused this program, so nothing of this goes out.")


class Uncleared(Exception):
    """Somebody who must say yes has not; the sentence says who."""


class AlreadyDecided(Exception):
    """Somebody was faster, or the same person clicked twice."""

    def __init__(self, who: str, when: datetime, state: str) -> None:
        super().__init__(f"Already decided by {who} at {when:%H:%M} UTC on {when:%-d %B %Y}: {state}.")
        self.who, self.when, self.state = who, when, state
