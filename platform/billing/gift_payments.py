"""Write the payment of a gift into our rows: an invoice of its own, which gets a period with the redemption."""

from collections.abc import Collection

from billing import mirrors, payment_mirrors, split_versions
from billing.exceptions import NotOnBalance
from billing.models import Gift, Invoice
from billing.payment_mirrors import Fetched
from billing.provider import Provider
from billing.subscription_rows import SubscriptionRows

REASON = "gift"


def fetch(provider: Provider, rows: SubscriptionRows, named: Collection[str], *, is_full: bool) -> Fetched:
    """Write what the provider has of a gift's payment. Doing it again changes nothing.

    Raises ProviderError while the payment is not on our balance yet.
    """
    invoice = rows.invoices.get(rows.row.provider_id) or _write_invoice(provider, rows)
    intents = {rows: [(invoice, (invoice.provider_id,))]}
    return payment_mirrors.write_payments(provider, intents, named, is_full=is_full)[rows]


def _write_invoice(provider: Provider, rows: SubscriptionRows) -> Invoice:
    row = rows.row
    gift = Gift.objects.select_related("price__version__tier__artist").get(subscription=row)
    _, charge = provider.payments.fetch_with_charge(row.provider_id)
    if charge is None or charge.movement is None:
        raise NotOnBalance(f"{row}: what was paid is not on our balance yet.")
    mirrors.require_mode(charge.livemode, row.book)
    paid_at = charge.movement.created
    invoice = Invoice.objects.create(
        subscription=row,
        book=row.book,
        provider_id=row.provider_id,
        status=Invoice.Status.PAID,
        reason=REASON,
        currency=gift.currency,
        total=gift.amount,
        amount_paid=gift.amount,
        tax=0,
        created=paid_at,
        paid_at=paid_at,
        scheme=split_versions.resolve(gift.price.version.tier, paid_at),
    )
    rows.invoices[invoice.provider_id] = invoice
    return invoice
