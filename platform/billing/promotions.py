"""Promotions: make and end them for an artist, and find the one that lowers a price for a fan.

A fan uses one promotion of an artist, as one trial. A code or the page of the artist leads to it.
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, F, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from accounts import roles
from accounts.exceptions import NotAllowed
from accounts.models import Person
from audit import trail
from billing.exceptions import Refused, UnsupportedAmount
from billing.models import Checkout, Interval, Promotion, Tier, TierPrice
from billing.models.promotions import MAX_CODE, MIN_CODE
from billing.provider.currencies import THREE_DECIMAL, WHOLE_AS_TWO_DECIMAL, to_provider_units
from catalog.models import Artist

SAID_NOTHING_LOWER = (
    "No price on sale can be lowered by so much. What is paid first must be as much as a tier may cost."
)
LONGEST = timedelta(days=366)
SAID_CODE_TAKEN = "Another promotion has this code. End it first, or take another code."


def list_all(artist: Artist) -> list[Promotion]:
    """All promotions that the artist ever had with their tier, the newest first. Each counts its orders as `used`."""
    counted = count_uses(artist.promotions.select_related("tier__current"))
    return list(counted.order_by("-pk"))


def create(
    artist: Artist,
    *,
    tier: Tier | None,
    percent: int,
    months: int,
    redeem_by: datetime,
    by: Person,
    code: str = "",
    places: int | None = None,
) -> Promotion:
    """A promotion that fans can use at once. Raises NotAllowed, and Refused where it lowers no price on sale."""
    _require_editor(artist, by, "make a promotion")
    with transaction.atomic():
        made = Promotion(
            artist=artist, tier=tier, percent=percent, months=months, code=clean_code(code), places=places,
            redeem_by=redeem_by, by=by.actor,
        )  # fmt: skip
        prices = TierPrice.objects.filter(artist=artist, closed_at=None, version__tier__archived_at=None)
        if not any(fits(made, price) for price in prices.select_related("version")):
            raise Refused(SAID_NOTHING_LOWER)
        _store(made)
        facts = {"percent": percent, "months": months, "tier": tier and tier.pk}
        trail.record("promotion.created", by=by.actor, subject=str(made), artist=artist.pk, **facts)
    return made


def _store(made: Promotion) -> None:
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as error:
        if "a_code_of_one_promotion" not in str(error):
            raise
        raise Refused(SAID_CODE_TAKEN) from None


def end(promotion: Promotion, *, by: Person) -> None:
    """Nobody can order with it any more. Who has ordered keeps the lower price. Raises NotAllowed."""
    _require_editor(promotion.artist, by, "end a promotion")
    with transaction.atomic():
        if Promotion.objects.filter(pk=promotion.pk, ended_at=None).update(ended_at=Now()):
            trail.record("promotion.ended", by=by.actor, subject=str(promotion), artist=promotion.artist_id)


def clean_code(code: str) -> str:
    """As codes are stored: letters and digits, which fans type as they like."""
    return re.sub("[^A-Z0-9]", "", code.upper())[:MAX_CODE]


def validate_code(typed: str) -> None:
    """A validator of forms and of the API."""
    if len(clean_code(typed)) < MIN_CODE:
        raise ValidationError(f"Take {MIN_CODE} letters or digits at least, from A to Z and 0 to 9.")


def validate_end(redeem_by: datetime) -> None:
    """A validator of forms and of the API: the last moment lies ahead, and not too far."""
    left = redeem_by - timezone.now()
    if left <= timedelta() or left > LONGEST:
        raise ValidationError("Take today or a later day, within a year.")


def has_code(artist_id: int, code: str) -> bool:
    """Whether a promotion of the artist that runs has this code, as codes are stored."""
    return Promotion.objects.running().filter(artist=artist_id, code=code).exists()


def list_usable(person: Person, artist_id: int, *, code: str = "") -> list[Promotion]:
    """The promotions of an artist that this fan can use now, the largest first; in one query.

    Those with a code need it. An order that is open took none yet: it is gone on with, or expires before another one.
    """
    orders = Checkout.objects.filter(book=settings.PAYMENTS).exclude(status=Checkout.Status.EXPIRED)
    own = orders.filter(person=person, artist=artist_id, promotion__isnull=False)
    running = Promotion.objects.running().filter(Q(code="") | Q(code=clean_code(code)), artist=artist_id)
    open_to_fan = running.exclude(Exists(own.exclude(status=Checkout.Status.OPEN)))
    counted = count_uses(open_to_fan, but_open_of=person).filter(Q(places=None) | Q(used__lt=F("places")))
    return list(counted.order_by("-percent", "-months", "pk"))


def choose(usable: Iterable[Promotion], price: TierPrice) -> Promotion | None:
    """The first that lowers this price."""
    return next((each for each in usable if fits(each, price)), None)


def lock(artist_id: int) -> None:
    """Let orders with promotions of this artist wait for each other. Call it in the transaction of the order."""
    list(Promotion.objects.running().filter(artist=artist_id).order_by("pk").select_for_update(no_key=True))


def fits(promotion: Promotion, price: TierPrice) -> bool:
    """Whether it lowers this price, to no less than a tier may cost and to an amount that can be paid exactly."""
    if promotion.tier_id not in (None, price.version.tier_id) or price.currency not in settings.TIER_PRICES:
        return False
    first = compute_first_amount(price.amount, promotion.percent)
    if price.currency in THREE_DECIMAL | WHOLE_AS_TWO_DECIMAL and first * 100 != price.amount * (
        100 - promotion.percent
    ):
        return False  # the provider counts this currency in other units, and would round otherwise than we do
    try:
        to_provider_units(first, price.currency)
    except UnsupportedAmount:
        return False
    least: int = settings.TIER_PRICES[price.currency][0]
    return first >= least


def compute_first_amount(amount: int, percent: int) -> int:
    """An amount less so many per cent of it, which are rounded half up. The database and the provider do the same."""
    return amount - (2 * amount * percent + 100) // 200


def coupon_months(promotion: Promotion, price: TierPrice) -> int | None:
    """How many months the provider lowers a price; None: its first payment alone."""
    return promotion.months if price.interval == Interval.MONTH else None


def count_uses(promotions: QuerySet[Promotion], but_open_of: Person | None = None) -> QuerySet[Promotion]:
    """With the orders that took a place of each, as `used`."""
    counts = Q(checkouts__isnull=False) & ~Q(checkouts__status=Checkout.Status.EXPIRED)
    if but_open_of is not None:
        counts &= ~Q(checkouts__status=Checkout.Status.OPEN, checkouts__person=but_open_of)
    return promotions.annotate(used=Count("checkouts", filter=counts))


def _require_editor(artist: Artist, by: Person, what: str) -> None:
    if not roles.may_edit(roles.role_of(by, artist.team_id)):
        raise NotAllowed(f"In {artist.name}’s team, only the artist, an owner or an editor may {what}.")
