"""Earn what a fan paid for a request, when it is delivered."""

from artists.royalties.income import find_sale
from artists.royalties.lines import Use, write_lines
from billing import authorisations, postings, split_versions
from billing.earned_months import read_charges
from billing.earnings import store
from billing.exceptions import NotForSale
from billing.models import Authorisation, EarnedPart
from billing.request_charges import charge_key, deferred_account
from fans.models import Experience
from ledger.posting import post
from rights import splits
from rights.sales import Sale


def earn(reference: str, experience: Experience) -> None:
    """Post who earned what was captured for a delivered request, in the caller's transaction. Once is enough.

    It is split as was agreed when the fan paid. Raises NotForSale where nobody had agreed, or nothing was captured.
    """
    row = _lock_captured(reference)
    deferred = deferred_account(row)
    if EarnedPart.objects.filter(deferred=deferred, book=row.book).exists():
        return
    sale = _find_sale(row, experience)
    charged = read_charges({charge_key(row): deferred}, book=row.book)[charge_key(row)]
    fee = min(row.settled_fee or 0, charged.deferred) if split_versions.is_fee_shared(sale.scheme) else 0
    basis = charged.deferred - fee
    if basis < 1:
        return
    part = EarnedPart(
        book=row.book,
        currency=charged.currency,
        deferred=deferred,
        artist_id=row.artist_id,
        use=experience.use,
        scheme=sale.scheme,
        month=f"{row.captured_at:%Y%m}",
        basis=basis,
        tax=charged.tax,
        fee=fee,
    )
    _post(part, row, experience, sale)


def _lock_captured(reference: str) -> Authorisation:
    """What was captured for a request, locked. Raises NotForSale where nothing was."""
    row = authorisations.find(reference)
    if row is None or row.captured_at is None:
        raise NotForSale(f"Nothing was captured for {reference}.")
    return Authorisation.objects.select_for_update(no_key=True).get(pk=row.pk)


def _post(part: EarnedPart, row: Authorisation, experience: Experience, sale: Sale) -> None:
    """Post a new part and store it, with a line for each share of it."""
    shares = splits.split(part.basis, sale.fractions, rotate_by=str(row.pk))
    facts: dict[str, str | int] = {
        "authorisation": str(row.pk),
        "experience": str(experience.pk),
        "scheme": sale.scheme.pk,
    }
    posting = postings.earn_request(str(row.pk), part.deferred, shares, currency=part.currency, fee=part.fee, **facts)
    part.transaction = post(posting, book=part.book)
    part.save(force_insert=True)
    used = Use(str(experience.pk), experience.use, sale.fractions, sale.scheme.pk)
    store(write_lines(part, part.transaction, shares, [used]))


def _find_sale(row: Authorisation, experience: Experience) -> Sale:
    recordings = list(experience.clearance.recordings.all())
    sale = find_sale(experience.artist, experience.use, recordings, at=row.created_at)
    if not isinstance(sale, Sale):
        raise NotForSale(f"It cannot be shared out. {'; '.join(sale.missing)}.")
    return sale
