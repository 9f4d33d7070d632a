"""The customer portal: the provider's pages where fans change their card, their tier or cancel, and see invoices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from stripe import StripeClient
from stripe.params.billing_portal import (
    ConfigurationCreateParams,
    ConfigurationCreateParamsFeaturesSubscriptionUpdate,
    ConfigurationUpdateParams,
    ConfigurationUpdateParamsFeaturesSubscriptionUpdate,
    SessionCreateParams,
    SessionCreateParamsFlowData,
)

from billing.provider.client import errors_translated

type Offer = Mapping[str, Sequence[str]]
"""The prices of each product that a fan may change to. The provider takes ten products at most."""


@dataclass(frozen=True, slots=True)
class Upgrade:
    """The page on which a fan confirms another price of a subscription, and pays the difference."""

    subscription: str
    item: str
    price: str


@dataclass(frozen=True, slots=True)
class Portal:
    client: StripeClient

    @errors_translated()
    def create_configuration(self, offer: Offer, *, key: str) -> str:
        """The id of what fans may do: as our own rules, so that neither the portal nor our pages allow more.

        Without an offer nobody changes a price there.

        A higher price begins at once and is paid at once, a lower one begins with the next period.
        """
        params: ConfigurationCreateParams = {
            "features": {
                "customer_update": {"enabled": False},
                "invoice_history": {"enabled": True},
                "payment_method_update": {"enabled": True},
                "subscription_cancel": {"enabled": True, "mode": "at_period_end"},
                "subscription_update": _update(offer),
            }
        }
        return self.client.v1.billing_portal.configurations.create(params, {"idempotency_key": key}).id

    @errors_translated()
    def change_configuration(self, configuration: str, offer: Offer, *, key: str) -> None:
        update = cast(ConfigurationUpdateParamsFeaturesSubscriptionUpdate, _update(offer))
        params: ConfigurationUpdateParams = {"features": {"subscription_update": update}}
        self.client.v1.billing_portal.configurations.update(configuration, params, {"idempotency_key": key})

    @errors_translated()
    def url(self, customer: str, *, return_url: str, configuration: str, upgrade: Upgrade | None = None) -> str:
        """Where this customer is let in, for a few minutes. Never store it."""
        params: SessionCreateParams = {
            "customer": customer,
            "return_url": return_url,
            "configuration": configuration,
        }
        if upgrade:
            params["flow_data"] = _confirmation(upgrade, return_url)
        return self.client.v1.billing_portal.sessions.create(params).url


def _confirmation(upgrade: Upgrade, return_url: str) -> SessionCreateParamsFlowData:
    return {
        "type": "subscription_update_confirm",
        "subscription_update_confirm": {
            "subscription": upgrade.subscription,
            "items": [{"id": upgrade.item, "price": upgrade.price, "quantity": 1}],
        },
        "after_completion": {"type": "redirect", "redirect": {"return_url": return_url}},
    }


def _update(offer: Offer) -> ConfigurationCreateParamsFeaturesSubscriptionUpdate:
    if not offer:
        return {"enabled": False}
    return {
        "enabled": True,
        "default_allowed_updates": ["price"],
        "proration_behavior": "always_invoice",
        "products": [{"product": product, "prices": list(prices)} for product, prices in offer.items()],
        "schedule_at_period_end": {"conditions": [{"type": "decreasing_item_amount"}, {"type": "shortening_interval"}]},
    }
