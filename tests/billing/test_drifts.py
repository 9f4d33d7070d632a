"""Where the provider and the ledger differ: each seeded drift is found, named, shown, and ends when it is gone."""

from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

from billing import drifts, movements, payout_reconcile, postings, transfer_drifts
from billing.models import Drift, Movement, PayeeAccount, PayoutLine
from billing.simulated import balance
from billing.simulated.server import FakeStripe
from catalog.models import Artist
from ledger.balances import read_balance
from ledger.posting import Leg, Posting, post
from rights.owners import party_key
from rights.splits import ShareKey
from tests import factories
from tests.billing import fan_scene, payees
from tests.billing.fan_scene import Scene
from tests.billing.in_process import ask

pytestmark = pytest.mark.django_db
DAY = 86_400


@pytest.fixture
def account(fake_provider: FakeStripe, artist: Artist) -> PayeeAccount:
    return payees.onboard(artist, fake_provider)


@pytest.fixture
def scene(fake_provider: FakeStripe, artist: Artist, account: PayeeAccount) -> Scene:
    """A fan paid, the artist earned all of it, and was sent it."""
    scene = fan_scene.begin(fake_provider, artist)
    scene.subscribe()
    fan_scene.reconcile_all(scene)
    earn(scene, account)
    scene.advance(8 * DAY)
    payees.run()
    payees.work_all()
    assert payees.only_line().state == "sent"
    return scene


def earn(scene: Scene, account: PayeeAccount, amount: int = 300) -> None:
    """What the fan paid is recognised and a statement is closed."""
    [invoice] = fan_scene.Subscription.objects.get().invoices.all()
    deferred = f"deferred:subscription-{invoice.subscription_id}:{invoice.pk}"
    party = party_key(account.party_id)
    shares = {ShareKey(party, "featured_artist", "", ""): amount}
    earned = postings.recognise(invoice.provider_id, "202611", deferred, shares, currency="EUR")
    with transaction.atomic():
        post(earned, book="simulated")
    payees.owe(account.party, amount)


@pytest.fixture(autouse=True)
def low_minimum(settings: Any) -> None:
    settings.PAYOUT_MINIMUMS = {"EUR": 1}


def find() -> set[tuple[str, str]]:
    """Kinds and references of all that differs now."""
    movements.fetch()
    transfer_drifts.compare_transfers()
    drifts.compare_balance(settling=drifts.SETTLING * 0)
    return set(Drift.objects.filter(ended_at=None).values_list("kind", "reference"))


def clearing(amount: int, key: str) -> None:
    """Somebody posts to clearing what never moved."""
    with transaction.atomic():
        post(Posting(key, "test", "EUR", (Leg("stripe:clearing", amount), Leg("suspense", -amount))), book="simulated")


def test_after_payments_refunds_disputes_transfers_and_reversals_nothing_differs(scene: Scene) -> None:
    ask(scene.fake, "POST", f"/v1/transfers/{payees.only_line().transfer_id}/reversals", "amount=30")
    ask(scene.fake, "POST", "/v1/refunds", f"charge={scene.find('charge')['id']}&amount=100")
    fan_scene.reconcile_all(scene)
    scene.control("dispute", charge=scene.find("charge")["id"])
    fan_scene.reconcile_all(scene)

    assert find() == set()
    fan_scene.assert_books_agree(scene)
    assert not Movement.objects.filter(matched_at=None).exists()


def test_our_own_payout_to_the_bank_leaves_clearing_and_comes_back_if_it_fails(scene: Scene) -> None:
    payout = ask(scene.fake, "POST", "/v1/payouts", "amount=20&currency=eur").body
    scene.deliver()
    fan_scene.work_all()
    assert read_balance("payout:in_transit", "EUR", book="simulated") == 20
    balance.move(scene.fake.simulation, payout, 20, category="payout_reversal", kind="payout_failure")
    movements.fetch()

    assert find() == set()
    assert read_balance("payout:in_transit", "EUR", book="simulated") == 0
    fan_scene.assert_books_agree(scene)


def test_a_movement_that_nothing_posted_is_found(scene: Scene) -> None:
    source = {"id": "fee_sim_1", "currency": "eur"}
    moved = balance.move(scene.fake.simulation, source, -7, category="fee", kind="stripe_fee")

    assert find() == {("movement", moved["id"]), ("balance", "stripe:clearing")}
    drift = Drift.objects.get(kind="movement")
    assert (drift.expected, drift.found) == (0, -7)


def test_a_movement_of_another_amount_than_the_ledger_has_is_found(scene: Scene) -> None:
    charge = scene.find("charge")
    balance.move(scene.fake.simulation, charge, 5, category="charge", kind="charge")
    invoice = scene.find("invoice")["id"]

    assert find() == {("movement", f"inv:{invoice}:charge"), ("balance", "stripe:clearing")}


def test_what_the_ledger_has_and_never_moved_is_found(scene: Scene) -> None:
    clearing(9, "refund:re_never")

    assert find() == {("balance", "stripe:clearing"), ("posting", "refund:re_never")}
    drift = Drift.objects.get(kind="balance")
    assert drift.expected is not None
    assert drift.found == drift.expected - 9


def test_two_mistakes_that_make_up_for_each_other_are_found(scene: Scene) -> None:
    source = {"id": "fee_sim_1", "currency": "eur"}
    moved = balance.move(scene.fake.simulation, source, -7, category="fee", kind="stripe_fee")
    clearing(-7, "refund:re_never")

    assert find() == {("movement", moved["id"])}


def test_a_transfer_that_is_gone_is_found(scene: Scene) -> None:
    line = payees.only_line()
    scene.fake.simulation.store.remove("transfer", str(line.transfer_id))

    assert ("missing_transfer", str(line.transfer_id)) in find()


def test_a_transfer_of_another_amount_is_found(scene: Scene) -> None:
    line = payees.only_line()
    transfer = scene.fake.simulation.find("transfer", line.transfer_id)
    scene.fake.simulation.save(transfer | {"amount": transfer["amount"] + 1})

    assert ("other_transfer", str(line.transfer_id)) in find()


@pytest.mark.parametrize("group", ["", "&transfer_group=payout:{line}"])
def test_a_transfer_that_is_none_of_ours_or_a_second_one_is_found(
    scene: Scene, account: PayeeAccount, group: str
) -> None:
    payees.fund(scene.fake, 100)
    form = f"amount=10&currency=eur&destination={account.provider_id}" + group.format(line=payees.only_line().pk)
    other = ask(scene.fake, "POST", "/v1/transfers", form).body["id"]

    kind = "second_transfer" if group else "unknown_transfer"
    assert (kind, other) in find()


def test_a_payout_whose_group_has_two_transfers_is_left_to_operators(
    fake_provider: FakeStripe, account: PayeeAccount
) -> None:
    payees.fund(fake_provider, 1_000)
    payees.owe(account.party, 300)
    payees.run()
    line = payees.only_line()
    for _ in range(2):
        form = f"amount=300&currency=eur&destination={account.provider_id}&transfer_group={line.group}"
        ask(fake_provider, "POST", "/v1/transfers", form)
    payees.work_all()

    line.refresh_from_db()
    assert (line.state, line.error.startswith("OtherTransfer")) == ("submitting", True)
    assert {kind for kind, _ in find()} >= {"second_transfer"}


def test_a_drift_ends_when_it_is_gone_and_is_told_once(scene: Scene) -> None:
    clearing(9, "refund:re_never")
    find()
    find()
    assert Drift.objects.count() == 2
    clearing(-9, "refund:re_never:undo")

    assert find() == set()
    assert not Drift.objects.filter(ended_at=None).exists()


def test_operators_see_drifts_in_their_window_and_by_the_command(scene: Scene, capsys: Any) -> None:
    clearing(9, "refund:re_never")
    operator = factories.fresh_client(factories.create_person("Olga", is_staff=True))

    call_command("payouts", "compare")

    assert "posting\trefund:re_never\tEUR\there 9, there 0" in capsys.readouterr().out
    assert "refund:re_never" in operator.get("/operator/billing/drift/").content.decode()


def test_a_day_of_reconciliation_looks_for_drifts(scene: Scene) -> None:
    clearing(9, "refund:re_never")

    payout_reconcile.reconcile(is_full=True)

    assert Drift.objects.filter(kind="posting", reference="refund:re_never").exists()
    assert PayoutLine.objects.get().state == "sent"
