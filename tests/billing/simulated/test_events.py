"""Events of FakeStripe: their list, their signed delivery, and deliveries that go wrong when asked to."""

import json

import stripe

from billing.simulated import events
from billing.simulated.objects import API_VERSION
from billing.simulated.server import FakeStripe
from tests.billing.simulated import scenarios

SECRET = "whsec_simulated"


def test_a_delivery_is_signed_so_that_the_sdk_accepts_it(fake: FakeStripe, client: stripe.StripeClient) -> None:
    scenarios.customer(client)
    [delivery] = events.due_deliveries(fake.simulation)

    header = delivery.signature(SECRET, 1_000)

    assert header == stripe.WebhookSignature.generate_signature_header(delivery.body.decode(), SECRET, timestamp=1_000)
    event = json.loads(delivery.body)
    assert (event["type"], event["api_version"], event["livemode"]) == ("customer.created", API_VERSION, False)


def test_an_event_shows_its_object_as_it_was_then(fake: FakeStripe, client: stripe.StripeClient) -> None:
    customer = scenarios.customer(client)
    client.v1.customers.update(customer, {"name": "Ben"})

    names = [event["data"]["object"]["name"] for event in fake.simulation.store.all("event")]

    assert names == ["Ann", "Ben"]


def test_a_delivery_is_tried_again_later_and_then_given_up(fake: FakeStripe, client: stripe.StripeClient) -> None:
    scenarios.customer(client)

    tries = 0
    while found := events.due_deliveries(fake.simulation):
        tries += 1
        events.failed(fake.simulation, found[0])
        assert events.due_deliveries(fake.simulation) == []
        fake.advance(24 * 3_600)

    assert tries == 1 + len(events.RETRY_SECONDS)
    assert len(client.v1.events.list({"delivery_success": False}).data) == 1


def test_a_delivered_event_is_no_longer_pending(fake: FakeStripe, client: stripe.StripeClient) -> None:
    scenarios.customer(client)
    [delivery] = events.due_deliveries(fake.simulation)

    events.delivered(fake.simulation, delivery)

    assert events.due_deliveries(fake.simulation) == []
    assert client.v1.events.list({"delivery_success": False}).data == []
    assert [event.pending_webhooks for event in client.v1.events.list().data] == [0]


def test_a_dropped_event_is_only_in_the_list(fake: FakeStripe, client: stripe.StripeClient) -> None:
    fake.simulation.knobs["drop"] = 100

    scenarios.customer(client)

    assert events.due_deliveries(fake.simulation) == []
    assert [event.type for event in client.v1.events.list({"delivery_success": False}).data] == ["customer.created"]


def test_a_duplicated_event_is_delivered_twice_with_one_id(fake: FakeStripe, client: stripe.StripeClient) -> None:
    fake.simulation.knobs["duplicate"] = 100

    scenarios.customer(client)

    first, second = events.due_deliveries(fake.simulation)
    assert first.body == second.body


def test_a_delayed_event_comes_later(fake: FakeStripe, client: stripe.StripeClient) -> None:
    fake.simulation.knobs["delay"] = 600

    for _ in range(20):
        scenarios.customer(client)
    at_once = len(events.due_deliveries(fake.simulation))
    fake.advance(600)

    assert at_once < 20
    assert len(events.due_deliveries(fake.simulation)) == 20


def test_reordered_events_come_in_another_order(fake: FakeStripe, client: stripe.StripeClient) -> None:
    for _ in range(20):
        scenarios.customer(client)
    in_order = [delivery.id for delivery in events.due_deliveries(fake.simulation)]

    fake.simulation.knobs["reorder"] = True
    reordered = [delivery.id for delivery in events.due_deliveries(fake.simulation)]

    assert in_order == sorted(in_order) == sorted(reordered) != reordered


def test_events_are_listed_for_thirty_days(fake: FakeStripe, client: stripe.StripeClient) -> None:
    scenarios.customer(client)
    fake.advance(30 * scenarios.DAY)
    within = len(client.v1.events.list().data)
    fake.advance(1)

    assert (within, client.v1.events.list().data) == (1, [])


def test_events_are_listed_by_type_and_time(fake: FakeStripe, client: stripe.StripeClient) -> None:
    scenarios.subscribe(fake, client)
    fake.advance(10)
    scenarios.customer(client)

    by_type = client.v1.events.list({"types": ["invoice.paid", "charge.succeeded"]}).data
    by_time = client.v1.events.list({"created": {"gte": fake.simulation.now()}}).data

    assert [event.type for event in by_type] == ["invoice.paid", "charge.succeeded"]
    assert [event.type for event in by_time] == ["customer.created"]
