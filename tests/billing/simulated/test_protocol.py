"""FakeStripe speaks Stripe's protocol: keys, errors, idempotency, expansion, pages and faults."""

import pytest
import stripe

from billing.simulated import faults
from billing.simulated.objects import API_VERSION, BLANK_OBJECTS
from billing.simulated.parameters import decode_form
from billing.simulated.routes import ROUTES
from billing.simulated.server import FakeStripe
from tests.billing.in_process import get, sdk
from tests.billing.simulated import scenarios
from tests.billing.stripe_spec import load_spec

NEW_IN_ENDIVE = {("/v1/checkout/sessions", "allowed_payment_method_types")}


def test_its_version_is_the_one_that_the_sdk_is_made_for() -> None:
    assert stripe.api_version == API_VERSION


def test_it_accepts_no_parameter_that_stripe_does_not_know() -> None:
    paths = load_spec()["paths"]
    unknown = set()
    for route in ROUTES:
        [path] = [known for known in paths if same_path(known, route.path) and route.method.lower() in paths[known]]
        operation = paths[path][route.method.lower()]
        known = {parameter["name"] for parameter in operation.get("parameters", [])}
        for content in operation.get("requestBody", {}).get("content", {}).values():
            known |= content["schema"].get("properties", {}).keys()
        unknown |= {(route.path, name) for name in route.accepts - known}

    assert unknown == NEW_IN_ENDIVE


def same_path(known: str, ours: str) -> bool:
    one, other = known.split("/"), ours.split("/")
    return len(one) == len(other) and all(
        (a.startswith("{") and b.startswith("{")) or a == b for a, b in zip(one, other, strict=True)
    )


def test_every_kind_has_all_fields_that_the_official_schema_requires() -> None:
    schemas = load_spec()["components"]["schemas"]

    missing = {
        (kind, name)
        for kind, fields in BLANK_OBJECTS.items()
        for name in schemas[kind]["required"]
        if name not in fields
    }

    assert missing == set()


def test_a_form_is_decoded_as_stripe_nests_it() -> None:
    decoded = decode_form("items[0][price]=p&items[1][price]=q&expand[]=a&expand[]=b&metadata[a%5D]=c&empty=")

    assert decoded == {
        "items": [{"price": "p"}, {"price": "q"}],
        "expand": ["a", "b"],
        "metadata": {"a": "c"},
        "empty": "",
    }


def test_a_request_without_a_test_key_is_refused(fake: FakeStripe) -> None:
    answers = [fake.handle("GET", "/v1/balance", headers) for headers in ({}, {"Authorization": "Bearer sk_live_1"})]

    assert [answer.status for answer in answers] == [401, 401]


def test_one_that_has_a_key_accepts_no_other() -> None:
    fake = FakeStripe(secret_key="sk_test_right")

    answers = [fake.handle("GET", "/v1/balance", {"Authorization": f"Bearer sk_test_{key}"}) for key in ("right", "no")]

    assert [answer.status for answer in answers] == [200, 401]


def test_an_unknown_path_and_an_unknown_parameter_are_refused(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as unknown:
        client.v1.customers.create({"emial": "typo"})  # type: ignore[typeddict-unknown-key]
    with pytest.raises(stripe.InvalidRequestError) as no_path:
        client.v1.topups.list()

    assert (unknown.value.code, unknown.value.param) == ("parameter_unknown", "emial")
    assert no_path.value.http_status == 404


def test_a_missing_object_is_a_404_with_its_code(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.subscriptions.retrieve("sub_sim_none")

    assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")


def test_the_same_key_with_the_same_parameters_gets_the_first_answer_again(client: stripe.StripeClient) -> None:
    first = client.v1.customers.create({"name": "Ann"}, {"idempotency_key": "k"})
    again = client.v1.customers.create({"name": "Ann"}, {"idempotency_key": "k"})

    assert (first.id, len(client.v1.customers.list().data)) == (again.id, 1)
    assert again.last_response
    assert again.last_response.headers["idempotent-replayed"] == "true"


def test_the_same_key_with_other_parameters_is_refused(client: stripe.StripeClient) -> None:
    client.v1.customers.create({"name": "Ann"}, {"idempotency_key": "k"})

    with pytest.raises(stripe.IdempotencyError):
        client.v1.customers.create({"name": "Ben"}, {"idempotency_key": "k"})


def test_a_key_is_forgotten_after_a_day(fake: FakeStripe, client: stripe.StripeClient) -> None:
    client.v1.customers.create({"name": "Ann"}, {"idempotency_key": "k"})
    fake.advance(86_401)

    client.v1.customers.create({"name": "Ann"}, {"idempotency_key": "k"})

    assert len(client.v1.customers.list().data) == 2


def test_a_refused_parameter_does_not_use_up_its_key(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.products.create({}, {"idempotency_key": "k"})  # type: ignore[typeddict-item]

    assert client.v1.products.create({"name": "Tier"}, {"idempotency_key": "k"}).name == "Tier"


@pytest.mark.parametrize("kind", ["reset", "timeout", "503"])
def test_what_was_committed_before_the_connection_was_lost_is_found_by_the_retry(kind: str, fake: FakeStripe) -> None:
    faults.add(fake.simulation, kind)

    made = sdk(fake).v1.customers.create({"name": "Ann"})

    assert [customer["id"] for customer in fake.simulation.store.all("customer")] == [made.id]


def test_an_error_after_the_effect_is_answered_to_every_retry_with_its_key(fake: FakeStripe) -> None:
    faults.add(fake.simulation, "500")

    with pytest.raises(stripe.APIError):
        sdk(fake).v1.customers.create({"name": "Ann"})

    assert len(fake.simulation.store.all("customer")) == 1


@pytest.mark.parametrize("kind", ["reset", "429", "500"])
def test_a_fault_before_the_effect_leaves_nothing(kind: str, fake: FakeStripe) -> None:
    faults.add(fake.simulation, kind, before=True)

    with pytest.raises((stripe.APIConnectionError, stripe.RateLimitError, stripe.APIError)):
        sdk(fake, retries=0).v1.customers.create({"name": "Ann"})

    assert fake.simulation.store.all("customer") == []


def test_a_lost_connection_without_retry_is_told_as_such(fake: FakeStripe) -> None:
    faults.add(fake.simulation, "reset", path="/v1/customers")

    with pytest.raises(stripe.APIConnectionError):
        sdk(fake, retries=0).v1.customers.create({"name": "Ann"})

    assert len(fake.simulation.store.all("customer")) == 1


def test_lists_come_newest_first_and_in_pages(client: stripe.StripeClient) -> None:
    made = [client.v1.customers.create({"name": str(n)}).id for n in range(5)]

    first = client.v1.customers.list({"limit": 2})
    second = client.v1.customers.list({"limit": 2, "starting_after": first.data[-1].id})
    back = client.v1.customers.list({"limit": 2, "ending_before": second.data[-1].id})

    assert [customer.id for customer in first.data] == made[:2:-1]
    assert [customer.id for customer in second.data] == [made[2], made[1]]
    assert [customer.id for customer in back.data] == [made[3], made[2]]
    assert [customer.id for customer in client.v1.customers.list().auto_paging_iter()] == made[::-1]


def test_a_list_is_filtered_by_time(fake: FakeStripe, client: stripe.StripeClient) -> None:
    client.v1.customers.create({})
    fake.advance(100)
    later = client.v1.customers.create({})

    found = client.v1.customers.list({"created": {"gte": later.created}})

    assert [customer.id for customer in found.data] == [later.id]


def test_ids_are_expanded_where_it_is_asked_for(fake: FakeStripe, client: stripe.StripeClient) -> None:
    intent = scenarios.hold(fake, client)
    client.v1.payment_intents.capture(intent)

    plain = get(fake, f"/v1/payment_intents/{intent}")
    expanded = get(fake, f"/v1/payment_intents/{intent}?expand[]=latest_charge.balance_transaction")
    listed = get(fake, "/v1/payment_intents?expand[]=data.latest_charge")

    assert plain["latest_charge"] == expanded["latest_charge"]["id"] == listed["data"][0]["latest_charge"]["id"]
    assert expanded["latest_charge"]["balance_transaction"]["net"] == 1445


def test_what_cannot_be_expanded_is_refused(fake: FakeStripe, client: stripe.StripeClient) -> None:
    made = client.v1.customers.create({})

    assert get(fake, f"/v1/customers/{made.id}?expand[]=nonsense")["error"]["param"] == "expand"


def test_its_ids_say_that_they_are_simulated_and_nothing_is_live(fake: FakeStripe, client: stripe.StripeClient) -> None:
    scenarios.payment(fake, client)
    scenarios.subscribe(fake, client)

    bodies = [body for kind, found in fake.simulation.store.kinds.items() if kind[0] != "_" for body in found.values()]

    assert [body["id"] for body in bodies if "_sim_" not in body["id"]] == []
    assert {body.get("livemode") for body in bodies} == {False, None}
