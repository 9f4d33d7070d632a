"""Customers: one for each person who pays. The provider learns the e-mail address and our id."""

from dataclasses import dataclass

from stripe import StripeClient

from billing.provider.client import errors_translated
from billing.provider.conversion import Answer, metadata_of, read
from billing.provider_objects import ProviderCustomer


@dataclass(frozen=True, slots=True)
class Customers:
    client: StripeClient

    @errors_translated()
    def create(self, person_id: str, *, email: str, key: str) -> ProviderCustomer:
        """Two calls with the same key make one customer, within a day."""
        customer = self.client.v1.customers.create(
            {"email": email, "metadata": {"person": person_id}}, {"idempotency_key": key}
        )
        return _customer(read(customer))

    @errors_translated()
    def fetch(self, customer_id: str) -> ProviderCustomer:
        return _customer(read(self.client.v1.customers.retrieve(customer_id)))

    @errors_translated()
    def change_email(self, customer_id: str, email: str, *, key: str) -> ProviderCustomer:
        customer = self.client.v1.customers.update(customer_id, {"email": email}, {"idempotency_key": key})
        return _customer(read(customer))

    @errors_translated()
    def delete(self, customer_id: str) -> None:
        """Forget the address and the cards. What is still subscribed ends at once; invoices stay."""
        self.client.v1.customers.delete(customer_id)


def _customer(answer: Answer) -> ProviderCustomer:
    return ProviderCustomer(
        id=answer["id"],
        is_deleted=bool(answer.get("deleted")),
        metadata=metadata_of(answer),
        livemode=bool(answer.get("livemode")),  # a deleted customer does not say it
    )
