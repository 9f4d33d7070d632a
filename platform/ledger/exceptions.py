"""Exceptions of the ledger."""


class LedgerError(Exception):
    """Something cannot be posted. Nothing of it was stored."""


class InvalidPosting(LedgerError):
    """The legs do not add up to zero, or an amount, an account or a key cannot be stored."""


class UnknownAccount(InvalidPosting):
    """The chart of accounts has no account of this code."""


class KeyReused(LedgerError):
    """A transaction of this key was posted before, with other content."""


class AlreadyReversed(LedgerError):
    """Another transaction reverses this one."""
