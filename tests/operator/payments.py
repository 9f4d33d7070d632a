"""One object of each model of payments that operators see."""

from typing import Any

from django.db import models, transaction
from django.test import override_settings

from accounts import ages
from accounts.models import AgeChange, Person
from billing import request_credits
from billing.models import (
    Authorisation,
    Closure,
    Dispute,
    Entitlement,
    EntitlementLog,
    Invoice,
    InvoiceLine,
    Payment,
    PaymentMail,
    PortalConfiguration,
    Refund,
    RequestCredit,
    SpendingSettings,
    Subscription,
    SyncMark,
)
from tests import factories
from tests.billing import factories as billing
from tests.billing import mirrors
from tests.billing.hold_scene import HoldScene


def create_payments(fan: Person) -> dict[type[models.Model], Any]:
    with billing.run_fake() as fake:
        artist = factories.create_artist("Ola Tide")
        price = billing.get_price(billing.create_tier(artist))
        held = HoldScene(fake, factories.create_fan("Hanna Hidden"), artist).hold()
    subscription = mirrors.add_subscription(fan, price)
    invoice = mirrors.add_invoice(subscription)
    Invoice.objects.filter(pk=invoice.pk).update(page="https://payments.example/hidden")
    payment = mirrors.add_payment(invoice)
    entitlement = mirrors.entitle(subscription, invoice.created + mirrors.MONTH)
    with override_settings(PAYMENTS="simulated"), transaction.atomic():
        request_credits.reserve(fan, artist.pk, "request:2")
    return {
        Authorisation: held,
        RequestCredit: RequestCredit.objects.get(),
        SpendingSettings: SpendingSettings.objects.get(person=fan),
        Subscription: subscription,
        Invoice: invoice,
        InvoiceLine: InvoiceLine.objects.get(),
        Payment: payment,
        AgeChange: add_age_change(),
        PaymentMail: PaymentMail.objects.order_by("pk")[0],
        Closure: Closure.objects.create(person=fan, book="simulated", why="account"),
        PortalConfiguration: PortalConfiguration.objects.create(
            artist=price.artist, book="simulated", provider_id="bpc_1"
        ),
        Refund: mirrors.add_refund(payment, 1),
        Dispute: mirrors.add_dispute(payment),
        Entitlement: entitlement,
        EntitlementLog: EntitlementLog.objects.get(),
        SyncMark: SyncMark.objects.create(book="simulated", kind="hour"),
    }


def add_age_change() -> AgeChange:
    ages.raise_own(factories.create_fan(age_band="16_17"), "18_plus")
    return AgeChange.objects.get()
