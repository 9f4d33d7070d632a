"""What refunds and disputes move may be more than the ledger has of a payment: it is posted, and the lease follows."""

import pytest

from billing.simulated import balance, disputes
from catalog.models import Artist
from ledger.balances import read_balance, read_balances
from tests.artists.royalties import scene as royalties
from tests.billing import factories as billing
from tests.billing import fan_scene
from tests.billing.fan_scene import Scene, assert_books_agree, assert_leases_follow_the_provider

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def module_scene(module_artist: Artist) -> Scene:
    """The fan has paid 400, which the ledger has."""
    with billing.run_fake() as fake:
        return royalties.begin(fake, module_artist)


@pytest.fixture
def scene(shared_scene: Scene) -> Scene:
    return shared_scene


def refund(scene: Scene, amount: int) -> None:
    scene.advance(10)
    body = f"charge={scene.find('charge')['id']}&amount={amount}"
    answer = scene.fake.handle("POST", "/v1/refunds", {"Authorization": "Bearer sk_test_simulated"}, body)
    assert answer.status == 200


def change_rate(scene: Scene, rate: int) -> None:
    scene.control("knobs", rates={"eur": rate})


def dispute(scene: Scene, amount: int | None = None) -> str:
    scene.advance(10)
    return str(scene.control("dispute", charge=scene.find("charge")["id"], amount=amount)["id"])


def decide(scene: Scene, name: str, *, won: bool) -> None:
    scene.advance(10)
    scene.control("close-dispute", dispute=name, won=won)


def compare(scene: Scene) -> tuple[int, int, int]:
    """What is deferred, pending and lost to rates, once all was compared and the books agree."""
    fan_scene.reconcile_all(scene)
    assert_books_agree(scene)
    assert_leases_follow_the_provider(scene)
    deferred = sum(read_balances(book="simulated", under="deferred").values())
    pending, lost = (read_balance(code, "EUR", book="simulated") for code in ("stripe:pending", "fees:exchange"))
    return deferred, pending, lost


def test_a_refund_at_a_worse_rate_ends_the_lease_and_the_difference_is_ours(scene: Scene) -> None:
    change_rate(scene, 11_000)
    refund(scene, 400)

    assert compare(scene) == (0, 0, 40)
    assert scene.until(scene.find("subscription")["id"]) is None


def test_parts_at_different_rates_take_back_what_was_paid(scene: Scene) -> None:
    change_rate(scene, 11_000)
    refund(scene, 100)
    assert compare(scene) == (-300, 0, 10)
    change_rate(scene, 9_000)
    refund(scene, 300)

    assert compare(scene) == (0, 0, -20)


def test_a_refund_that_fails_comes_back_at_another_rate(scene: Scene) -> None:
    scene.control("knobs", refunds="fail")
    change_rate(scene, 11_000)
    refund(scene, 400)
    compare(scene)
    change_rate(scene, 10_000)
    scene.advance(2 * 3_600)

    assert compare(scene) == (-400, 0, 40)


def test_a_dispute_of_all_after_a_refund_of_a_part_is_lost(scene: Scene) -> None:
    refund(scene, 100)
    name = dispute(scene, 400)
    assert compare(scene) == (-300, 400, 0)

    decide(scene, name, won=False)

    assert compare(scene) == (0, 0, 100)
    assert scene.until(scene.find("subscription")["id"]) is None


def test_a_dispute_that_is_won_comes_back_at_another_rate(scene: Scene) -> None:
    change_rate(scene, 11_000)
    name = dispute(scene)
    compare(scene)
    change_rate(scene, 10_000)
    decide(scene, name, won=True)

    assert compare(scene) == (-400, 0, 40)


def test_what_was_lost_then_won_and_then_refunded_is_posted_in_this_order(scene: Scene) -> None:
    name = dispute(scene)
    decide(scene, name, won=False)
    assert compare(scene) == (0, 0, 0)
    reopen(scene, name)
    decide(scene, name, won=True)
    refund(scene, 400)

    assert compare(scene) == (0, 0, 0)


def reopen(scene: Scene, name: str) -> None:
    """The bank looks at a decided dispute again, and its charge can be refunded."""
    sim = scene.fake.simulation
    for kind, found, change in (
        ("dispute", name, {"status": "under_review"}),
        ("charge", scene.find("charge")["id"], {"disputed": False}),
    ):
        sim.save(sim.find(kind, found) | change)


def test_a_dispute_that_was_won_can_be_taken_and_lost_once_more(scene: Scene) -> None:
    name = dispute(scene)
    decide(scene, name, won=True)
    assert compare(scene) == (-400, 0, 0)
    reopen(scene, name)
    scene.advance(10)
    sim = scene.fake.simulation
    found = sim.find("dispute", name)
    again = balance.move(sim, found, -400, category="dispute", kind="adjustment", fee=disputes.FEE)
    sim.save(found | {"balance_transactions": [*found["balance_transactions"], again]})
    decide(scene, name, won=False)

    assert compare(scene) == (0, 0, 0)
    assert scene.until(scene.find("subscription")["id"]) is None
