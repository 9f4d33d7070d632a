"""What can go wrong with live notices."""


class LiveError(Exception):
    """The base of every exception here."""


class TooManySockets(LiveError):
    """This person has as many open sockets as one person may have."""


class UnreadableHint(LiveError):
    """A record on notices.v1 that we did not write."""
