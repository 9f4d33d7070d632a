"""Subscriptions: fetch them, cancel and resume them, change their price."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote_plus

from stripe import StripeClient
from stripe.params import SubscriptionListParams, SubscriptionRetrieveParams, SubscriptionScheduleUpdateParamsPhase

from billing.exceptions import NotFound
from billing.provider.client import errors_translated, get
from billing.provider.conversion import (
    Answer,
    currency_of,
    id_of,
    ids_of,
    metadata_of,
    read,
    time,
    time_or_none,
)
from billing.provider_objects import ProviderSubscription, SubscriptionItem


@dataclass(frozen=True, slots=True)
class Subscriptions:
    client: StripeClient

    @errors_translated()
    def fetch(self, subscription: str) -> ProviderSubscription:
        params: SubscriptionRetrieveParams = {"expand": ["schedule"]}
        return _subscription(get(self.client, f"/v1/subscriptions/{quote_plus(subscription)}", params))

    def list_since(self, since: datetime | None = None, *, customer: str = "") -> Iterator[ProviderSubscription]:
        """Those created since then, or all, in whatever state they are."""
        params: SubscriptionListParams = {"status": "all", "limit": 100}
        if since:
            params["created"] = {"gte": int(since.timestamp())}
        if customer:
            params["customer"] = customer
        with errors_translated():
            for subscription in self.client.v1.subscriptions.list(params).auto_paging_iter():
                yield _subscription(read(subscription))

    @errors_translated()
    def cancel_at_period_end(self, subscription: str, *, key: str) -> ProviderSubscription:
        """What is paid stays. `resume` takes it back until then."""
        updated = self.client.v1.subscriptions.update(
            subscription, {"cancel_at_period_end": True}, {"idempotency_key": key}
        )
        return _subscription(read(updated))

    @errors_translated()
    def resume(self, subscription: str, *, key: str) -> ProviderSubscription:
        """It goes on after its period, although it was canceled."""
        updated = self.client.v1.subscriptions.update(
            subscription, {"cancel_at_period_end": False}, {"idempotency_key": key}
        )
        return _subscription(read(updated))

    def cancel_now(self, subscription: str) -> ProviderSubscription:
        """It ends, and nothing is paid back by this. The provider takes no key here: the second time finds it ended."""
        try:
            with errors_translated():
                ended = self.client.v1.subscriptions.cancel(subscription, {"prorate": False, "invoice_now": False})
                return _subscription(read(ended))
        except NotFound:
            return self.fetch(subscription)

    @errors_translated()
    def upgrade(self, subscription: str, item: str, price: str, *, key: str) -> ProviderSubscription:
        """Another price at once, once its difference is paid. Until then the subscription is as it was."""
        updated = self.client.v1.subscriptions.update(
            subscription,
            {
                "items": [{"id": item, "price": price, "quantity": 1}],
                "proration_behavior": "always_invoice",
                "payment_behavior": "pending_if_incomplete",
            },
            {"idempotency_key": key},
        )
        return _subscription(read(updated))

    @errors_translated()
    def downgrade(self, subscription: str, price: str, *, key: str) -> ProviderSubscription:
        """Another price from the next period on. Calling it again replaces what was planned."""
        answer = read(self.client.v1.subscriptions.retrieve(subscription))
        schedules, schedule = self.client.v1.subscription_schedules, id_of(answer.get("schedule"))
        if not schedule:
            schedule = schedules.create({"from_subscription": subscription}, {"idempotency_key": key}).id
        schedules.update(
            schedule,
            {"end_behavior": "release", "proration_behavior": "none", "phases": _phases(answer, price)},
            {"idempotency_key": f"{key}:phases"},
        )
        return self.fetch(subscription)

    @errors_translated()
    def keep_price(self, subscription: str, *, key: str) -> ProviderSubscription:
        """What was planned for the next period does not happen."""
        now = self.fetch(subscription)
        if not now.schedule:
            return now
        self.client.v1.subscription_schedules.release(now.schedule, options={"idempotency_key": key})
        return self.fetch(subscription)


def _phases(answer: Answer, price: str) -> list[SubscriptionScheduleUpdateParamsPhase]:
    """This period as it is, then another price. What a phase does not name ends, also discounts and a trial."""
    item = answer["items"]["data"][0]
    end, trial_end = item["current_period_end"], answer.get("trial_end") or 0
    now: SubscriptionScheduleUpdateParamsPhase = {
        "items": [{"price": id_of(item["price"]), "quantity": 1}],
        "start_date": item["current_period_start"],
        "end_date": end,
    }
    if trial_end > item["current_period_start"]:
        now["trial_end"] = trial_end
    later: SubscriptionScheduleUpdateParamsPhase = {"items": [{"price": price, "quantity": 1}], "start_date": end}
    for phase in (now, later):
        phase["metadata"] = metadata_of(answer)
        if discounts := ids_of(answer.get("discounts")):
            phase["discounts"] = [{"discount": discount} for discount in discounts]
    return [now, later]


def _next_price(answer: Answer) -> str:
    """The price of the phase that begins when this period ends. An id in place of a schedule tells nothing."""
    schedule = answer.get("schedule")
    if not isinstance(schedule, Mapping) or schedule.get("status") not in {"active", "not_started"}:
        return ""
    end = max(item["current_period_end"] for item in answer["items"]["data"])
    later = [phase for phase in schedule["phases"] if phase["start_date"] >= end]
    return id_of(later[0]["items"][0]["price"]) if later else ""


def _subscription(answer: Answer) -> ProviderSubscription:
    return ProviderSubscription(
        id=answer["id"],
        customer=id_of(answer["customer"]),
        status=answer["status"],
        items=tuple(map(_item, answer["items"]["data"])),
        currency=currency_of(answer),
        created=time(answer["created"]),
        cancel_at_period_end=answer["cancel_at_period_end"],
        cancel_at=time_or_none(answer.get("cancel_at")),
        canceled_at=time_or_none(answer.get("canceled_at")),
        ended_at=time_or_none(answer.get("ended_at")),
        trial_end=time_or_none(answer.get("trial_end")),
        is_collection_paused=bool(answer.get("pause_collection")),
        has_pending_update=bool(answer.get("pending_update")),
        schedule=id_of(answer.get("schedule")),
        next_price=_next_price(answer),
        latest_invoice=id_of(answer.get("latest_invoice")),
        metadata=metadata_of(answer),
        livemode=answer["livemode"],
    )


def _item(answer: Answer) -> SubscriptionItem:
    return SubscriptionItem(
        id=answer["id"],
        price=id_of(answer["price"]),
        quantity=answer.get("quantity") or 0,
        period_start=time(answer["current_period_start"]),
        period_end=time(answer["current_period_end"]),
    )
