"""What is compared about payouts: every hour a little, every day all. It also prepares the run of the month."""

from collections.abc import Callable

from billing import drifts, movements, payees, payout_runs, transfer_drifts
from billing.failures import one_at_a_time


def reconcile(*, is_full: bool) -> None:
    """Each part by itself: one that fails does not keep the others from their turn."""
    parts: dict[str, Callable[[], object]] = {
        "payees": lambda: payees.sync_unready(is_full=is_full),
        "the run of the month": payout_runs.prepare_if_due,
        "movements": movements.fetch,
    }
    if is_full:
        parts |= {"transfers": transfer_drifts.compare_transfers, "the balance": drifts.compare_balance}
    for name, run in parts.items():
        with one_at_a_time(f"{name}: not compared"):
            run()
