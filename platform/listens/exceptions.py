"""What this app raises. All of it derives from `ListensError`."""

from typing import Any


class ListensError(Exception):
    """Base of the exceptions below. The text is for a person."""


class UnreadableListen(ListensError):
    """An event holds no listen or retraction that we can use. The text says why, and quotes nothing the fan wrote."""


class InvalidSubmission(ListensError):
    """A ListenBrainz client submitted something invalid. `listen` is the listen at fault; the answer repeats it."""

    def __init__(self, message: str, listen: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.listen = listen or {}


class RequestRejected(ListensError):
    """A request to the ListenBrainz API is answered with this HTTP status and message."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class ImplausiblePlay(ListensError):
    """Our player reported a play that cannot have happened, or that is no listen. The text is for the player."""


class TooManyPlays(ListensError):
    """Our player reported plays of one song faster than time passes. The text is for the player."""


class InvalidSource(ListensError):
    """This URI or this topic cannot be that of a source outside of Fanfare."""


class SourceNotRegistered(ListensError):
    """No source with this URI is registered."""


class FanNotFound(ListensError):
    """No fan with an open account has this handle or id."""
