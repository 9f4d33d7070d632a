"""Where parties are paid: open an account at the payment provider, and follow what it asks for and allows."""

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from accounts.countries import country_names
from accounts.models import Person
from audit import trail
from audit.actors import SystemActor
from billing import payout_notices
from billing.exceptions import InvalidRequest, NotFound, ProviderUnavailable, Refused
from billing.models import PayeeAccount
from billing.provider import get_book, get_provider
from billing.provider_objects import ProviderAccount
from rights import parties
from rights.models import Party

FIELDS = ("transfers_active", "details_submitted", "requirements", "disabled_reason", "currency")
MAX_REQUIREMENTS = 50
CLOSED = ProviderAccount(
    id="",
    country="",
    currency="",
    transfers_active=False,
    payouts_enabled=False,
    details_submitted=False,
    requirements=(),
    disabled_reason="closed",
    metadata={},
)
"""What an account is that the provider has no more."""


class Unreachable(Refused):
    """The payment provider does not pay out there, or not for us. Such a party is paid by hand."""


def find_account(party: Party) -> PayeeAccount | None:
    """Where a party is paid with the money that the site runs on."""
    return PayeeAccount.objects.filter(party=party, book=settings.PAYMENTS).first()


def open_account(party: Party, country: str, *, by: Person, fresh: bool) -> PayeeAccount:
    """Make the party's account at the provider, once. Whoever signs for the party may, with a recent password.

    Call it outside a transaction: the account's row is locked while the provider is asked. Raises NotAllowed,
    ReauthenticationRequired, Refused and ProviderError.
    """
    parties.require_signer(party, by=by, fresh=fresh, what="say where its money goes")
    if country not in country_names():
        raise Refused("Choose a country.")
    book = get_book()
    new = PayeeAccount(party=party, book=book, method=PayeeAccount.Method.STRIPE, opened_by=by.actor)
    PayeeAccount.objects.bulk_create([new], ignore_conflicts=True)
    with transaction.atomic(durable=True):
        account = PayeeAccount.objects.select_for_update(no_key=True).get(party=party, book=book)
        if account.provider_id is None:
            _create(account, country, by)
        elif account.transfers_active:
            _leave_payment_by_hand(account, by.actor)
        payout_notices.post(payout_notices.PAYEE, [party.pk])
    account.refresh_from_db()
    return account


def _leave_payment_by_hand(account: PayeeAccount, by: str) -> None:
    if account.method == PayeeAccount.Method.MANUAL:
        PayeeAccount.objects.filter(pk=account.pk).update(method=PayeeAccount.Method.STRIPE)
        trail.record("payee.moved", by=by, subject=f"party:{account.party_id}", method="stripe")


def _create(account: PayeeAccount, country: str, by: Person) -> None:
    """The country is in the key: the provider refuses a key that comes with another one."""
    try:
        made = get_provider().payees.create(f"party:{account.party_id}", country, key=f"payee:{account.pk}:{country}")
    except InvalidRequest as error:
        raise Unreachable(
            "The payment service does not pay out to this country. Write to us: we pay you by bank transfer."
        ) from error
    account.provider_id, account.country = made.id, country
    PayeeAccount.objects.filter(pk=account.pk).update(provider_id=made.id, country=country)
    _write(account, made)
    trail.record("payee.opened", by=by.actor, subject=f"party:{account.party_id}", country=country, book=account.book)


def onboarding_url(account: PayeeAccount, page: str) -> str:
    """Where the party says who it is at the provider. `page` is ours: it comes back there. Raises ProviderError."""
    return get_provider().payees.onboarding_url(
        account.provider_id or "", return_url=page, refresh_url=f"{page}?again=1"
    )


def sync(provider_id: str) -> bool:
    """Fetch what the provider says of an account, and write it. Returns whether the account is one of ours."""
    with transaction.atomic():
        account = (
            PayeeAccount.objects.select_for_update(no_key=True)
            .filter(provider_id=provider_id, book=settings.PAYMENTS)
            .first()
        )
        if account is None:
            return False
        try:
            latest = get_provider().payees.fetch(provider_id)
        except NotFound:  # it was closed there
            latest = CLOSED
        if _write(account, latest):
            payout_notices.post(payout_notices.PAYEE, [account.party_id])
    return True


def _write(account: PayeeAccount, latest: ProviderAccount) -> bool:
    """Whether anything changed. Who is paid by hand is so until the account takes transfers."""
    before = [getattr(account, name) for name in FIELDS]
    values = {
        "transfers_active": latest.transfers_active,
        "details_submitted": latest.details_submitted,
        "requirements": list(latest.requirements)[:MAX_REQUIREMENTS],
        "disabled_reason": latest.disabled_reason,
        "currency": latest.currency,
    }
    PayeeAccount.objects.filter(pk=account.pk).update(**values, synced_at=Now())
    if latest.transfers_active and not account.transfers_active:
        _leave_payment_by_hand(account, SystemActor.PAYOUTS)
    return before != [values[name] for name in FIELDS]


def pay_by_hand(party: Party, reference: str, *, by: str) -> PayeeAccount:
    """From now on the party is paid by hand. `reference` says where those who pay have its bank account.

    Raises Refused.
    """
    if not reference.strip():
        raise Refused("Say where the bank account of this party is kept.")
    values = {"method": PayeeAccount.Method.MANUAL, "manual_reference": reference.strip()}
    with transaction.atomic():
        new = PayeeAccount(party=party, book=get_book(), opened_by=by, **values)
        PayeeAccount.objects.bulk_create([new], ignore_conflicts=True)
        PayeeAccount.objects.filter(party=party, book=new.book).update(**values)
        trail.record("payee.moved", by=by, subject=f"party:{party.pk}", method="manual")
        payout_notices.post(payout_notices.PAYEE, [party.pk])
    return PayeeAccount.objects.get(party=party, book=new.book)


def sync_unready(*, is_full: bool) -> None:
    """Ask for those that cannot be paid yet, and in a full run for all. One that does not answer ends this run."""
    accounts = PayeeAccount.objects.filter(book=settings.PAYMENTS, provider_id__isnull=False)
    if not is_full:
        accounts = accounts.filter(transfers_active=False)
    for provider_id in accounts.values_list("provider_id", flat=True):
        try:
            sync(str(provider_id))
        except ProviderUnavailable:
            return
