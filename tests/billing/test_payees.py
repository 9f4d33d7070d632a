"""Where parties are paid: whoever signs opens an account, the provider says what is missing, and events tell us."""

from typing import Any

import pytest

from accounts.exceptions import NotAllowed, ReauthenticationRequired
from accounts.models import Role
from billing import payees as product
from billing import payout_reconcile, webhook_work, webhooks
from billing.exceptions import ProviderUnavailable, Refused
from billing.models import PayeeAccount
from billing.provider.events import read_event
from billing.simulated import accounts, control
from billing.simulated.server import FakeStripe
from catalog.models import Artist
from live.models import Notice
from tests import factories
from tests.billing import payees
from tests.rights import factories as owners

pytestmark = pytest.mark.django_db


def deliver_all(fake: FakeStripe) -> None:
    webhooks.store(map(read_event, fake.simulation.store.all("event")), book="simulated")
    while webhook_work.work_next():
        pass


def test_an_account_is_opened_once_and_cannot_be_paid_yet(fake_provider: FakeStripe, artist: Artist) -> None:
    first, second = payees.open_account(artist), payees.open_account(artist)

    assert (first.pk, len(fake_provider.simulation.store.all("account"))) == (second.pk, 1)
    assert (second.method, second.country, second.transfers_active, second.is_ready) == ("stripe", "DE", False, False)
    assert "external_account" in second.requirements


@pytest.mark.parametrize("kind", ["500", "reset"])
def test_a_lost_answer_opens_no_second_account(fake_provider: FakeStripe, artist: Artist, kind: str) -> None:
    control.add_fault(fake_provider.simulation, kind=kind, times=3, path="/v1/accounts")
    with pytest.raises(ProviderUnavailable):
        payees.open_account(artist)
    fake_provider.simulation.knobs["faults"] = []
    if kind == "500":  # the provider answers this key with the error for a day
        fake_provider.simulation.advance(86_400 + 1)

    account = payees.open_account(artist)

    assert account.provider_id
    assert len(fake_provider.simulation.store.all("account")) == (2 if kind == "500" else 1)


@pytest.mark.parametrize("role", [Role.OWNER, Role.EDITOR, Role.REVIEWER])
def test_only_who_signs_with_a_fresh_password_says_where_money_goes(
    fake_provider: FakeStripe, artist: Artist, role: Role
) -> None:
    party, principal = payees.get_party(artist), factories.get_member(artist, Role.PRINCIPAL)
    with pytest.raises(NotAllowed):
        product.open_account(party, "DE", by=factories.get_member(artist, role), fresh=True)
    with pytest.raises(ReauthenticationRequired):
        product.open_account(party, "DE", by=principal, fresh=False)
    with pytest.raises(Refused):
        product.open_account(party, "QQ", by=principal, fresh=True)

    assert not PayeeAccount.objects.exists()


def test_the_provider_tells_by_an_event_that_an_account_can_be_paid(fake_provider: FakeStripe, artist: Artist) -> None:
    account = payees.open_account(artist)
    deliver_all(fake_provider)
    Notice.objects.all().delete()
    accounts.set_requirements(fake_provider.simulation, str(account.provider_id), [])

    deliver_all(fake_provider)

    account.refresh_from_db()
    assert (account.transfers_active, account.requirements, account.is_ready) == (True, [], True)
    assert set(Notice.objects.values_list("kind", "reference")) == {("payee.changed", f"party:{account.party_id}")}


def test_an_event_that_never_came_is_made_up_for_within_the_hour(fake_provider: FakeStripe, artist: Artist) -> None:
    account = payees.open_account(artist)
    accounts.set_requirements(fake_provider.simulation, str(account.provider_id), [])

    payout_reconcile.reconcile(is_full=False)

    account.refresh_from_db()
    assert account.transfers_active


def test_an_account_that_the_provider_closed_cannot_be_paid(fake_provider: FakeStripe, artist: Artist) -> None:
    account = payees.onboard(artist, fake_provider)
    fake_provider.simulation.store.remove("account", str(account.provider_id))

    payout_reconcile.reconcile(is_full=True)

    account.refresh_from_db()
    assert (account.transfers_active, account.disabled_reason) == (False, "closed")


def test_an_event_about_somebody_elses_account_changes_nothing(fake_provider: FakeStripe, artist: Artist) -> None:
    payees.open_account(artist)

    assert product.sync("acct_sim_unknown") is False


def test_the_link_leads_to_the_provider_and_back(fake_provider: FakeStripe, artist: Artist) -> None:
    account = payees.open_account(artist)
    url = product.onboarding_url(account, "https://fanfare.example/studio/mara/payouts")

    token = url.rpartition("/")[2]
    link = fake_provider.simulation.store.get("_account_link", token)
    assert link
    assert link["return_url"] == "https://fanfare.example/studio/mara/payouts"
    assert link["refresh_url"] == "https://fanfare.example/studio/mara/payouts?again=1"


def test_a_rightsholder_is_paid_by_hand_and_can_move_to_the_provider(fake_provider: FakeStripe) -> None:
    party = owners.create_party()
    product.pay_by_hand(party, "vendor 7", by="system:operator")
    found = product.find_account(party)
    assert found
    assert (found.method, found.is_ready, found.provider_id) == ("manual", True, None)
    with pytest.raises(Refused):
        product.pay_by_hand(party, "  ", by="system:operator")

    moved = product.open_account(party, "FR", by=owners.get_signer(party), fresh=True)

    assert (moved.pk, moved.method, moved.is_ready) == (found.pk, "manual", True)  # until the provider knows all
    payees.answer(moved, fake_provider)
    moved.refresh_from_db()
    assert (moved.method, moved.is_ready) == ("stripe", True)
    product.pay_by_hand(party, "vendor 7", by="system:operator")
    product.sync(str(moved.provider_id))
    moved.refresh_from_db()
    assert moved.method == "manual"


def test_nobody_is_asked_where_payments_are_off(artist: Artist, settings: Any) -> None:
    settings.PAYMENTS = "off"

    assert product.find_account(payees.get_party(artist)) is None
