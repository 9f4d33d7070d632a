"""Pay for a request: an amount is held on a card, and taken only once somebody decided on what is delivered.

What is wished is written down here, in the transaction of whoever wishes it. The provider is asked later (`holds`).
"""

from collections.abc import Callable

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts import consents
from accounts.models import Person
from audit import trail
from billing import caps, customers, holds_sync, spending
from billing.exceptions import AlreadyBought, PaymentsOff, Unpayable
from billing.models import Authorisation
from billing.provider import get_provider
from billing.provider.checkouts import LEAST_TIME, OPEN_TIME, CheckoutTerms
from billing.provider_objects import CheckoutSession

Status = Authorisation.Status
CHANNEL = "payments"
"""A trigger notifies it of each change of a status, and of disputes."""
MAX_ATTEMPTS = 3
PAPER_VERSION = 2
"""Of what fans agree to when they pay for a request. Another number whenever its sentences change."""
SAID_OVER = "This request is over, or paid for already."
SAID_HELD = "This request is paid for already."


def start(  # noqa: PLR0913 - the terms of a payment, each named
    person: Person,
    artist_id: int,
    *,
    reference: str,
    amount: int,
    currency: str,
    description: str,
    paper: str,
    page_of: Callable[[Authorisation], str],
    is_wanted: Callable[[], bool] = lambda: True,
) -> CheckoutSession:
    """Where the fan lets us hold this amount for what `reference` names. One that is open is gone on with.

    `paper` is what the fan agreed to, word for word; `description` is what the provider's page shows. `is_wanted` locks
    what is paid for and says whether it is open still. Call it outside a transaction. Raises PaymentsOff, Unpayable,
    AboveCap, AlreadyBought, ProviderError.
    """
    if settings.PAYMENTS == "off":
        raise PaymentsOff("Payments are off here, so nothing can be paid.")
    spending.require_adult(person)
    wanted = Authorisation(
        person=person,
        artist_id=artist_id,
        reference=reference,
        book=settings.PAYMENTS,
        currency=currency,
        amount=amount,
        description=description,
    )
    customer = customers.get_or_create(person)
    for _ in range(MAX_ATTEMPTS):
        row = _ask(wanted, paper, is_wanted)
        session = _open_session(row, customer, page_of)
        if session.status == "open":
            return session
        if holds_sync.bring_up_to_date(row).status != Status.EXPIRED:
            raise AlreadyBought(SAID_HELD)
    raise AlreadyBought("Another payment for it was begun at the same moment. Look at it first.")


def find(reference: str) -> Authorisation | None:
    """The live one of what `reference` names, else the newest."""
    rows = Authorisation.objects.filter(reference=reference, book=settings.PAYMENTS)
    return Authorisation.objects.live().filter(reference=reference).first() or rows.order_by("-created_at").first()


def find_captured(reference: str) -> Authorisation | None:
    """The newest whose money was taken, also while the site takes no payments."""
    rows = Authorisation.objects.filter(reference=reference, status=Status.CAPTURED)
    return rows.order_by("-created_at").first()


def want_capture(reference: str, decision_id: int) -> bool:
    """Take what is held, because of this decision on what is delivered. False if nothing is held any more.

    Call it in the transaction of whatever the capture follows from.
    """
    row = _lock_live(reference)
    if row is None or row.status != Status.HELD or row.back_wanted_at is not None:
        return row is not None and row.decision_id == decision_id and row.back_wanted_at is None
    _update(row, status=Status.CAPTURE_WANTED, decision_id=decision_id, due_at=Now(), attempts=0, error="")
    _record("hold.capture_wanted", row, decision=decision_id)
    return True


def want_release(reference: str, reason: str) -> bool:
    """Give the fan back what is held, however far it is: what was captured by then is refunded.

    False if there is nothing to give back. Call it in the transaction of whatever it follows from.
    """
    row = _lock_live(reference)
    if row is None:
        return False
    _store_wish_back(row, reason)
    return True


def want_back(row: Authorisation, reason: str) -> None:
    """The same of one that was found before. While the site takes no such payments it waits until it does."""
    _store_wish_back(Authorisation.objects.select_for_update(no_key=True).get(pk=row.pk), reason)


def _store_wish_back(row: Authorisation, reason: str) -> None:
    if row.back_wanted_at is None:
        _update(row, back_wanted_at=Now(), back_reason=reason, due_at=Now(), attempts=0, error="")
        _record("hold.back_wanted", row, reason=reason)


def _ask(wanted: Authorisation, paper: str, is_wanted: Callable[[], bool]) -> Authorisation:
    """The authorisation that is open, or a new one. Raises AlreadyBought, Unpayable, AboveCap."""
    person = wanted.person
    with transaction.atomic():
        spending.lock_payer(person)  # whoever asks at the same time then finds this one
        if not is_wanted():
            raise Unpayable(SAID_OVER)
        live = _lock_live(wanted.reference)
        if live is not None and (live.status != Status.AUTHORISING or live.back_wanted_at is not None):
            raise AlreadyBought(SAID_HELD)
        if live is not None and (live.session_id or live.expires_at - timezone.now() > LEAST_TIME):
            return live
        if live is not None:  # nobody ever saw where to pay it
            _update(live, status=Status.EXPIRED, due_at=None)
        spending.set_currency(person, wanted.currency)
        caps.require_room(person, wanted.currency, wanted.amount)
        row = Authorisation(**{name: getattr(wanted, name) for name in FIELDS})
        row.consent = consents.give(person, wanted.reference, PAPER_VERSION, paper)
        row.expires_at = row.due_at = timezone.now() + OPEN_TIME
        row.save(force_insert=True)
        trail.record("hold.started", by=person.actor, subject=str(row), reference=row.reference)
        return row


FIELDS = ("person_id", "artist_id", "reference", "book", "currency", "amount", "description")


def _open_session(row: Authorisation, customer: str, page_of: Callable[[Authorisation], str]) -> CheckoutSession:
    """The session, made if there is none; the same key makes the same one."""
    checkouts = get_provider().checkouts
    if row.session_id:
        return checkouts.fetch(row.session_id)
    page = page_of(row)
    about = CheckoutTerms(customer, str(row.pk), _metadata(row), page, page, row.expires_at)
    session = checkouts.hold(about, row.amount, row.currency, row.description, key=f"authorisation:{row.pk}")
    Authorisation.objects.filter(pk=row.pk, session_id="").update(session_id=session.id)
    row.session_id = session.id
    return session


def _metadata(row: Authorisation) -> dict[str, str]:
    ids = {"authorisation": row.pk, "person": row.person_id, "artist": row.artist_id, "reference": row.reference}
    return {name: str(value) for name, value in ids.items()}


def _lock_live(reference: str) -> Authorisation | None:
    """The live authorisation of a reference, locked. It waits where the provider is being asked about it."""
    if not connection.in_atomic_block:
        raise RuntimeError("What is wished of a payment is written in the transaction of what it follows from.")
    return Authorisation.objects.live().filter(reference=reference).select_for_update(no_key=True).first()


def _update(row: Authorisation, **fields: object) -> None:
    Authorisation.objects.filter(pk=row.pk).update(**fields)


def _record(action: str, row: Authorisation, **facts: str | int) -> None:
    trail.record(action, by=holds_sync.ACTOR, subject=str(row), reference=row.reference, **facts)
