"""The simulated provider as a process: over HTTP, with signed webhooks, and with its state in PostgreSQL."""

import signal
from collections.abc import Iterator

import psycopg
import pytest
import requests
import stripe
from django.conf import settings

from tests.billing.simulated import scenarios
from tests.billing.simulated.process import Endpoint, Provider, run_endpoint, start_provider
from tests.servers import Database, Processes, wait_until


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with run_endpoint() as running:
        yield running


@pytest.fixture
def provider(processes: Processes, endpoint: Endpoint) -> Provider:
    return start_provider(processes, endpoint.url)


def pay(provider: Provider) -> str:
    """Subscribe over HTTP. Returns the subscription's id."""
    session = scenarios.subscription_session(provider.client)
    return str(provider.control("complete", session=session, card="succeeds")["subscription"])


def test_the_sdk_subscribes_over_http_and_the_endpoint_hears_of_it(provider: Provider, endpoint: Endpoint) -> None:
    subscription = provider.client.v1.subscriptions.retrieve(pay(provider))

    wait_until(lambda: "checkout.session.completed" in endpoint.types())

    assert subscription.status == "active"
    assert endpoint.types()[-2:] == ["customer.subscription.updated", "checkout.session.completed"]
    assert {path for path, _, _ in endpoint.posted} == {"/webhooks/stripe/"}
    for _, body, header in endpoint.posted:
        event = stripe.Webhook.construct_event(body, header, settings.STRIPE_WEBHOOK_SECRETS[0])
        assert event.livemode is False


def test_it_knows_everything_again_after_a_kill(provider: Provider, processes: Processes, endpoint: Endpoint) -> None:
    name = pay(provider)
    provider.control("advance", seconds=32 * scenarios.DAY)
    before = provider.client.v1.invoices.list({"subscription": name}).to_dict()
    key = {"idempotency_key": "k"}
    made = provider.client.v1.customers.create({"name": "Ann"}, key)

    processes.running[-1].send_signal(signal.SIGKILL)
    processes.running[-1].wait()
    again = start_provider(processes, endpoint.url, int(provider.url.rpartition(":")[2]))

    assert again.client.v1.invoices.list({"subscription": name}).to_dict() == before
    assert again.client.v1.customers.create({"name": "Ann"}, key).id == made.id
    again.control("advance", seconds=31 * scenarios.DAY)
    assert len(again.client.v1.invoices.list({"subscription": name}).data) == 3


def test_a_refused_event_is_posted_again(provider: Provider, endpoint: Endpoint) -> None:
    endpoint.status = 500
    customer = scenarios.customer(provider.client)
    wait_until(lambda: len(endpoint.posted) == 1)

    endpoint.status = 200
    provider.control("advance", seconds=10)

    wait_until(lambda: len(endpoint.posted) == 2)
    assert endpoint.posted[0][1] == endpoint.posted[1][1]
    assert customer in endpoint.posted[0][1].decode()
    wait_until(lambda: provider.client.v1.events.list({"delivery_success": False}).data == [])


def test_a_connection_that_is_cut_after_the_effect_is_repaired_by_the_retry(provider: Provider) -> None:
    provider.control("fault", kind="reset", path="/v1/customers")

    made = provider.client.v1.customers.create({"name": "Ann"})

    assert [customer.id for customer in provider.client.v1.customers.list().data] == [made.id]


def test_a_connection_that_is_cut_is_an_error_of_the_connection(provider: Provider) -> None:
    provider.control("fault", kind="reset", path="/v1/customers", times=3)

    with pytest.raises(stripe.APIConnectionError):
        provider.client.v1.customers.create({"name": "Ann"})


def test_only_our_own_key_is_accepted(provider: Provider) -> None:
    headers = {"Authorization": "Bearer sk_test_other"}

    answers = [
        requests.get(f"{provider.url}/v1/customers", headers=headers, timeout=10),
        requests.post(f"{provider.url}/control/advance", json={"seconds": 1}, headers=headers, timeout=10),
    ]

    assert [answer.status_code for answer in answers] == [401, 401]


def test_only_one_runs_on_a_database(provider: Provider, processes: Processes, endpoint: Endpoint) -> None:
    second = processes.start("simulated_payments", SIMULATED_PAYMENTS_URL="http://127.0.0.1:9", SITE_URL=endpoint.url)

    assert second.wait(30) == 1
    assert "already run" in processes.logs[-1].read_text()


@pytest.mark.parametrize(
    "env",
    [
        {"STRIPE_SECRET_KEY": "sk_test_1", "STRIPE_WEBHOOK_SECRET": "whsec_1"},
        {"DEBUG": "0", "SECRET_KEY": "a-long-secret-key-of-somebody-who-runs-this-in-earnest", "ALLOWED_HOSTS": "x"},
    ],
)
def test_it_refuses_to_run_where_payments_are_not_simulated(env: dict[str, str], processes: Processes) -> None:
    refused = processes.start("simulated_payments", **env)

    assert refused.wait(30) == 1
    assert "the simulated provider runs beside no other" in processes.logs[-1].read_text()


def test_its_tables_are_in_a_schema_of_their_own(committing_db: Database) -> None:
    with psycopg.connect(committing_db.url) as connection:
        found = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = %s", ["simulated_payments"]
        )

        assert found.fetchall() == [("object",)]
