"""Products, prices and coupons. A price is never changed: another amount is another price."""

from dataclasses import dataclass
from typing import Literal

from stripe import StripeClient
from stripe.params import CouponCreateParams, PriceCreateParams

from billing.provider.client import errors_translated
from billing.provider.conversion import Answer, currency_of, id_of, metadata_of, read
from billing.provider.currencies import from_provider_units, to_provider_units
from billing.provider_objects import Metadata, ProviderPrice

type Interval = Literal["month", "year"]


@dataclass(frozen=True, slots=True)
class Catalogue:
    client: StripeClient

    @errors_translated()
    def create_product(self, name: str, *, metadata: Metadata, key: str) -> str:
        """The id of a new product. Its name stands on the provider's pages and receipts."""
        product = self.client.v1.products.create({"name": name, "metadata": dict(metadata)}, {"idempotency_key": key})
        return product.id

    @errors_translated()
    def rename_product(self, product: str, name: str, *, key: str) -> None:
        self.client.v1.products.update(product, {"name": name}, {"idempotency_key": key})

    @errors_translated()
    def create_price(
        self,
        product: str,
        amount: int,
        currency: str,
        *,
        interval: Interval | None,
        metadata: Metadata,
        key: str,
        tax_included: bool = True,
    ) -> ProviderPrice:
        """Of a subscription, or paid once if there is no interval."""
        params: PriceCreateParams = {
            "product": product,
            "currency": currency.lower(),
            "unit_amount": to_provider_units(amount, currency),
            "tax_behavior": "inclusive" if tax_included else "exclusive",
            "metadata": dict(metadata),
        }
        if interval:
            params["recurring"] = {"interval": interval}
        return _price(read(self.client.v1.prices.create(params, {"idempotency_key": key})))

    @errors_translated()
    def fetch_price(self, price: str) -> ProviderPrice:
        return _price(read(self.client.v1.prices.retrieve(price)))

    @errors_translated()
    def close_price(self, price: str, *, key: str) -> ProviderPrice:
        """Nobody new can buy at this price. Who subscribed at it goes on."""
        return _price(read(self.client.v1.prices.update(price, {"active": False}, {"idempotency_key": key})))

    @errors_translated()
    def create_coupon(self, percent: int, *, months: int | None, product: str, metadata: Metadata, key: str) -> str:
        """The id of a coupon: so many per cent off one product, for so many months or only the first payment."""
        params: CouponCreateParams = {
            "percent_off": percent,
            "duration": "repeating" if months else "once",
            "applies_to": {"products": [product]},
            "metadata": dict(metadata),
        }
        if months:
            params["duration_in_months"] = months
        return self.client.v1.coupons.create(params, {"idempotency_key": key}).id


def _price(answer: Answer) -> ProviderPrice:
    currency, recurring = currency_of(answer), answer.get("recurring") or {}
    return ProviderPrice(
        id=answer["id"],
        product=id_of(answer["product"]),
        currency=currency,
        amount=from_provider_units(answer["unit_amount"], currency),
        interval=recurring.get("interval", ""),
        is_active=answer["active"],
        metadata=metadata_of(answer),
        livemode=answer["livemode"],
    )
