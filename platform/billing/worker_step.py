"""The step of `manage.py work billing`: events first, then holds, closures, payouts, orders, credits, comparisons."""

from billing import closing, expiries, holds, payouts, reconcile, request_credits, webhook_work


def work() -> bool:
    """Do a piece of work. Returns whether there may be more at once."""
    # All of these each time: while events keep coming, holds are captured and parties are paid all the same.
    if any([webhook_work.work_next(), holds.work_next(), closing.work_next(), payouts.work_next()]):
        return True
    return expiries.expire_due() or request_credits.lapse_due() or reconcile.run_if_due()


def seconds_until_due() -> float | None:
    """Seconds until an event, a hold, a closure or a payout is due, 0 when one is; None when none waits."""
    parts = (webhook_work, holds, closing, payouts)
    waits = [part.seconds_until_due() for part in parts]
    return min((seconds for seconds in waits if seconds is not None), default=None)
