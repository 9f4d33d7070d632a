"""Fixtures of several modules about subscriptions, and about payouts."""

import pytest
from pytest_django import Settings

from billing.models import PayeeAccount
from billing.simulated.server import FakeStripe
from catalog.models import Artist
from tests.billing import factories as billing
from tests.billing import fan_scene, payees
from tests.billing.fan_scene import Scene


@pytest.fixture(scope="module")
def module_scene(module_artist: Artist) -> Scene:
    with billing.run_fake() as fake:
        return fan_scene.begin(fake, module_artist)


@pytest.fixture
def shared_scene(db: None, module_scene: Scene, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """A fan and a tier that are made once a module, where no test commits. Its FakeStripe is the provider."""
    return billing.copy_scene(module_scene, settings, monkeypatch)


@pytest.fixture
def account(fake_provider: FakeStripe, artist: Artist) -> PayeeAccount:
    """An artist who can be paid, by a platform that has the money."""
    payees.fund(fake_provider, 100_000)
    return payees.onboard(artist, fake_provider)
