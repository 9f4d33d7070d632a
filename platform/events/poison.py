"""Isolate: find the few records that nobody can take in, so that the rest of their batch goes on."""

import traceback
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import Self

from django.db import Error, InterfaceError, OperationalError, connection, transaction

from events.records import Incoming, Rejected

type BatchHandler = Callable[[list[Incoming]], list[Rejected]]
# SQLSTATE classes that are the record's own fault: a value that no index or row can hold (an OperationalError all the
# same), and one that is none of its type.
PROGRAM_LIMIT_EXCEEDED, DATA_EXCEPTION = "54", "22"


class TooManyFailures(Exception):
    """So much fails that the fault must be ours: stop, rather than put a good day's listens aside."""


@dataclass
class FailureTracker:
    """Counts records that failed unexpectedly. Those that a handler itself rejects as unreadable never count."""

    most_in_a_row: int = 20
    most_of_recent: int = 100
    in_a_row: int = 0
    recent: deque[bool] = field(default_factory=lambda: deque(maxlen=1000))

    def fine(self, records: int) -> None:
        self.in_a_row = 0
        self.recent.extend(repeat(False, min(records, 1000)))

    def failed(self, error: Exception) -> None:
        self.in_a_row += 1
        self.recent.append(True)
        if self.in_a_row >= self.most_in_a_row or sum(self.recent) >= self.most_of_recent:
            raise TooManyFailures(
                f"{sum(self.recent)} of the last {len(self.recent)} records failed, {self.in_a_row} in a row, "
                f"the last with {_error_class(error)} at {_error_location(error)}"
            ) from None  # the database's own words may quote a listen

    def copy(self) -> Self:
        return type(self)(self.most_in_a_row, self.most_of_recent, self.in_a_row, self.recent.copy())


def handle_isolating_failures(
    records: Sequence[Incoming], handle: BatchHandler, doubt: FailureTracker
) -> list[Rejected]:
    """Handle the records; if that fails, halve them until what fails stands alone. In the caller's transaction.

    So `handle` may see a record several times, always after what it wrote was rolled back. A database that is away is
    nobody's fault and goes up to the caller.
    """
    try:
        with transaction.atomic():
            rejected = handle(list(records))
            connection.check_constraints()  # deferred ones too: at the commit nobody could say which record it was
    except Exception as error:
        if is_transient(error):
            raise
        if len(records) == 1:
            if not sqlstate(error).startswith((PROGRAM_LIMIT_EXCEEDED, DATA_EXCEPTION)):
                doubt.failed(error)
            return [Rejected(records[0], _rejection_reason(error))]
        middle = len(records) // 2
        return handle_isolating_failures(records[:middle], handle, doubt) + handle_isolating_failures(
            records[middle:], handle, doubt
        )
    doubt.fine(len(records))
    return rejected


def is_transient(error: Exception) -> bool:
    """Whether the same may succeed later."""
    return isinstance(error, OperationalError | InterfaceError) and not sqlstate(error).startswith(
        PROGRAM_LIMIT_EXCEEDED
    )


def sqlstate(error: BaseException) -> str:
    return getattr(error.__cause__, "sqlstate", None) or ""


def _error_class(error: Exception) -> str:
    """For logs: what it is, never what it says, which may quote a listen."""
    state = sqlstate(error) if isinstance(error, Error) else ""
    return f"{type(error).__name__} {state}".strip()


def _error_location(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "an unknown place"


def _rejection_reason(error: Exception) -> str:
    said = str(error).partition("\n")[0]
    return f"unexpected {_error_class(error)}: {said}"
