"""Post what a subscription's payments, refunds and disputes moved. Each has its own key, so it is posted once."""

from collections.abc import Iterable, Mapping, Sequence

from billing import postings, split_versions
from billing.invoice_books import Books, StoredBooks, charge_key, deferred_account, get_facts
from billing.models import Invoice, Payment
from billing.payment_mirrors import Fetched
from billing.refund_postings import post_returned
from billing.subscription_rows import SubscriptionRows
from ledger.posting import Posting
from rights.models import SplitScheme

type PaidInvoice = tuple[Invoice, Sequence[Payment]]


def post_fetched(fetched: Mapping[SubscriptionRows, Fetched], book: str) -> None:
    """Post what is new of locked subscriptions: charges first."""
    books = StoredBooks(book)
    post_charges(books, [paid for rows in fetched for paid in rows.list_paid()])
    for one in fetched.values():
        post_back(books, one)


def post_back(books: Books, fetched: Fetched) -> None:
    """Post refunds and disputes in the order in which the money moved. Their charges are posted."""
    invoices = {payment.invoice_id: payment.invoice for payment, _ in [*fetched.refunds, *fetched.disputes]}
    sources = {pk: books.get_source(invoice) for pk, invoice in invoices.items()}
    post_returned(
        books,
        [(sources[payment.invoice_id], refund) for payment, refund in fetched.refunds],
        [(sources[payment.invoice_id], dispute) for payment, dispute in fetched.disputes],
    )


def post_charges(books: Books, paid: Iterable[PaidInvoice]) -> None:
    """Post each paid invoice whose payments are all known."""
    whole = {charge_key(invoice): (invoice, payments) for invoice, payments in paid if is_whole(invoice, payments)}
    new = [whole[key] for key in whole.keys() - books.find_posted(whole.keys())]
    schemes = books.find_schemes([invoice for invoice, _ in new])
    books.post([_charge(invoice, payments, schemes.get(invoice.pk)) for invoice, payments in new])


def is_whole(invoice: Invoice, payments: Iterable[Payment]) -> bool:
    """Whether all that was paid for it is known."""
    return sum(payment.amount for payment in payments) >= invoice.amount_paid


def _charge(invoice: Invoice, payments: Sequence[Payment], scheme: SplitScheme | None) -> Posting:
    """In the currency of our balance at the provider. Tax is converted at the rate of the payment."""
    gross, paid = sum(one.settled_amount for one in payments), sum(one.amount for one in payments)
    tax = (2 * invoice.tax * gross + invoice.total) // (2 * invoice.total) if invoice.tax and paid else 0
    return postings.charge(
        invoice.provider_id,
        deferred_account(invoice),
        currency=payments[0].settled_currency,
        gross=gross,
        tax=tax,
        fee=sum(one.settled_fee for one in payments),
        is_fee_shared=split_versions.is_fee_shared(scheme),
        **get_facts(invoice),
    )
