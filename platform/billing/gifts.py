"""Gifts: an adult pays some months of a tier at once, and passes a link on. Whoever redeems it has the tier.

The months begin with the redemption. Until then the giver can take the gift back, and what nobody redeems in time is
paid back by itself.
"""

from collections.abc import Callable, Iterable
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import Person
from audit import trail
from audit.actors import SystemActor
from billing import caps, checkouts, customers, gift_terms, leases, paybacks, spending, sync, terms
from billing.entitling import close, write_leases
from billing.exceptions import NotAgreed, NotForSale, Refused
from billing.failures import one_at_a_time
from billing.models import Entitlement, Gift, Interval, InvoiceLine, Subscription, SubscriptionStatus, TierPrice
from billing.models.gifts import MONTHS
from billing.provider import get_provider
from billing.provider.checkouts import OPEN_TIME, CheckoutTerms
from billing.provider_objects import CheckoutSession
from billing.recognition import add_months
from billing.subscription_rows import read_rows
from catalog.models import Artist
from live import notices
from live.notices import NewNotice

Status = Gift.Status
MAX_SHOWN = 50
SAID_HAS_TIER = "You have a tier of this artist. The gift waits: redeem it when that has ended."
SAID_OVER = "This gift is not there any more. Ask who gave it to you."
SAID_REDEEMED = "This gift was redeemed already."
SAID_ACCOUNT_CLOSED = "This account is closed, so it cannot have a gift."
_signer = Signer(salt="billing.gifts")


def start(
    person: Person,
    price_id: int,
    *,
    artist_id: int,
    months: int,
    agreed: bool,
    words_hash: str,
    page_of: Callable[[Gift], str],
) -> CheckoutSession:
    """Where the giver pays. Nothing is given before. `page_of` is the gift's page, to which the provider sends back.

    Raises PaymentsOff, Unpayable, AboveCap, NotAgreed, TermsChanged, NotForSale, ProviderError.
    """
    if not agreed:
        raise NotAgreed("Tick the box. Without it nothing is paid.")
    price = find_price(person, price_id, artist_id=artist_id)
    if months not in MONTHS:
        raise NotForSale("Choose for how many months.")
    customer = customers.get_or_create(person)
    gift = _store(person, price, months, words_hash)
    page = page_of(gift)
    ids = {"gift": str(gift.pk), "person": str(person.pk), "artist": str(artist_id)}
    about = CheckoutTerms(customer, str(gift.pk), ids, page, page, gift.expires_at)
    name = f"{price.version.tier.artist.name}: {price.version.name}, {gift_terms.write_months(months)}, a gift"
    session = get_provider().checkouts.pay(about, gift.amount, gift.currency, name, key=f"gift:{gift.pk}")
    if not Gift.objects.filter(pk=gift.pk, status=Status.OPEN).update(session_id=session.id):
        checkouts.ask_to_expire(gift, session)  # it ended while its page was made, so nobody may pay it
        raise NotForSale(checkouts.SAID_CLOSED)
    return session


def find_price(person: Person, price_id: int, *, artist_id: int) -> TierPrice:
    """The monthly price, if this person can pay a gift of it now. Raises PaymentsOff, Unpayable, NotForSale."""
    price, _ = checkouts.find_sold_price(person, price_id, artist_id=artist_id)
    if price.interval != Interval.MONTH:
        raise NotForSale("A gift is made of months. Choose the monthly price.")
    return price


def _store(person: Person, price: TierPrice, months: int, words_hash: str) -> Gift:
    with transaction.atomic():
        spending.lock_payer(person)
        spending.set_currency(person, price.currency)
        if not TierPrice.objects.on_sale().filter(pk=price.pk).select_for_update(of=("self",), no_key=True):
            raise NotForSale(checkouts.SAID_CLOSED)
        paper = gift_terms.write_paper(price, months)
        terms.require_shown(paper, words_hash)
        caps.require_room(person, price.currency, price.amount * months)
        now = timezone.now()
        gift = Gift.objects.create(
            giver=person,
            artist_id=price.artist_id,
            price=price,
            book=price.book,
            currency=price.currency,
            months=months,
            consent=terms.give_consent(person, price, paper),
            redeem_by=now + settings.GIFT_TIME,
            expires_at=now + OPEN_TIME,
        )
        trail.record("gift.started", by=person.actor, subject=str(gift), price=price.pk, months=months)
    gift.refresh_from_db(fields=["amount"])
    return gift


def settle(session: CheckoutSession) -> Gift | None:
    """Write down what the provider says of a session, and return its gift; None where it is none of ours.

    The session must be fetched from the provider. Repeating it changes nothing. Raises ProviderError.
    """
    gift_id = session.row_id
    if gift_id is None:
        return None
    with transaction.atomic():
        gift = Gift.objects.select_for_update(no_key=True).filter(pk=gift_id, book=settings.PAYMENTS).first()
        if gift is None or gift.status != Status.OPEN or gift.session_id not in ("", session.id):
            return gift
        if session.status == "expired":
            Gift.objects.filter(pk=gift.pk).update(status=Status.EXPIRED, session_id=session.id)
        elif session.status == "complete" and session.payment_status == "paid" and session.payment_intent:
            row = Subscription.objects.create(book=gift.book, provider_id=session.payment_intent, is_gift=True)
            Gift.objects.filter(pk=gift.pk).update(status=Status.PAID, subscription=row, session_id=session.id)
            sync.sync_subscription(row)
            trail.record("gift.paid", by=SystemActor.BILLING, subject=str(gift))
    gift.refresh_from_db()
    return gift


def list_given(person: Person) -> list[Gift]:
    """What this person gave or is about to pay, the newest first."""
    given = find_given(person).filter(book=settings.PAYMENTS).exclude(status=Status.EXPIRED)
    return list(given.order_by("-created_at")[:MAX_SHOWN])


def find_given(person: Person) -> QuerySet[Gift]:
    """All gifts that this person ordered, with what their pages show."""
    return Gift.objects.filter(giver=person).select_related("price__version", "artist", "subscription")


def write_token(gift: Gift) -> str:
    """What the link of a gift says. Whoever has it can redeem the gift."""
    return _signer.sign(gift.pk.hex)


def find_by_token(token: str) -> Gift | None:
    """The paid gift of a link."""
    try:
        pk = UUID(_signer.unsign(token))
    except (BadSignature, ValueError):
        return None
    paid = Gift.objects.filter(pk=pk, status=Status.PAID, book=settings.PAYMENTS)
    return paid.select_related("price__version__tier", "artist", "subscription").first()


def find_problem(gift: Gift, person: Person) -> str:
    """Why this person cannot redeem a gift now; "" where they can."""
    if gift.redeemed_at is not None:
        return SAID_REDEEMED
    if gift.back_wanted_at is not None or gift.redeem_by <= timezone.now() or not _is_paid(gift):
        return SAID_OVER
    return SAID_HAS_TIER if leases.has_access(person.pk, gift.artist_id) else ""


def redeem(gift: Gift, person: Person) -> Gift:
    """This person has the tier from now on, for as long as was paid. Raises Refused.

    Whoever redeems it at the same time waits, and finds it redeemed. Doing it again changes nothing.
    """
    with transaction.atomic():
        locked = Gift.objects.select_for_update(no_key=True).get(pk=gift.pk)
        if locked.redeemed_by_id == person.pk:
            return locked
        # So that two gifts do not begin at once, and none at an account that is being closed.
        if not Person.objects.select_for_update(no_key=True).get(pk=person.pk).is_active:
            raise Refused(SAID_ACCOUNT_CLOSED)
        if problem := find_problem(locked, person):
            raise Refused(problem)
        Gift.objects.filter(pk=locked.pk).update(redeemed_by=person, redeemed_at=Now())
        locked.refresh_from_db()
        _begin(locked)
        trail.record("gift.redeemed", by=person.actor, subject=str(locked))
    return locked


def take_back(gift: Gift, *, by: Person) -> Gift:
    """Pay a gift back that nobody redeemed. A refund that fails is tried again. Raises Refused, ProviderError."""
    with transaction.atomic():
        locked = Gift.objects.select_for_update(no_key=True).get(pk=gift.pk)
        if locked.status != Status.PAID or locked.redeemed_at is not None:
            raise Refused(SAID_REDEEMED if locked.redeemed_at else "It is not paid, so nothing can come back.")
        _want_back([locked.pk], by=by.actor)
        locked.refresh_from_db()
    _pay_back(locked)
    return locked


def take_back_all(giver: Person) -> None:
    """Pay back what this person gave and nobody redeemed. One that fails is tried again by `pay_back_all`."""
    given = Gift.objects.filter(giver=giver, book=settings.PAYMENTS, status=Status.PAID, redeemed_at=None)
    _take_back_each(given, by=SystemActor.BILLING)


def take_back_of(artist: Artist) -> None:
    """Pay back what nobody redeemed of an artist who left. One that fails is tried again by `pay_back_all`."""
    given = Gift.objects.filter(artist=artist, book=settings.PAYMENTS, status=Status.PAID, redeemed_at=None)
    _take_back_each(given, by=SystemActor.BILLING)


def _take_back_each(given: QuerySet[Gift], *, by: str) -> None:
    _want_back(given.values_list("pk", flat=True), by=by)
    for gift in given.select_related("subscription").order_by("pk"):
        with one_at_a_time(f"{gift} was not paid back"):
            _pay_back(gift)


def end_redeemed(person: Person) -> None:
    """End what this person has as gifts, for good. What was paid stays with those who earn it."""
    with transaction.atomic():
        Person.objects.select_for_update(no_key=True).get(pk=person.pk)  # a gift that is redeemed now is waited for
        rows = Subscription.objects.filter(person=person, is_gift=True).order_by("pk").select_for_update(no_key=True)
        for lease in Entitlement.objects.filter(subscription__in=list(rows), valid_until__gt=Now()).order_by("pk"):
            close(lease)


def pay_back_all() -> None:
    """Pay back what was taken back, and what nobody redeemed in time. One that fails is found again the next time."""
    unredeemed = Gift.objects.filter(book=settings.PAYMENTS, status=Status.PAID, redeemed_at=None)
    due = unredeemed.filter(Q(back_wanted_at__isnull=False) | Q(redeem_by__lte=Now()))
    recent = due.filter(redeem_by__gt=timezone.now() - settings.GIFT_TIME)
    for gift in recent.select_related("subscription").order_by("pk"):
        with one_at_a_time(f"{gift} was not paid back"):
            _want_back([gift.pk], by=SystemActor.BILLING)
            _pay_back(gift)


@transaction.atomic
def _want_back(pks: Iterable[UUID], *, by: str) -> None:
    """Write down that gifts are to be paid back, unless somebody redeemed them. Nobody can redeem them any more."""
    there = Gift.objects.filter(pk__in=pks, redeemed_at=None, back_wanted_at=None).order_by("pk")
    for gift in there.select_for_update(no_key=True):
        Gift.objects.filter(pk=gift.pk).update(back_wanted_at=Now())
        trail.record("gift.taken_back", by=by, subject=str(gift))


def _begin(gift: Gift) -> None:
    """Let the payment be a subscription of the recipient that has ended already, and lasts as long as was paid."""
    assert gift.redeemed_at is not None
    assert gift.redeemed_by_id is not None
    assert gift.subscription_id is not None
    until = add_months(gift.redeemed_at, gift.months)
    row = Subscription.objects.select_for_update(no_key=True).get(pk=gift.subscription_id)
    row.person_id, row.artist_id, row.price = gift.redeemed_by_id, gift.artist_id, gift.price
    row.status, row.created = SubscriptionStatus.CANCELED, gift.redeemed_at
    row.period_end = row.ended_at = until
    row.save(update_fields=["person", "artist", "price", "status", "created", "period_end", "ended_at"])
    InvoiceLine.objects.create(
        invoice=row.invoices.get(),
        provider_id=row.provider_id,
        price=gift.price,
        amount=gift.amount,
        tax=0,
        period_start=gift.redeemed_at,
        period_end=until,
        is_proration=False,
    )
    write_leases([read_rows(row)])
    notices.post([NewNotice(gift.redeemed_by_id, "entitlement.changed", str(row))])


def _pay_back(gift: Gift) -> None:
    """Ask the provider for what is owed still, unless somebody redeemed it, and write down what became of it."""
    assert gift.subscription is not None
    row = gift.subscription
    if Gift.objects.filter(pk=gift.pk, back_wanted_at__isnull=False).exists() and paybacks.is_owed(row):
        paybacks.pay_back(row, reason="gift")
        sync.compare(row.provider_id, is_full=True)


def _is_paid(gift: Gift) -> bool:
    """Whether nothing of it came back, to the giver or to a bank."""
    assert gift.subscription is not None
    payments = list(paybacks.list_payments(gift.subscription))
    return bool(payments) and sum(map(paybacks.owed, payments)) == gift.amount
