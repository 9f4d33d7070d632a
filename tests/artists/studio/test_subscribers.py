"""The studio's page of subscribers: numbers, and nobody's name."""

from typing import Any

import pytest

from catalog.models import Artist
from tests import factories
from tests.billing import fan_scene
from tests.billing.in_process import ask
from tests.fans.pages import get_page, signed_in_client

pytestmark = pytest.mark.django_db


def test_the_team_reads_how_many_have_which_tier_and_not_who(fake_provider: Any, artist: Artist) -> None:
    scene = fan_scene.begin(fake_provider, artist)
    principal = signed_in_client(factories.get_member(artist, "principal"))
    path = "/studio/mara-veil/subscribers"
    assert "Nobody yet" in get_page(principal, path).words

    scene.subscribe()
    fan_scene.reconcile_all(scene)

    words = get_page(principal, path).words
    assert "1 fan has a tier now." in words
    assert "Harbour , €4.00 a month Version 1 1" in words
    assert "1 began, 0 ended" in words
    assert scene.fan.handle not in words


def test_a_fan_who_canceled_and_one_who_is_late_are_counted_so(fake_provider: Any, artist: Artist) -> None:
    scene = fan_scene.begin(fake_provider, artist)
    name = scene.subscribe()
    ask(fake_provider, "POST", f"/v1/subscriptions/{name}", "cancel_at_period_end=true")
    fan_scene.reconcile_all(scene)

    words = get_page(signed_in_client(factories.get_member(artist, "reviewer")), "/studio/mara-veil/subscribers").words

    assert "1 canceled" in words
