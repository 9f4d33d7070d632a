"""The step of `manage.py work billing`: events, then holds, payouts, orders, credits, and comparisons that are due."""

from billing import checkouts, holds, payouts, reconcile, request_credits, webhook_work


def work() -> bool:
    """Do a piece of work. Returns whether there may be more at once."""
    # All three each time: while events keep coming, holds are captured and parties are paid all the same.
    if any([webhook_work.work_next(), holds.work_next(), payouts.work_next()]):
        return True
    return checkouts.expire_due() or request_credits.lapse_due() or reconcile.run_if_due()


def seconds_until_due() -> float | None:
    """Seconds until an event, a hold or a payout is due, 0 when one is; None when none waits."""
    waits = (webhook_work.seconds_until_due(), holds.seconds_until_due(), payouts.seconds_until_due())
    return min((seconds for seconds in waits if seconds is not None), default=None)
