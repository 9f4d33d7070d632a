"""The comparison with the provider: what fails is left alone, tried again soon, and hides nothing else."""

from dataclasses import replace
from typing import Any

import pytest

from billing import reconcile
from catalog.models import Artist
from tests import factories
from tests.billing import fan_scene
from tests.billing.fan_scene import Scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(fake_provider: Any, artist: Artist) -> Scene:
    return fan_scene.begin(fake_provider, artist)


def two_of_which_the_first_cannot_be_stored(scene: Scene) -> tuple[str, str]:
    """Subscriptions of two fans. The one that is compared first is in a state that our table does not know."""
    other = replace(scene, fan=factories.create_fan())
    first, second = sorted([scene.subscribe(), other.subscribe()])
    broken = scene.fake.simulation.find("subscription", first)
    broken["status"] = "suspended"
    scene.fake.simulation.save(broken)
    return first, second


def test_one_that_cannot_be_stored_does_not_keep_the_next_from_being_compared(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = two_of_which_the_first_cannot_be_stored(scene)

    reconcile.reconcile(is_full=True)

    assert (scene.until(first), scene.until(second)) == (None, scene.period_end(second))
    assert f"subscription {first} was not compared: IntegrityError: 23514, a_subscription_has_a_known_status" in (
        caplog.text
    )


def test_the_log_of_a_failure_quotes_no_row(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    two_of_which_the_first_cannot_be_stored(scene)

    reconcile.reconcile(is_full=True)

    assert "was not compared" in caplog.text
    assert "Failing row" not in caplog.text
    assert str(scene.fan.pk) not in caplog.text
