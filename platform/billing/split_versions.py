"""Which version of the split a payment is under: the one that everybody had agreed on when it was paid."""

from collections.abc import Iterable
from datetime import datetime

from billing.models import Invoice, InvoiceLine, Tier, TierPrice
from rights import sales
from rights.models import FeeBearer, SplitScheme, Use


def freeze(invoice: Invoice) -> SplitScheme | None:
    """Write the version into a paid invoice, once. None while nobody has agreed: then it waits, and nobody is paid."""
    if invoice.scheme_id is None and (scheme := _find(invoice)) is not None:
        Invoice.objects.filter(pk=invoice.pk, scheme=None).update(scheme=scheme)
        invoice.scheme = scheme
    return invoice.scheme


def resolve(tier: Tier, at: datetime | None) -> SplitScheme | None:
    """The version of a tier's split that everybody had agreed on. Without a time, the one of now."""
    sale = sales.resolve_sale(Use.TIER, tier.artist, (), tier_class=tier.tier_class, at=at)
    return sale.scheme if isinstance(sale, sales.Sale) else None


def is_fee_shared(scheme: SplitScheme | None) -> bool:
    """Whether the card's fee is deducted before the split."""
    return scheme is not None and scheme.fee_bearer == FeeBearer.SHARED


def find_price(invoice: Invoice, lines: Iterable[InvoiceLine]) -> TierPrice | None:
    """What was bought: the price of the line that lasts longest, or of the subscription. `lines` are the invoice's."""
    longest = max(list_bought(lines), key=lambda line: (line.period_end, line.amount), default=None)
    return longest.price if longest else invoice.subscription.price


def list_bought(lines: Iterable[InvoiceLine]) -> list[InvoiceLine]:
    """The lines of prices, without what is credited for a price before."""
    return [line for line in lines if line.price_id and line.amount >= 0]


def _find(invoice: Invoice) -> SplitScheme | None:
    """As it was when it was paid; else the version of the payment before; else what was agreed on since."""
    price = find_price(invoice, invoice.lines.select_related("price__version__tier__artist"))
    if price is None:
        return None
    before = Invoice.objects.filter(subscription=invoice.subscription_id, scheme__isnull=False).order_by("-created")
    if scheme := resolve(price.version.tier, invoice.paid_at):
        return scheme
    last = before.select_related("scheme").first()
    return last.scheme if last else resolve(price.version.tier, None)
