"""Mails about payments: each goes out once, and says what its row says."""

from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from billing.models import PaymentMail, Refund, Subscription
from catalog.models import Artist
from fans import payment_mails
from tests.adversarial.test_database_constraints import refused
from tests.billing import fan_scene
from tests.billing.fan_scene import DAY, Scene
from tests.billing.in_process import ask

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(fake_provider: Any, artist: Artist) -> Scene:
    """The fan has paid for a month."""
    scene = fan_scene.begin(fake_provider, artist)
    scene.subscribe()
    fan_scene.reconcile_all(scene)
    return scene


def send_all() -> list[mail.EmailMessage]:
    mail.outbox.clear()
    while payment_mails.send_next():
        pass
    return list(mail.outbox)


def test_a_payment_brings_one_receipt_by_mail(scene: Scene) -> None:
    [receipt] = send_all()

    assert receipt.to == [scene.fan.email]
    assert receipt.subject == "Receipt: €4.00 for Harbour of Mara Veil (simulated, no money moved)"
    assert "You paid €4.00 for Harbour of Mara Veil, on " in receipt.body
    assert f"/payments/{Subscription.objects.get().invoices.get().pk}" in receipt.body
    fan_scene.reconcile_all(scene)
    assert send_all() == []


def test_a_failed_renewal_and_the_end_are_told_once_each(scene: Scene) -> None:
    send_all()
    scene.control("card", customer=scene.find("subscription")["customer"], card="declined")
    scene.advance(31 * DAY + 7_200)
    fan_scene.reconcile_all(scene)

    [failed] = send_all()
    assert failed.subject.startswith("Your payment for Mara Veil did not go through")
    assert "You keep everything until" in failed.body

    scene.advance(30 * DAY)
    fan_scene.reconcile_all(scene)
    assert [one.subject for one in send_all()] == ["Harbour of Mara Veil has ended (simulated, no money moved)"]


def test_what_comes_back_is_told(scene: Scene) -> None:
    send_all()
    payment = Subscription.objects.get().invoices.get().payments.get()
    ask(scene.fake, "POST", "/v1/refunds", f"payment_intent={payment.provider_id}&amount=150")
    fan_scene.reconcile_all(scene)

    [told] = send_all()

    assert "€1.50 of what you paid for Harbour of Mara Veil come back to you." in told.body


def test_a_refund_that_failed_before_we_knew_of_it_brings_no_mail(scene: Scene) -> None:
    send_all()
    payment = Subscription.objects.get().invoices.get().payments.get()
    facts = {"payment": payment, "book": payment.book, "currency": "EUR", "amount": 150, "created": timezone.now()}
    Refund.objects.create(provider_id="re_failed", status="failed", **facts)
    late = Refund.objects.create(provider_id="re_late", status="pending", **facts)
    Refund.objects.filter(pk=late.pk).update(status="failed")

    assert send_all() == []


def test_no_mail_is_sent_inside_a_transaction(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test itself is one transaction: one more would be a savepoint."""
    open_then: list[int] = []
    monkeypatch.setattr(mail.EmailMessage, "send", lambda message: open_then.append(len(connection.savepoint_ids)))

    assert payment_mails.send_next()

    assert open_then == [0]


def test_a_mail_that_does_not_go_out_is_tried_again_later(scene: Scene) -> None:
    def refuse(message: mail.EmailMessage) -> int:
        raise OSError("unreachable")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mail.EmailMessage, "send", refuse)
        assert send_all() == []
    waiting = PaymentMail.objects.get()
    assert (waiting.attempts, waiting.sent_at) == (1, None)
    assert (payment_mails.seconds_until_due() or 0) > 0

    PaymentMail.objects.update(due_at=waiting.created_at)
    assert len(send_all()) == 1


def test_a_mail_is_never_removed_or_turned_into_another(scene: Scene) -> None:
    refused("permission denied", "DELETE FROM billing_paymentmail")
    refused("permission denied", "UPDATE billing_paymentmail SET person_id = gen_random_uuid()")
