"""The addresses of gifts: the page of one, where its payment leads back to, and the link that redeems it."""

from django.urls import reverse

from accounts.models import Person
from billing import gifts
from billing.models import Gift, TierPrice
from billing.provider_objects import CheckoutSession
from web.site_links import site_link


def start(person: Person, price: TierPrice, months: int, *, agreed: bool, words_hash: str) -> CheckoutSession:
    """Where the person pays. Raises what `gifts.start` raises."""
    return gifts.start(
        person,
        price.pk,
        artist_id=price.artist_id,
        months=months,
        agreed=agreed,
        words_hash=words_hash,
        page_of=_link_page,
    )


def link_redemption(gift: Gift) -> str:
    """Whoever has this link can redeem the gift."""
    return site_link(reverse("gift-redeem", args=[gifts.write_token(gift)]))


def _link_page(gift: Gift) -> str:
    return site_link(reverse("gift", args=[gift.pk]))
