"""Order a tier: an order, and the provider's page where it is paid. Nothing here gives anybody access.

An order is open until the provider says that it was paid or expired. A fan has one of an artist that is open or paid.
"""

from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts import consents
from accounts.models import Person
from audit import trail
from billing import caps, customers, introductory_prices, promotions, spending, terms, tiers
from billing.exceptions import (
    AlreadyBought,
    InvalidRequest,
    NotAgreed,
    NotForSale,
    NotFound,
    PaymentsOff,
)
from billing.models import Checkout, Gift, TierPrice
from billing.provider import get_provider
from billing.provider.checkouts import LEAST_TIME, OPEN_TIME, CheckoutTerms
from billing.provider_objects import CheckoutSession
from rights.sales import IncompleteSale, Sale

Status = Checkout.Status
MAX_ATTEMPTS = 3
SAID_CLOSED = "This price is not on sale any more, and nothing was ordered. Look at the tiers again."
SAID_BOUGHT = "You have a tier of this artist already."


def find_live(person: Person, artist_id: int) -> Checkout | None:
    """The order of a tier of this artist that is open or paid, with its price and version."""
    orders = Checkout.objects.open_or_paid().filter(person=person, artist=artist_id)
    return orders.select_related("price__version", "subscription", "consent", "promotion").first()


def start(
    person: Person,
    price_id: int,
    *,
    agreed: bool,
    words_hash: str,
    artist_id: int,
    page_of: Callable[[Checkout], str],
    code: str = "",
) -> CheckoutSession:
    """Where the fan pays this price of this artist. An order that is open at the same terms is gone on with.

    One at other terms is expired first. `words_hash` is of the words shown, `page_of` the page to come back to.
    Raises PaymentsOff, Unpayable, AboveCap, NotAgreed, TermsChanged, NotForSale, AlreadyBought, ProviderUnavailable.
    """
    if not agreed:
        raise NotAgreed("Tick the box to start today. Without it nothing is ordered.")
    price, _ = find_sold_price(person, price_id, artist_id=artist_id)
    customer = customers.get_or_create(person)
    for _ in range(MAX_ATTEMPTS):
        order = _order(person, price, words_hash, code)
        if order.price_id != price.pk or consents.digest(order.consent.words) != words_hash:
            _expire(order, customer, page_of)
            continue
        session = _open_session(order, customer, page_of)
        if session.status == "open":
            if _is_open(order):
                return session
            ask_to_expire(order, session)  # it ended while its page was made, so nobody may pay it
    raise AlreadyBought("Another order of yours was made at the same moment. Look at it first.")


def find_sold_price(person: Person, price_id: int, *, artist_id: int) -> tuple[TierPrice, Sale]:
    """The price with who is paid, if this person can pay it now.

    Raises PaymentsOff, Unpayable, and NotForSale with what is missing.
    """
    if settings.PAYMENTS == "off":
        raise PaymentsOff("Payments are off here, so nothing can be bought.")
    spending.require_adult(person)
    price = TierPrice.objects.on_sale().filter(pk=price_id, artist=artist_id).first()
    if price is None:
        raise NotForSale(SAID_CLOSED)
    sale = tiers.resolve_sale(price.version.tier)
    if isinstance(sale, IncompleteSale):
        raise NotForSale(f"It is not sold at the moment. {'; '.join(sale.missing)}.")
    return price, sale


def settle(session: CheckoutSession) -> Checkout | None:
    """Write down what the provider says of a session, and return its order; None where it is none of ours.

    The session must be fetched from the provider. Repeating it changes nothing.
    """
    order_id = session.row_id
    order = order_id and Checkout.objects.filter(pk=order_id, book=settings.PAYMENTS).first()
    if not order or order.session_id not in ("", session.id):
        return None
    _keep_session(order, session)
    is_paid = session.status == "complete" and session.payment_status != "unpaid"
    status = Status.PAID if is_paid else Status.EXPIRED if session.status == "expired" else Status.OPEN
    if status != Status.OPEN and Checkout.objects.filter(pk=order.pk, status=Status.OPEN).update(status=status):
        order.status = status
    return order


def end(checkout_id: UUID) -> bool:
    """What was bought, or never paid, is over, so that the fan can buy again. Returns whether it was not over yet."""
    order = Checkout.objects.filter(pk=checkout_id)
    unpaid = order.filter(status=Status.OPEN).update(status=Status.EXPIRED)
    return bool(unpaid or order.filter(status=Status.PAID).update(status=Status.ENDED))


def _order(person: Person, price: TierPrice, words_hash: str, code: str) -> Checkout:
    """The order that is open, or a new one. Raises AlreadyBought, Unpayable, AboveCap, NotForSale, TermsChanged."""
    with transaction.atomic():
        spending.lock_payer(person)  # whoever orders at the same time then finds this order
        live = find_live(person, price.artist_id)
        if live is not None and live.status == Status.PAID:
            raise AlreadyBought(SAID_BOUGHT)
        if live is not None and (live.session_id or live.expires_at - timezone.now() > LEAST_TIME):
            return live
        if live is not None:  # nobody ever saw where to pay it
            Checkout.objects.filter(pk=live.pk).update(status=Status.EXPIRED)
        spending.set_currency(person, price.currency)
        if not TierPrice.objects.on_sale().filter(pk=price.pk).select_for_update(of=("self",), no_key=True):
            raise NotForSale(SAID_CLOSED)
        promotions.lock(price.artist_id)
        return _store(person, price, words_hash, code)


def _store(person: Person, price: TierPrice, words_hash: str, code: str) -> Checkout:
    """A new order, for the words that were shown. Raises TermsChanged, AboveCap."""
    introductory = introductory_prices.find(person, price, code=code)
    paper = terms.write_paper(price, introductory)
    terms.require_shown(paper, words_hash)
    caps.require_room(person, price.currency, introductory.compute_first_amount(price))
    order = Checkout.objects.create(
        person=person,
        artist_id=price.artist_id,
        price=price,
        book=price.book,
        currency=price.currency,
        trial_days=introductory.trial_days,
        promotion=introductory.promotion,
        consent=terms.give_consent(person, price, paper),
        expires_at=timezone.now() + OPEN_TIME,
    )
    trail.record("checkout.started", by=person.actor, subject=f"checkout:{order.pk}", price=price.pk)
    return order


def _open_session(order: Checkout, customer: str, page_of: Callable[[Checkout], str]) -> CheckoutSession:
    """The session of an order, made if it has none; the same key makes the same one. What is over is written down."""
    checkouts = get_provider().checkouts
    if order.session_id:
        session = checkouts.fetch(order.session_id)
    else:
        page = page_of(order)
        about = CheckoutTerms(customer, str(order.pk), _metadata(order), page, page, order.expires_at)
        key, price = f"checkout:{order.pk}", order.price.provider_price
        coupon = _make_coupon(order)
        session = checkouts.subscribe(about, price, key=key, trial_days=order.trial_days, coupon=coupon)
    _settle_unpaid(session)
    return session


def _make_coupon(order: Checkout) -> str:
    """The coupon of an order with a promotion, at the provider; "" without one. The same key makes the same one."""
    if order.promotion is None:
        return ""
    return get_provider().catalogue.create_coupon(
        order.promotion.percent,
        months=promotions.coupon_months(order.promotion, order.price),
        product=order.price.provider_product,
        metadata={"promotion": str(order.promotion.pk)},
        key=f"checkout:{order.pk}:coupon",
    )


def _is_open(order: Checkout) -> bool:
    return Checkout.objects.filter(pk=order.pk, status=Status.OPEN).exists()


def _expire(order: Checkout, customer: str, page_of: Callable[[Checkout], str]) -> None:
    """Let nobody pay an open order any more. Raises AlreadyBought if somebody has."""
    session = _open_session(order, customer, page_of)
    if session.status == "open":
        try:
            session = ask_to_expire(order, session)
        except InvalidRequest:  # it is over already
            session = get_provider().checkouts.fetch(session.id)
        _settle_unpaid(session)


def _settle_unpaid(session: CheckoutSession) -> None:
    """Write down what the provider says of a session. Raises AlreadyBought if it was paid."""
    order = settle(session)
    if order is not None and order.status == Status.PAID:
        raise AlreadyBought(SAID_BOUGHT)


def close_session(row: Checkout | Gift) -> CheckoutSession | None:
    """The session of an order or a gift, which nobody can pay any more; None without one. Raises ProviderError."""
    try:
        session = get_provider().checkouts.fetch(row.session_id) if row.session_id else None
        return ask_to_expire(row, session) if session is not None and session.status == "open" else session
    except NotFound:
        return None


def ask_to_expire(row: Checkout | Gift, session: CheckoutSession) -> CheckoutSession:
    """Let nobody pay a session any more. Repeating it gets the same answer, by the key. Raises ProviderError."""
    return get_provider().checkouts.expire(session.id, key=f"{row}:expire")


def _keep_session(order: Checkout, session: CheckoutSession) -> None:
    if not order.session_id:
        Checkout.objects.filter(pk=order.pk, session_id="").update(session_id=session.id)
        order.session_id = session.id


def _metadata(order: Checkout) -> dict[str, str]:
    ids = {"checkout": order.pk, "person": order.person_id, "artist": order.artist_id, "tier_price": order.price_id}
    return {name: str(value) for name, value in ids.items()}
