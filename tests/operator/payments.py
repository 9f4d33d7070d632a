"""One object of each model of payments that operators see."""

from typing import Any

import pytest
from django.db import models
from django.test import override_settings

from accounts.models import Person
from billing.models import (
    Dispute,
    Entitlement,
    EntitlementLog,
    Invoice,
    InvoiceLine,
    Payment,
    PortalConfiguration,
    Refund,
    Subscription,
    SyncMark,
)
from tests import factories
from tests.billing import factories as billing
from tests.billing import mirrors


def create_payments(fan: Person) -> dict[type[models.Model], Any]:
    with override_settings(PAYMENTS="simulated"), pytest.MonkeyPatch.context() as patch:
        billing.connect_fake(patch)
        price = billing.get_price(billing.create_tier(factories.create_artist("Ola Tide")))
    subscription = mirrors.add_subscription(fan, price)
    invoice = mirrors.add_invoice(subscription)
    Invoice.objects.filter(pk=invoice.pk).update(page="https://payments.example/hidden")
    payment = mirrors.add_payment(invoice)
    entitlement = mirrors.entitle(subscription, invoice.created + mirrors.MONTH)
    return {
        Subscription: subscription,
        Invoice: invoice,
        InvoiceLine: InvoiceLine.objects.get(),
        Payment: payment,
        PortalConfiguration: PortalConfiguration.objects.create(
            artist=price.artist, book="simulated", provider_id="bpc_1"
        ),
        Refund: mirrors.add_refund(payment, 1),
        Dispute: mirrors.add_dispute(payment),
        Entitlement: entitlement,
        EntitlementLog: EntitlementLog.objects.get(),
        SyncMark: SyncMark.objects.create(book="simulated", kind="hour"),
    }
