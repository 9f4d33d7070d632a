"""Close a month of many subscriptions into statements: how long it takes, and whether its memory grows with them."""

import resource
import time
from datetime import UTC, datetime

import harness  # noqa: F401 - sets up Django
from django.db import transaction
from django.db.models import QuerySet, Sum
from harness import Run, Stopwatch
from payments_dataset import PayingFans, insert_without_triggers

from artists.models import Statement
from artists.royalties import closing
from billing import postings
from billing.invoice_books import deferred_account, get_facts
from billing.models import Invoice
from ledger import check
from ledger.balances import read_balances
from ledger.posting import Leg, Posting, post, post_all
from rights.models import SplitScheme, Use

BOOK, BATCH, SAMPLE = "simulated", 1_000, 500
TARGETS = {"closed_seconds": 300.0, "closed_growth_mb": 100.0}
FEE = 33
TABLES = ("billing_invoice", "billing_invoiceline")
INSERT_INVOICES = """
INSERT INTO billing_invoice (subscription_id, book, provider_id, status, reason, currency, total, amount_paid, tax,
    page, created, paid_at, scheme_id)
SELECT id, book, 'in_bench_' || id, 'paid', 'subscription_create', 'EUR', %(amount)s, %(amount)s, 0, '', now(), now(),
    %(scheme)s
FROM billing_subscription WHERE provider_id LIKE 'sub_bench_%%'
"""
INSERT_LINES = """
INSERT INTO billing_invoiceline (invoice_id, provider_id, price_id, amount, tax, period_start, period_end, is_proration)
SELECT id, 'il_bench_' || id, %(price)s, %(amount)s, 0, now(), now() + interval '1 month', false
FROM billing_invoice WHERE provider_id LIKE 'in_bench_%%'
"""


def create_paid_month(paying: PayingFans) -> int:
    """Every fan has paid a month, and the ledger has each charge. Returns how many there are."""
    scheme = SplitScheme.objects.filter(use=Use.TIER).latest("pk")
    facts = {"amount": paying.price.amount, "price": paying.price.pk, "scheme": scheme.pk}
    insert_without_triggers((INSERT_INVOICES, INSERT_LINES), facts, TABLES)
    ids = list(_invoices().order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        with transaction.atomic():
            post_all([_charge(one) for one in _invoices().filter(pk__in=ids[start : start + BATCH])], book=BOOK)
    return len(ids)


def _invoices() -> QuerySet[Invoice]:
    return Invoice.objects.filter(provider_id__startswith="in_bench_")


def _charge(invoice: Invoice) -> Posting:
    return postings.charge(
        invoice.provider_id,
        deferred_account(invoice),
        currency="EUR",
        gross=invoice.total,
        tax=0,
        fee=FEE,
        is_fee_shared=False,
        **get_facts(invoice),
    )


def measure_idiom(count: int) -> Run:
    """The idiom: each subscription's share posted in a transaction of its own. It is rolled back."""
    watch = Stopwatch()
    watch.note(0)
    with transaction.atomic():
        for invoice in _invoices().order_by("pk")[:count]:
            with transaction.atomic():
                legs = {"platform:revenue": -80, "party:bench:accrued": -320, deferred_account(invoice): 400}
                post(Posting(f"idiom:{invoice.pk}", "idiom", "EUR", [Leg(*leg) for leg in legs.items()]), book=BOOK)
        transaction.set_rollback(True)
    watch.note(count)
    return watch.run()


def measure_closing(paying: PayingFans) -> dict[str, float]:
    count = create_paid_month(paying)
    idiom = measure_idiom(min(SAMPLE, count))
    before, began, cpu = _peak_mb(), time.monotonic(), time.process_time()
    closed = closing.close_month(f"{datetime.now(UTC):%Y%m}", book=BOOK, early=True)
    seconds, used, growth = time.monotonic() - began, time.process_time() - cpu, _peak_mb() - before
    _check(closed.head)
    rate = count / seconds
    print(f"\nA month of {count:,} subscriptions closed in {seconds:.0f} s, of which {used:.0f} s of CPU here:")
    times = rate / idiom.rate
    print(
        f"  {rate:,.0f} a second, {times:.1f} times the idiom, which posts each by itself; {growth:.0f} MB more memory"
    )
    return {"closed_seconds": seconds, "closed_growth_mb": growth, "closed_times_idiom": times}


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _check(head: str) -> None:
    """The statements add up to what the ledger has for the parties."""
    stated = Statement.objects.aggregate(total=Sum("closing"))["total"] or 0
    found = -sum(amount for (code, _), amount in read_balances(book=BOOK, under="party").items())
    if stated != found or list(check.find_faults([head])):
        raise SystemExit(f"The statements have {stated}, the ledger {found}.")
