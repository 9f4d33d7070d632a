"""Each person who pays is one customer at the provider, however often and however fast we ask."""

import json
import time
from collections.abc import Mapping
from typing import Any

import pytest
import stripe
from django.db import DatabaseError

from billing import customers
from billing.exceptions import PaymentsOff, ProviderUnavailable
from billing.models import Customer
from billing.provider import Provider
from billing.provider import provider as provider_module
from billing.provider.client import connect_client
from tests import factories
from tests.concurrency import run_at_once
from tests.servers import Database


class CustomerServer(stripe.HTTPClient):
    """Makes one customer for each key. While `loses` is above 0, it makes one and the answer is lost."""

    name = "customers"

    def __init__(self) -> None:
        super().__init__()
        self.made: dict[str, str] = {}
        self.asked, self.loses = 0, 0

    def request(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> tuple[str, int, Mapping[str, str]]:
        time.sleep(0.05)  # so that others ask meanwhile
        self.asked += 1
        made = self.made.setdefault(headers["Idempotency-Key"], f"cus_sim_{len(self.made) + 1}")
        if self.loses:
            self.loses -= 1
            raise stripe.APIConnectionError("the answer is lost")
        return json.dumps({"id": made, "object": "customer", "metadata": {}, "livemode": False}), 200, {}

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> CustomerServer:
    found = CustomerServer()
    provider = Provider.of(connect_client("sk_test_1", http_client=found))
    monkeypatch.setattr(provider_module, "connect", lambda *arguments: provider)
    return found


@pytest.mark.django_db
def test_a_person_becomes_a_customer_once(server: CustomerServer) -> None:
    fan, other = factories.create_fan("Ana"), factories.create_fan("Ben")

    found = [customers.get_or_create(fan), customers.get_or_create(fan), customers.get_or_create(other)]

    assert found == ["cus_sim_1", "cus_sim_1", "cus_sim_2"]
    assert server.asked == 2


def test_a_person_who_pays_twice_at_once_is_one_customer(committing_db: Database, server: CustomerServer) -> None:
    fan = factories.create_fan("Ana")

    found = run_at_once(*[lambda: customers.get_or_create(fan)] * 4)

    assert (found, server.asked) == (["cus_sim_1"] * 4, 1)


@pytest.mark.django_db
def test_a_lost_answer_makes_no_second_customer(server: CustomerServer) -> None:
    fan = factories.create_fan("Ana")
    server.loses = 1
    with pytest.raises(ProviderUnavailable):
        customers.get_or_create(fan)

    assert customers.get_or_create(fan) == "cus_sim_1"
    assert (server.asked, len(server.made)) == (2, 1)


@pytest.mark.django_db
def test_each_book_has_its_customers(server: CustomerServer, settings: Any) -> None:
    fan = factories.create_fan("Ana")
    customers.get_or_create(fan)
    settings.PAYMENTS = "test"

    assert customers.get_or_create(fan) == "cus_sim_2"
    assert set(Customer.objects.values_list("book", flat=True)) == {"simulated", "test"}


@pytest.mark.django_db
@pytest.mark.parametrize("age_band", ["13_15", "16_17"])
def test_nobody_under_18_becomes_a_customer(age_band: str, server: CustomerServer) -> None:
    with pytest.raises(DatabaseError, match="nobody under 18 pays"):
        customers.get_or_create(factories.create_fan("Ana", age_band=age_band))

    assert server.asked == 0


@pytest.mark.django_db
def test_where_payments_are_off_nobody_becomes_a_customer(server: CustomerServer, settings: Any) -> None:
    settings.PAYMENTS = "off"
    fan = factories.create_fan("Ana")

    with pytest.raises(PaymentsOff):
        customers.get_or_create(fan)
    assert not Customer.objects.exists()
