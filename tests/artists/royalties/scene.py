"""A fan who paid for a tier, months that are closed, and a song whose writers disagree."""

from datetime import UTC, datetime
from typing import Any

from accounts.models import Person
from artists.models import Statement
from artists.royalties import closing
from catalog.models import Artist
from rights import claims
from rights.models import Claim
from rights.shares import Role
from tests import factories
from tests.billing import fan_scene
from tests.billing.fan_scene import Scene
from tests.rights import factories as owners

BOOK = "simulated"


def begin(fake: Any, artist: Artist, fan: Person | None = None) -> Scene:
    """The fan has paid 400 for a month."""
    scene = fan_scene.begin(fake, artist, fan)
    scene.subscribe()
    fan_scene.reconcile_all(scene)
    return scene


def this_month() -> str:
    return f"{datetime.now(UTC):%Y%m}"


def close(month: str) -> list[Statement]:
    """The statements of the month, whose money is practice money."""
    closed = closing.close_month(month, book=BOOK, early=True)
    return list(closed.statements.order_by("party"))


def refund(scene: Scene, amount: int) -> None:
    scene.advance(10)
    body = f"charge={scene.find('charge')['id']}&amount={amount}"
    assert scene.fake.handle("POST", "/v1/refunds", {"Authorization": "Bearer sk_test_simulated"}, body).status == 200
    fan_scene.reconcile_all(scene)


def dispute_song(artist: Artist, title: str = "Glass Weather") -> Claim:
    """Two labels say that a new song is theirs."""
    song = factories.create_recording(artist, title)
    owners.own(owners.create_party(), song)
    other = owners.create_party("label", "Other Label")
    claim = claims.claim(other, Role.RECORDING_OWNER, by=owners.get_signer(other), recording=song)
    claim.refresh_from_db()
    assert claim.is_disputed
    return claim
