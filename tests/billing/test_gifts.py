"""Gifts: an adult pays once, whoever has the link redeems it once, and what nobody redeems is paid back."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from django.urls import reverse

from accounts import ages, consents
from accounts.models import Person
from audit.models import Entry
from billing import caps, checkouts, closing, earned_months, expiries, gift_terms, gifts, leases, reconcile
from billing.exceptions import AboveCap, NotForSale, Refused, TermsChanged, Unpayable
from billing.models import Entitlement, Gift, Invoice, Refund, SpendingSettings, Subscription
from billing.recognition import add_months
from billing.simulated import checkout as hosted
from fans import payment_mails, wrong_codes
from ledger.balances import read_balance
from tests import factories
from tests.billing import factories as billing
from tests.billing import fan_scene
from tests.billing.fan_scene import BOOK, Scene
from tests.fans.pages import get_page, send_form, signed_in_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(shared_scene: Scene) -> Scene:
    """Its fan is the giver."""
    return shared_scene


@pytest.fixture
def recipient(scene: Scene) -> Person:
    """Of an age at which nobody pays."""
    return factories.create_fan(age_band="13_15")


def path_of(scene: Scene) -> str:
    return reverse("gift-new", args=[scene.price.artist.slug, scene.price.pk])


def start(scene: Scene, months: int = 3, giver: Person | None = None, **changes: Any) -> Gift:
    words_hash = consents.digest(gift_terms.write_paper(scene.price, months))
    sent = {"agreed": True, "words_hash": words_hash, "artist_id": scene.price.artist_id, "months": months} | changes
    session = gifts.start(
        giver or scene.fan, scene.price.pk, **sent, page_of=lambda gift: f"https://a.example/{gift.pk}"
    )
    return Gift.objects.get(session_id=session.id)


def pay(scene: Scene, gift: Gift) -> Gift:
    """As its giver does on the provider's page. The events tell us."""
    hosted.complete(scene.fake.simulation, scene.fake.simulation.find("checkout.session", gift.session_id), "succeeds")
    scene.deliver()
    fan_scene.work_all()
    gift.refresh_from_db()
    return gift


def give(scene: Scene, months: int = 3) -> Gift:
    return pay(scene, start(scene, months))


def list_taken_back() -> list[tuple[str, str]]:
    """Which gifts the audit says were taken back, and by whom."""
    entries = Entry.objects.filter(action="gift.taken_back").order_by("pk")
    return list(entries.values_list("subject", "actor"))


def test_a_gift_is_read_paid_passed_on_and_redeemed_by_somebody_of_any_age(scene: Scene, recipient: Person) -> None:
    client, theirs = signed_in_client(scene.fan), signed_in_client(recipient)
    page = get_page(client, f"{path_of(scene)}?months=3")
    assert "Today €12.00, tax included. You pay once, and nothing renews." in page.words
    assert "After 365 days you get everything back." in page.words
    assert page.inline_code == []
    words_hash = consents.digest(gift_terms.write_paper(scene.price, 3))
    form = {"agree": "yes", "months": "3", "words_hash": words_hash}
    assert client.post(path_of(scene), form | {"agree": ""}).status_code == 422
    assert client.post(path_of(scene), form | {"months": "6"}).status_code == 409
    assert client.post(path_of(scene), form)["Location"].startswith("http://127.0.0.1:8012/pay/checkout/")

    gift = pay(scene, Gift.objects.get())
    assert (gift.amount, gift.status) == (1_200, "paid")
    assert (
        read_balance(f"deferred:subscription-{gift.subscription_id}:{Invoice.objects.get().pk}", "EUR", book=BOOK)
        == -1_200
    )
    link = reverse("gift-redeem", args=[gifts.write_token(gift)])
    assert link in get_page(client, reverse("gift", args=[gift.pk])).words
    assert "not redeemed yet" in get_page(client, "/subscriptions").words
    assert "Somebody paid 3 months of Mara Veil for you." in get_page(theirs, link).words

    assert theirs.post(link)["Location"] == "/subscriptions"
    gift.refresh_from_db()
    lease = Entitlement.objects.get()
    assert gift.redeemed_at is not None
    assert (lease.person, lease.valid_from) == (recipient, gift.redeemed_at)
    assert lease.valid_until == add_months(gift.redeemed_at, 3)
    assert leases.has_access(recipient.pk, gift.artist_id, to_generate=True)
    page = get_page(theirs, "/subscriptions")
    assert "A gift. You have it until" in page.words
    assert "€12.00" not in page.words
    assert "Somebody has it" in get_page(client, reverse("gift", args=[gift.pk])).words
    fan_scene.assert_books_agree(scene)


def test_it_is_earned_over_its_months_from_the_redemption_on(scene: Scene, recipient: Person) -> None:
    gift = give(scene)
    assert earned_months.earn_until("209901", book=BOOK) == 0

    gifts.redeem(gift, recipient)

    assert earned_months.earn_until("209901", book=BOOK) == 3
    invoice = Invoice.objects.get()
    assert [part.basis for part in invoice.parts.order_by("month")] == [400, 400, 400]
    assert read_balance(f"deferred:subscription-{gift.subscription_id}:{invoice.pk}", "EUR", book=BOOK) == 0
    fan_scene.assert_books_agree(scene)


def test_events_twice_and_comparisons_change_nothing(scene: Scene, recipient: Person) -> None:
    gift = give(scene)
    scene.told.clear()
    scene.deliver(fan_scene.shuffled(scene.events(), 1))
    fan_scene.reconcile_all(scene)
    gifts.redeem(gift, recipient)
    before = Entitlement.objects.values().get()

    scene.told.clear()
    scene.deliver(fan_scene.shuffled(scene.events(), 2))
    reconcile.reconcile(is_full=True)
    fan_scene.work_all()

    assert Entitlement.objects.values().get() == before
    assert (Subscription.objects.count(), Invoice.objects.count()) == (1, 1)
    fan_scene.assert_books_agree(scene)


def test_without_any_event_the_provider_is_asked(scene: Scene) -> None:
    gift = start(scene)
    hosted.complete(scene.fake.simulation, scene.fake.simulation.find("checkout.session", gift.session_id), "succeeds")
    expiries.expire(gift)
    unpaid = start(scene)
    expiries.expire(unpaid)

    states = {one.pk: one.status for one in Gift.objects.all()}
    assert states == {gift.pk: "paid", unpaid.pk: "expired"}


def test_one_person_redeems_it_once(scene: Scene, recipient: Person) -> None:
    gift, late = give(scene), factories.create_fan()
    gifts.redeem(gift, recipient)
    gifts.redeem(gift, recipient)

    with pytest.raises(Refused, match="redeemed already"):
        gifts.redeem(gift, late)
    with pytest.raises(Refused, match="redeemed already"):
        gifts.take_back(gift, by=scene.fan)
    assert Entitlement.objects.count() == 1


def test_who_has_a_tier_of_the_artist_keeps_the_gift_for_later(scene: Scene) -> None:
    gift = give(scene)
    scene.subscribe()
    fan_scene.reconcile_all(scene)

    with pytest.raises(Refused, match="The gift waits"):
        gifts.redeem(gift, scene.fan)
    assert not Gift.objects.exclude(redeemed_at=None).exists()


def test_the_giver_takes_it_back_until_somebody_has_it(scene: Scene, recipient: Person) -> None:
    gift = give(scene)
    cap = caps.read(scene.fan)
    assert cap is not None
    assert cap.spent == 1_200

    client = signed_in_client(scene.fan)
    assert client.post(reverse("gift-take-back", args=[gift.pk]))["Location"] == reverse("gift", args=[gift.pk])
    gifts.take_back(gift, by=scene.fan)
    fan_scene.reconcile_all(scene)
    assert list_taken_back() == [(str(gift), scene.fan.actor)]

    assert "It comes back to you" in get_page(client, reverse("gift", args=[gift.pk])).words
    assert scene.find("refund")["amount"] == 1_200
    assert len(list(scene.fake.simulation.store.all("refund"))) == 1
    with pytest.raises(Refused, match="not there any more"):
        gifts.redeem(gift, recipient)
    cap = caps.read(scene.fan)
    assert cap is not None
    assert cap.spent == 0
    fan_scene.assert_books_agree(scene)


def test_what_nobody_redeemed_in_time_is_paid_back_by_itself(scene: Scene, recipient: Person, settings: Any) -> None:
    settings.GIFT_TIME = timedelta(seconds=-1)
    gift = give(scene)
    settings.GIFT_TIME = timedelta(days=365)

    gifts.pay_back_all()
    gifts.pay_back_all()

    assert [refund["amount"] for refund in scene.fake.simulation.store.all("refund")] == [1_200]
    assert list_taken_back() == [(str(gift), "system:billing")]
    with pytest.raises(Refused, match="not there any more"):
        gifts.redeem(gift, recipient)
    fan_scene.assert_books_agree(scene)


def test_what_cannot_be_given_is_refused(scene: Scene, recipient: Person) -> None:
    with pytest.raises(Unpayable):
        start(scene, giver=recipient)
    with pytest.raises(NotForSale):
        start(scene, months=2)
    with pytest.raises(TermsChanged):
        start(scene, words_hash="0" * 64)
    billing.choose_currency(scene.fan)
    SpendingSettings.objects.update(monthly_cap=1_199)
    with pytest.raises(AboveCap, match=r"It costs €12\.00"):
        start(scene)
    assert Gift.objects.count() == 0
    assert send_form(signed_in_client(recipient), path_of(scene), {"agree": "yes", "months": "1"}).status_code == 409


def test_an_open_gift_and_an_order_count_against_one_limit(scene: Scene) -> None:
    billing.choose_currency(scene.fan)
    SpendingSettings.objects.update(monthly_cap=1_599)
    start(scene)
    cap = caps.read(scene.fan)
    assert cap is not None
    assert cap.held == 1_200

    with pytest.raises(AboveCap):
        scene.order()
    assert checkouts.find_live(scene.fan, scene.price.artist_id) is None


def test_a_link_that_was_made_up_leads_nowhere(scene: Scene, recipient: Person) -> None:
    gift = give(scene)
    client, token = signed_in_client(recipient), gifts.write_token(gift)

    for made_up in (token[:-1], gift.pk.hex, f"{gift.pk.hex}:x", "0" * 32):
        assert client.get(f"/gifts/{made_up}/redeem").status_code == 404
    assert client.get(reverse("gift", args=[gift.pk])).status_code == 404
    assert client.post(reverse("gift-take-back", args=[gift.pk])).status_code == 404


def test_the_giver_gets_a_mail_of_the_payment_of_the_redemption_and_of_what_comes_back(
    scene: Scene, recipient: Person
) -> None:
    gift = give(scene)
    gifts.redeem(gift, recipient)
    back = give(scene, 1)
    gifts.take_back(back, by=scene.fan)
    fan_scene.reconcile_all(scene)

    while payment_mails.send_next():
        pass

    told = [(one.to, one.subject.removesuffix(" (simulated, no money moved)")) for one in mail.outbox]
    subjects = ["Your gift for Mara Veil is paid", "Your gift for Mara Veil was redeemed"]
    subjects += ["Your gift for Mara Veil is paid", "€4.00 come back to you"]
    assert told == [([scene.fan.email], subject) for subject in subjects]
    assert reverse("gift", args=[gift.pk]) in str(mail.outbox[0].body)
    assert not any(gifts.write_token(gift) in str(one.body) for one in mail.outbox)


def test_who_closes_the_account_has_no_gift_any_more(scene: Scene, recipient: Person) -> None:
    gift = give(scene)
    gifts.redeem(gift, recipient)

    with transaction.atomic():
        closing.close_account(recipient)
    assert not leases.has_access(recipient.pk, gift.artist_id)
    scene.told.clear()
    scene.deliver()
    fan_scene.reconcile_all(scene)

    assert Entitlement.objects.get().reason == "closed"
    assert not leases.has_access(recipient.pk, gift.artist_id)
    fan_scene.assert_books_agree(scene)


def test_a_gift_of_a_closed_account_stays_ended_when_a_refund_of_it_fails(scene: Scene, recipient: Person) -> None:
    gift = give(scene)
    gifts.redeem(gift, recipient)
    with transaction.atomic():
        closing.close_account(recipient)
    scene.control("knobs", refunds="fail")
    scene.advance(10)
    body = f"charge={scene.find('charge')['id']}&amount=1200"
    scene.fake.handle("POST", "/v1/refunds", {"Authorization": "Bearer sk_test_simulated"}, body)
    fan_scene.reconcile_all(scene)
    lease = Entitlement.objects.get()
    assert lease.valid_until == lease.valid_from

    scene.advance(2 * 3_600)
    fan_scene.reconcile_all(scene)

    assert Refund.objects.get().status == "failed"
    assert Entitlement.objects.get().reason == "closed"
    assert not leases.has_access(recipient.pk, gift.artist_id)
    fan_scene.assert_books_agree(scene)


def test_what_a_young_giver_gave_and_nobody_redeemed_is_paid_back(scene: Scene, recipient: Person) -> None:
    kept, gift = give(scene, 1), give(scene)
    gifts.redeem(kept, recipient)
    with transaction.atomic():
        ages.lower(scene.fan, "16_17", by=factories.get_staff(), reason="A parent wrote.")

    while closing.work_next():
        pass

    assert [refund["amount"] for refund in scene.fake.simulation.store.all("refund")] == [1_200]
    assert list_taken_back() == [(str(gift), "system:billing")]
    assert leases.has_access(recipient.pk, kept.artist_id)
    with pytest.raises(Refused, match="not there any more"):
        gifts.redeem(gift, factories.create_fan())
    fan_scene.assert_books_agree(scene)


def test_after_many_made_up_links_and_codes_nothing_is_found_for_an_hour(scene: Scene) -> None:
    gift, client = give(scene), signed_in_client(factories.create_fan())
    tiers = reverse("artist-tiers", args=[scene.price.artist.slug])
    link = reverse("gift-redeem", args=[gifts.write_token(gift)])
    for number in range(wrong_codes.WRONG_AN_HOUR - 2):
        assert client.get(f"/gifts/{number}/redeem").status_code == 404
    assert "No promotion with this code is open to you." in get_page(client, f"{tiers}?code=SPRING").words

    assert "Those were too many wrong codes." in get_page(client, f"{tiers}?code=SUMMER").words
    assert client.get(link).status_code == 429
    assert client.get(tiers).status_code == 200
    assert signed_in_client(factories.create_fan()).get(link).status_code == 200


def test_a_lost_dispute_ends_what_was_given(scene: Scene, recipient: Person) -> None:
    gift = give(scene)
    gifts.redeem(gift, recipient)
    scene.control("dispute", charge=scene.find("charge")["id"])
    fan_scene.reconcile_all(scene)
    assert not leases.has_access(recipient.pk, gift.artist_id, to_generate=True)

    scene.control("close-dispute", dispute=scene.find("dispute")["id"], won=False)
    fan_scene.reconcile_all(scene)

    assert not leases.has_access(recipient.pk, gift.artist_id)
    fan_scene.assert_books_agree(scene)
