"""Find the few records of a batch that fail, so that the others are still processed."""

import traceback
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import Self

from django.db import Error, InterfaceError, OperationalError, connection, transaction

from events.exceptions import TooManyFailures
from events.records import Incoming, Rejected

type BatchHandler = Callable[[list[Incoming]], list[Rejected]]
# SQLSTATE classes for errors in the record itself: a value that no index or row can hold (Django raises it as
# OperationalError), and a value of the wrong type.
PROGRAM_LIMIT_EXCEEDED, DATA_EXCEPTION = "54", "22"


@dataclass
class FailureTracker:
    """Counts records that failed unexpectedly. Records that a handler rejects as unreadable do not count."""

    max_in_a_row: int = 20
    max_recent: int = 100
    in_a_row: int = 0
    recent: deque[bool] = field(default_factory=lambda: deque(maxlen=1000))

    def record_successes(self, records: int) -> None:
        self.in_a_row = 0
        self.recent.extend(repeat(False, min(records, 1000)))

    def record_failure(self, error: Exception) -> None:
        """Raises TooManyFailures when this failure exceeds a limit."""
        self.in_a_row += 1
        self.recent.append(True)
        if self.in_a_row >= self.max_in_a_row or sum(self.recent) >= self.max_recent:
            raise TooManyFailures(
                f"{sum(self.recent)} of the last {len(self.recent)} records failed, {self.in_a_row} in a row, "
                f"the last with {_error_class(error)} at {_error_location(error)}"
            ) from None  # the database's message may quote a listen

    def copy(self) -> Self:
        return type(self)(self.max_in_a_row, self.max_recent, self.in_a_row, self.recent.copy())


def handle_isolating_failures(
    records: Sequence[Incoming], handle: BatchHandler, failures: FailureTracker
) -> list[Rejected]:
    """Handle the records. If that fails, halve them until each failing record is alone. Return the rejected records.

    Call this inside a transaction. `handle` may get a record several times, but only after everything that it wrote
    was rolled back. Transient errors of the database are raised to the caller.
    """
    try:
        with transaction.atomic():
            rejected = handle(list(records))
            connection.check_constraints()  # deferred constraints too: at commit it is too late to isolate the record
    except Exception as error:
        if is_transient(error):
            raise
        if len(records) == 1:
            if not sqlstate(error).startswith((PROGRAM_LIMIT_EXCEEDED, DATA_EXCEPTION)):
                failures.record_failure(error)
            return [Rejected(records[0], _rejection_reason(error))]
        middle = len(records) // 2
        return handle_isolating_failures(records[:middle], handle, failures) + handle_isolating_failures(
            records[middle:], handle, failures
        )
    failures.record_successes(len(records))
    return rejected


def is_transient(error: Exception) -> bool:
    """Whether the same operation may succeed later."""
    return isinstance(error, OperationalError | InterfaceError) and not sqlstate(error).startswith(
        PROGRAM_LIMIT_EXCEEDED
    )


def sqlstate(error: BaseException) -> str:
    """Return PostgreSQL's five-character error code, or an empty string."""
    return getattr(error.__cause__, "sqlstate", None) or ""


def _error_class(error: Exception) -> str:
    """Name the error for a log. Its message is left out: it may quote a listen."""
    state = sqlstate(error) if isinstance(error, Error) else ""
    return f"{type(error).__name__} {state}".strip()


def _error_location(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "an unknown place"


def _rejection_reason(error: Exception) -> str:
    first_line = str(error).partition("\n")[0]
    return f"unexpected {_error_class(error)}: {first_line}"
