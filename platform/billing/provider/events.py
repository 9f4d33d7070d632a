"""Events: that something changed at the provider, as a webhook brings it or as the provider lists it for 30 days."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from stripe import StripeClient
from stripe.params import EventListParams

from billing.provider.client import errors_translated, list_all
from billing.provider.conversion import Answer, id_of, path, text, time
from billing.provider_objects import ProviderEvent

_RELATED = ("customer", "subscription", "payment_intent", "charge", "invoice", "transfer", "destination", "schedule")
"""Fields of an object that name another. Nothing else of it is read: the rest is fetched."""


@dataclass(frozen=True, slots=True)
class Events:
    client: StripeClient

    def list_since(self, since: datetime, *, undelivered: bool = False) -> Iterator[ProviderEvent]:
        """Events since then, the newest first, or those of them that no endpoint of ours has accepted."""
        params: EventListParams = {"created": {"gte": int(since.timestamp())}, "limit": 100}
        if undelivered:
            params["delivery_success"] = False
        with errors_translated():
            yield from map(read_event, list_all(self.client, "/v1/events", params))


def read_event(answer: Answer) -> ProviderEvent:
    """Raises KeyError, TypeError or ValueError if it is no event about an object."""
    about = answer["data"]["object"]
    return ProviderEvent(
        id=id_of(answer),
        type=id_of(answer["type"]),
        created=time(answer["created"]),
        livemode=answer["livemode"] is True,
        api_version=text(answer.get("api_version")),
        account=id_of(answer.get("account")),
        object_type=id_of(about["object"]),
        object_id=id_of(about),
        related=_related(about),
    )


def _related(about: Answer) -> dict[str, str]:
    """The ids that the object names. An invoice names its subscription further inside since 2025-03-31."""
    found = {name: id_of(about[name]) for name in _RELATED if name in about}
    if not found.get("subscription"):
        found["subscription"] = id_of(path(about, "parent", "subscription_details", "subscription"))
    return {name: found_id for name, found_id in found.items() if found_id}
