"""A fan cancels any day, keeps what is paid, and can take it back until it has ended."""

from typing import Any

import pytest
from django.test import Client

from audit.models import Entry
from billing.models import Checkout
from catalog.models import Artist
from tests import factories
from tests.billing import fan_scene
from tests.billing.fan_scene import DAY, Scene
from tests.fans.pages import get_page, signed_in_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(fake_provider: Any, artist: Artist) -> Scene:
    """The fan has paid for a month."""
    scene = fan_scene.begin(fake_provider, artist)
    scene.subscribe()
    fan_scene.reconcile_all(scene)
    return scene


@pytest.fixture
def client(scene: Scene) -> Client:
    return signed_in_client(scene.fan)


def path() -> str:
    return f"/orders/{Checkout.objects.get().pk}"


def ends(scene: Scene) -> bool:
    """Whether the provider will end it."""
    return bool(scene.find("subscription")["cancel_at_period_end"])


def test_what_is_canceled_runs_to_the_end_of_what_is_paid(scene: Scene, client: Client) -> None:
    name = scene.find("subscription")["id"]
    assert "It renews on" in get_page(client, path()).words

    answer = client.post(f"{path()}/cancel")

    assert (answer.status_code, answer["Location"], ends(scene)) == (302, path(), True)
    assert scene.until(name) == scene.period_end(name)
    assert "and nothing is charged after that. Keep it after all" in get_page(client, path()).words
    row = scene.row(name)
    assert Entry.objects.filter(action="subscription.canceled", subject=str(row), actor=scene.fan.actor).exists()


def test_what_was_canceled_goes_on_after_all(scene: Scene, client: Client) -> None:
    client.post(f"{path()}/cancel")

    client.post(f"{path()}/resume")

    assert not ends(scene)
    assert "It renews on" in get_page(client, path()).words


def test_what_has_ended_cannot_be_resumed(scene: Scene, client: Client) -> None:
    client.post(f"{path()}/cancel")
    scene.advance(31 * DAY)
    fan_scene.reconcile_all(scene)

    answer = client.post(f"{path()}/resume")

    assert answer.status_code == 409
    assert "This is over" in get_page(client, path()).words


def test_a_provider_that_does_not_answer_cancels_nothing_and_is_said(scene: Scene, client: Client) -> None:
    scene.control("fault", kind="503", times=3, method="POST", path="/v1/subscriptions", before=True)

    answer = client.post(f"{path()}/cancel")

    assert (answer.status_code, ends(scene)) == (409, False)
    assert "The payment service does not answer at the moment." in answer.content.decode()


def test_the_api_cancels_and_resumes(scene: Scene, client: Client) -> None:
    address = f"/api/v1{path()}"
    period_end = scene.row(scene.find("subscription")["id"]).period_end
    assert period_end

    canceled, resumed = client.post(f"{address}/cancel"), client.post(f"{address}/resume")

    assert [answer.status_code for answer in (canceled, resumed)] == [200, 200]
    assert [answer.json()["cancel_at_period_end"] for answer in (canceled, resumed)] == [True, False]
    assert set(canceled.json()) == {"cancel_at_period_end", "period_end"}
    assert not ends(scene)


def test_an_order_that_was_not_paid_has_nothing_to_cancel(scene: Scene, client: Client) -> None:
    other = fan_scene.begin(scene.fake, factories.create_artist("Ove Lind"), scene.fan).order()

    answer = client.post(f"/api/v1/orders/{other.pk}/cancel")

    assert (answer.status_code, answer.json()["code"]) == (409, "NothingToCancel")


def test_nobody_cancels_what_another_fan_bought(scene: Scene) -> None:
    stranger = signed_in_client(factories.create_fan("Stranger"))

    for address in (path(), f"/api/v1{path()}"):
        assert stranger.post(f"{address}/cancel").status_code == 404
    assert not ends(scene)
