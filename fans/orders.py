"""Order a tier, with the address of the order's page to come back to."""

from django.urls import reverse

from accounts.models import Person
from billing import checkouts
from billing.models import Checkout, TierPrice
from billing.provider_objects import CheckoutSession
from web.site_links import site_link


def start(person: Person, price: TierPrice, *, agreed: bool, words_hash: str, code: str = "") -> CheckoutSession:
    """Where the person pays. Raises what `checkouts.start` raises."""
    return checkouts.start(
        person,
        price.pk,
        agreed=agreed,
        words_hash=words_hash,
        artist_id=price.artist_id,
        page_of=_page_of,
        code=code,
    )


def _page_of(order: Checkout) -> str:
    return site_link(reverse("order", args=[order.pk]))
