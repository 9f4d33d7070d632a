"""The step of `manage.py work billing`: events first, then orders and comparisons that are due."""

from billing import checkouts, reconcile, webhook_work


def work() -> bool:
    """Do a piece of work. Returns whether there may be more at once."""
    return webhook_work.work_next() or checkouts.expire_due() or reconcile.run_if_due()
