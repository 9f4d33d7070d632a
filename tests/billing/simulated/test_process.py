"""The simulated provider as a process: over HTTP, with signed webhooks, and with its state in PostgreSQL."""

import signal
from collections.abc import Iterator

import psycopg
import pytest
import requests
import stripe
from django.conf import settings

from billing.models import WebhookEvent
from tests.billing.simulated import scenarios
from tests.billing.simulated.process import Endpoint, Provider, run_endpoint, start_provider
from tests.servers import Database, Processes, Site, wait_until

TERMINATE = """
SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database ON pg_database.oid = database
WHERE locktype = 'advisory' AND datname = current_database()
"""


@pytest.fixture(scope="module")
def shared_endpoint() -> Iterator[Endpoint]:
    with run_endpoint() as running:
        yield running


@pytest.fixture(scope="module")
def shared_provider(module_processes: Processes, module_database: Database, shared_endpoint: Endpoint) -> Provider:
    """One process for the tests that only ask: starting it takes longer than most of them."""
    return start_provider(module_processes, shared_endpoint.url, DATABASE_URL=module_database.url)


@pytest.fixture
def endpoint(shared_endpoint: Endpoint) -> Endpoint:
    """The shared endpoint, which answers 200 and has nothing yet."""
    wait_until_quiet(shared_endpoint)
    return shared_endpoint


@pytest.fixture
def provider(shared_provider: Provider) -> Provider:
    return shared_provider


def wait_until_quiet(endpoint: Endpoint) -> None:
    """Forget what earlier tests caused, once nothing more comes."""
    endpoint.status = 200
    wait_until(lambda: endpoint.forget() == 0, every=1)


def pay(provider: Provider) -> str:
    """Subscribe over HTTP. Returns the subscription's id."""
    session = scenarios.subscription_session(provider.client)
    return str(provider.control("complete", session=session, card="succeeds")["subscription"])


def test_the_sdk_subscribes_over_http_and_the_endpoint_hears_of_it(provider: Provider, endpoint: Endpoint) -> None:
    subscription = provider.client.v1.subscriptions.retrieve(pay(provider))

    wait_until(lambda: "checkout.session.completed" in endpoint.types(), seconds=30)

    assert subscription.status == "active"
    assert endpoint.types()[-2:] == ["customer.subscription.updated", "checkout.session.completed"]
    assert {path for path, _, _ in endpoint.posted} == {"/webhooks/stripe/"}
    for _, body, header in endpoint.posted:
        event = stripe.Webhook.construct_event(body, header, settings.STRIPE_WEBHOOK_SECRETS[0])
        assert event.livemode is False


def test_it_knows_everything_again_after_a_kill(processes: Processes, endpoint: Endpoint) -> None:
    provider = start_provider(processes, endpoint.url)
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


def test_our_own_endpoint_stores_each_event_once_though_it_is_posted_twice(
    processes: Processes, live_site: Site
) -> None:
    provider = start_provider(processes, live_site.url)
    provider.control("knobs", duplicate=100)

    scenarios.customer(provider.client)

    wait_until(lambda: provider.client.v1.events.list({"delivery_success": False}).data == [], seconds=30)
    [event] = provider.client.v1.events.list().data
    stored = WebhookEvent.objects.values_list("event_id", "type", "state", "livemode")
    assert list(stored) == [(event.id, "customer.created", "received", False)]


def test_it_ends_when_it_cannot_save_and_forgets_what_it_did_not_save(
    processes: Processes, committing_db: Database, endpoint: Endpoint
) -> None:
    provider = start_provider(processes, endpoint.url)
    saved = scenarios.customer(provider.client)
    with psycopg.connect(committing_db.owner_url, autocommit=True) as owner:
        owner.execute(TERMINATE)

        with pytest.raises((stripe.APIError, stripe.APIConnectionError)):
            scenarios.customer(provider.client)

    assert processes.running[-1].wait(20) is not None
    again = start_provider(processes, endpoint.url, int(provider.url.rpartition(":")[2]))
    assert [customer.id for customer in again.client.v1.customers.list().data] == [saved]


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

    made = provider.client.v1.customers.create({"name": "Ann", "email": "cut@example.org"})

    assert [customer.id for customer in provider.client.v1.customers.list({"email": "cut@example.org"}).data] == [
        made.id
    ]


def test_a_connection_that_is_cut_is_an_error_of_the_connection(provider: Provider) -> None:
    provider.control("fault", kind="reset", path="/v1/customers", times=3)

    with pytest.raises(stripe.APIConnectionError):
        provider.client.v1.customers.create({"name": "Ann"})


def test_a_browser_gets_a_page_with_its_style_under_a_strict_policy(provider: Provider) -> None:
    session = provider.client.v1.checkout.sessions.retrieve(scenarios.subscription_session(provider.client))
    assert session.url

    shown = requests.get(session.url, timeout=10)
    style = requests.get(f"{provider.url}/static/simulated_payments.css", timeout=10)
    paid = requests.post(session.url, data={"card": "succeeds"}, allow_redirects=False, timeout=10)

    assert "Simulated payments: no money moves" in shown.text
    assert "script-src 'none'" in shown.headers["Content-Security-Policy"]
    assert (shown.status_code, style.status_code, paid.status_code) == (200, 200, 303)
    assert paid.headers["Location"] == "https://fanfare.example/return"


def test_only_our_own_key_is_accepted(provider: Provider) -> None:
    headers = {"Authorization": "Bearer sk_test_other"}

    answers = [
        requests.get(f"{provider.url}/v1/customers", headers=headers, timeout=10),
        requests.post(f"{provider.url}/control/advance", json={"seconds": 1}, headers=headers, timeout=10),
    ]

    assert [answer.status_code for answer in answers] == [401, 401]


def test_only_one_runs_on_a_database(
    provider: Provider, module_processes: Processes, module_database: Database
) -> None:
    second = module_processes.start("simulated_payments", DATABASE_URL=module_database.url)

    assert second.wait(30) == 1
    assert "already run" in module_processes.logs[-1].read_text()


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
