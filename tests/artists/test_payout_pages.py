"""The pages "Get paid": who says where money goes, what is owed and held, and what left."""

from typing import Any

import pytest
from django.test import Client

from billing import payees as product
from billing import payout_runs, payouts_by_hand
from billing.models import PayeeAccount, PayoutLine
from billing.simulated import control
from billing.simulated.server import FakeStripe
from catalog.models import Artist
from tests import factories
from tests.artists.studio.pages import visible_text
from tests.billing import payees
from tests.rights import factories as owners

pytestmark = pytest.mark.django_db


@pytest.fixture
def artist() -> Artist:
    return factories.create_artist("Mara Veil")


def client_of(artist: Artist, role: str = "principal") -> Client:
    return factories.fresh_client(factories.get_member(artist, role))


def read(client: Client, path: str = "/studio/mara-veil/payouts") -> str:
    return visible_text(client.get(path))


def test_the_principal_is_led_to_the_payment_service(fake_provider: FakeStripe, artist: Artist) -> None:
    client = client_of(artist)
    assert "Say where your money goes" in read(client)

    answer = client.post("/studio/mara-veil/payouts/account", {"country": "DE"})

    assert (answer.status_code, answer.headers["Location"][:39]) == (303, "http://127.0.0.1:8012/pay/onboarding/00")
    assert PayeeAccount.objects.get().country == "DE"
    assert "still asks for something" in read(client)


def test_every_stage_says_what_to_do(fake_provider: FakeStripe, artist: Artist, settings: Any) -> None:
    client = client_of(artist)
    account = payees.open_account(artist)
    assert "4 answers missing" in read(client)
    payees.answer(account, fake_provider, ("external_account",))
    assert "1 answer missing" in read(client)
    PayeeAccount.objects.update(requirements=[])
    assert "You have nothing to do" in read(client)
    payees.answer(account, fake_provider)
    assert "Ready: your account" in read(client)
    product.pay_by_hand(account.party, "vendor 7", by="system:operator")
    page = read(client)
    assert "You are paid by bank transfer" in page
    assert "vendor 7" not in page
    settings.PAYMENTS = "off"
    assert "Payments are off here" in read(client)


def test_an_old_link_leads_back_and_says_so(fake_provider: FakeStripe, artist: Artist) -> None:
    assert "too old or used before" in read(client_of(artist), "/studio/mara-veil/payouts?again=1")


def test_who_comes_back_is_not_believed(fake_provider: FakeStripe, artist: Artist) -> None:
    payees.open_account(artist)

    assert "Ready" not in read(client_of(artist), "/studio/mara-veil/payouts?transfers_active=1")


@pytest.mark.parametrize("role", ["owner", "editor", "reviewer"])
def test_who_does_not_sign_cannot_say_where_money_goes(fake_provider: FakeStripe, artist: Artist, role: str) -> None:
    client = client_of(artist, role)

    answer = client.post("/studio/mara-veil/payouts/account", {"country": "DE"})

    assert (answer.status_code, PayeeAccount.objects.exists()) == (409, False)
    assert "Only the artist can say" in read(client)


@pytest.mark.parametrize("role", ["principal", "owner", "editor", "reviewer"])
def test_amounts_are_shown_to_those_who_manage(fake_provider: FakeStripe, artist: Artist, role: str) -> None:
    payees.owe(payees.get_party(artist), 4_217)
    payees.run()

    assert ("€42.17" in read(client_of(artist, role))) is (role in {"principal", "owner"})


@pytest.mark.parametrize("country", ["", "QQ"])
def test_a_country_is_needed(fake_provider: FakeStripe, artist: Artist, country: str) -> None:
    answer = client_of(artist).post("/studio/mara-veil/payouts/account", {"country": country})

    assert (answer.status_code, PayeeAccount.objects.exists()) == (422, False)


def test_a_payment_service_that_does_not_answer_is_said_on_the_page(fake_provider: FakeStripe, artist: Artist) -> None:
    control.add_fault(fake_provider.simulation, kind="503", before=True, times=3, path="/v1/accounts")

    answer = client_of(artist).post("/studio/mara-veil/payouts/account", {"country": "DE"})

    assert answer.status_code == 503
    assert "does not answer" in visible_text(answer)


def test_the_page_shows_what_is_payable_held_and_owed_and_practice_is_never_paid(
    fake_provider: FakeStripe, artist: Artist
) -> None:
    account = payees.onboard(artist, fake_provider)
    payees.fund(fake_provider, 50_000)
    payees.owe(account.party, 4_217)
    payees.run()
    payees.work_all()
    payees.owe(account.party, 311)
    payees.owe(account.party, 605, is_held=True)
    page = read(client_of(artist))

    line = PayoutLine.objects.get()
    assert "Simulated payments: no money moves" in page
    assert "Not paid: practice money" in page
    assert str(line.transfer_id) in page
    assert "€42.17" in page
    assert "€3.11" in page
    assert "It is paid from €10.00 on" in page
    assert "€6.05" in page
    assert "disputes" in page


def test_what_is_held_says_why_and_that_it_stays(fake_provider: FakeStripe, artist: Artist) -> None:
    payees.owe(payees.get_party(artist), 4_217)
    payees.run()
    page = read(client_of(artist))

    assert "Held: it stays yours" in page
    assert "Nobody has said yet where it goes" in page


def test_a_label_has_the_page_too_and_sees_its_payment_by_hand(fake_provider: FakeStripe) -> None:
    label = owners.create_party()
    client = factories.fresh_client(owners.get_signer(label))
    product.pay_by_hand(label, "vendor 7", by="system:operator")
    payees.owe(label, 4_217)
    payees.run()
    payouts_by_hand.mark_paid(PayoutLine.objects.get(), "BANK-2026-17", by="system:operator")
    page = read(client, f"/label/{label.pk}/payouts")

    assert "BANK-2026-17" in page
    assert "By bank transfer" in page
    assert "Not paid: practice money" in page
    answer = client.post(f"/label/{label.pk}/payouts/account", {"country": "FR"})
    assert answer.status_code == 303


def test_the_page_follows_notices_and_asks_few_queries(
    fake_provider: FakeStripe, artist: Artist, django_assert_max_num_queries: Any
) -> None:
    client = client_of(artist)
    payees.owe(payees.get_party(artist), 4_217)
    for number in range(1, 6):
        payout_runs.prepare(f"2026-{number:02}", by="system:operator")
    with django_assert_max_num_queries(14):
        answer = client.get("/studio/mara-veil/payouts")

    assert 'data-live="payee.changed payout.changed"' in answer.content.decode()


def test_a_password_that_was_typed_long_ago_is_asked_for_first(fake_provider: FakeStripe, artist: Artist) -> None:
    principal = factories.get_member(artist, "principal")
    principal.set_password("a good password of mine")
    principal.save()
    client = factories.signed_in_client(principal)

    answer = client.post("/studio/mara-veil/payouts/account", {"country": "DE"})

    assert answer.headers["Location"].startswith("/accounts/reauthenticate/?next=")
    assert not PayeeAccount.objects.exists()


def test_the_earnings_of_both_lead_to_it(fake_provider: FakeStripe, artist: Artist) -> None:
    label = owners.create_party()
    signer = factories.fresh_client(owners.get_signer(label))

    assert 'href="/studio/mara-veil/payouts"' in client_of(artist).get("/studio/mara-veil/earnings").content.decode()
    assert f'href="/label/{label.pk}/payouts"' in signer.get(f"/label/{label.pk}/earnings").content.decode()
