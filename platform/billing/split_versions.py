"""Which version of the split a payment is under: the one that everybody had agreed on when it was paid."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from billing.models import Invoice, InvoiceLine, Tier, TierPrice
from rights import sales
from rights.models import FeeBearer, SplitScheme, Use


@dataclass(frozen=True, slots=True)
class _Found:
    """What was found for a batch of invoices, so that it is not looked for again."""

    agreed: dict[tuple[int, datetime | None], SplitScheme | None] = field(default_factory=dict)
    """By tier and time."""
    last: dict[int, SplitScheme] = field(default_factory=dict)
    """By subscription."""


def freeze_all(invoices: Iterable[Invoice]) -> None:
    """Write the version into each paid invoice, once. While nobody has agreed, it waits, and nobody is paid."""
    waiting = sorted((one for one in invoices if one.scheme_id is None), key=lambda one: (one.created, one.pk))
    if not waiting:
        return
    lines: defaultdict[int, list[InvoiceLine]] = defaultdict(list)
    of_waiting = InvoiceLine.objects.filter(invoice__in=[one.pk for one in waiting])
    for line in of_waiting.select_related("price__version__tier__artist"):
        lines[line.invoice_id].append(line)
    found, chosen = _Found(), defaultdict[SplitScheme, list[int]](list)
    for invoice in waiting:
        price = find_price(invoice, lines[invoice.pk])
        if price and (scheme := _find(invoice, price.version.tier, found)):
            found.last[invoice.subscription_id] = invoice.scheme = scheme
            chosen[scheme].append(invoice.pk)
    for scheme, keys in chosen.items():
        Invoice.objects.filter(pk__in=keys, scheme=None).update(scheme=scheme)


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


def _find(invoice: Invoice, tier: Tier, found: _Found) -> SplitScheme | None:
    """As it was when it was paid; else the version of the payment before; else what was agreed on since."""
    asked = tier.pk, invoice.paid_at
    if asked not in found.agreed:
        found.agreed[asked] = resolve(tier, invoice.paid_at)
    if scheme := found.agreed[asked] or found.last.get(invoice.subscription_id):
        return scheme
    before = Invoice.objects.filter(subscription=invoice.subscription_id, scheme__isnull=False).order_by("-created")
    last = before.select_related("scheme").first()
    return last.scheme if last else resolve(tier, None)
