"""One object of each model of payouts that operators see."""

from datetime import UTC, datetime
from typing import Any

from django.db import models

from billing import reversals
from billing.models import Drift, Movement, PayeeAccount, PayoutLine, PayoutReversal, PayoutRun
from tests import factories
from tests.billing import factories as billing
from tests.billing import payees


def create_payouts() -> dict[type[models.Model], Any]:
    with billing.run_fake() as fake:
        account = payees.onboard(factories.create_artist("Ida Moor"), fake)
        payees.fund(fake, 5_000)
        payees.owe(account.party, 4_200)
        run = payees.run()
        payees.work_all()
        reversal = reversals.want(payees.only_line(), 100, by="system:operator")
    PayeeAccount.objects.filter(pk=account.pk).update(manual_reference="hidden: safe 7")
    amounts: dict[str, Any] = {"currency": "EUR", "amount": 5, "fee": 0, "net": 5}
    moved = Movement.objects.create(
        book="simulated",
        provider_id="txn_1",
        type="charge",
        source="ch_1",
        created=datetime(2026, 11, 1, tzinfo=UTC),
        **amounts,
    )
    return {
        PayeeAccount: account,
        PayoutRun: PayoutRun.objects.get(pk=run.pk),
        PayoutLine: payees.only_line(),
        PayoutReversal: PayoutReversal.objects.get(pk=reversal.pk),
        Movement: moved,
        Drift: Drift.objects.create(book="simulated", kind="balance", reference="stripe:clearing", currency="EUR"),
    }
