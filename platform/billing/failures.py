"""Say what failed without a row's values or the provider's sentences, and keep one failure from stopping other work."""

import logging
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import Error, IntegrityError, InterfaceError, OperationalError, transaction

from billing.exceptions import ProviderError

logger = logging.getLogger(__name__)

DEADLOCK = "40P01"


def describe_error(error: BaseException) -> str:
    """What an operator may read: codes, names of constraints and ids of requests. Both sides quote personal data."""
    if isinstance(error, ProviderError):
        words = [error.code, error.request]
    elif isinstance(error, Error):
        words = [_find_sqlstate(error), _find_promise(error)]
    else:
        return f"{type(error).__name__}: {error}"
    return f"{type(error).__name__}: {', '.join(filter(None, words)) or 'no code'}"


def is_outage(error: BaseException) -> bool:
    """Whether the database is not there, so that nothing else would succeed. A deadlock ends one transaction alone."""
    return isinstance(error, InterfaceError | OperationalError) and _find_sqlstate(error) != DEADLOCK


def work_on_next[Row](
    claim: Callable[[], Row | None], work: Callable[[Row], object], put_off: Callable[[Row, Exception], None]
) -> bool:
    """Claim what is due and work on it in one transaction, or put it off after that. Returns whether there was any.

    Raises what the claim raises, and whatever else where the database is not there.
    """
    claimed: Row | None = None
    try:
        with transaction.atomic():
            claimed = claim()
            if claimed is None:
                return False
            work(claimed)
    except Exception as error:
        if claimed is None or is_outage(error):
            raise
        put_off(claimed, error)
    return True


@contextmanager
def one_at_a_time(about: str) -> Iterator[None]:
    """Log what goes wrong inside, so that what comes after it is done. Raises where the database is not there."""
    try:
        yield
    except Exception as error:
        if is_outage(error):
            raise
        if isinstance(error, ProviderError):
            logger.warning("%s: %s", about, describe_error(error))
        else:  # the traceback alone: its last line would quote the row
            place = "".join(traceback.format_tb(error.__traceback__))
            logger.error("%s: %s\n%s", about, describe_error(error), place)


def _find_sqlstate(error: Error) -> str:
    return str(getattr(error.__cause__, "sqlstate", None) or "")


def _find_promise(error: Error) -> str:
    """The constraint that was broken, or what a trigger said. Values are in the details alone, which stay out."""
    diagnosis = getattr(error.__cause__, "diag", None)
    said = getattr(diagnosis, "message_primary", None) if isinstance(error, IntegrityError) else None
    return str(getattr(diagnosis, "constraint_name", None) or said or "")
