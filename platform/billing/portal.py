"""Send fans to the provider's own pages: the card and the invoices, and the confirmation of another price."""

import hashlib
import json
import uuid
from collections import defaultdict

from django.db import transaction

from accounts.models import Person
from billing import customers
from billing.exceptions import NothingToChange
from billing.models import PortalConfiguration, Subscription, TierPrice
from billing.provider import get_book, get_provider
from billing.provider.portal import Upgrade


def card_page(person: Person, return_url: str) -> str:
    """Where the person changes the card and finds the provider's invoices. Raises NothingToChange, ProviderError."""
    return get_provider().portal.url(
        find_customer(person), return_url=return_url, configuration=_configure(None), upgrade=None
    )


def upgrade_page(row: Subscription, price: TierPrice, return_url: str) -> str:
    """Where the fan sees what another price costs today, and confirms it. Nothing changes before.

    Raises NothingToChange, ProviderError.
    """
    assert row.person
    provider = get_provider()
    item = provider.subscriptions.fetch(row.provider_id).items[0]
    upgrade = Upgrade(row.provider_id, item.id, price.provider_price)
    configuration = _configure(price.artist_id)
    return provider.portal.url(
        find_customer(row.person), return_url=return_url, configuration=configuration, upgrade=upgrade
    )


def find_customer(person: Person) -> str:
    """How the provider knows the person. Raises NothingToChange."""
    customer = customers.find(person)
    if not customer:
        raise NothingToChange("You have paid nothing here, so there is no card to change.")
    return customer


def _configure(artist_id: int | None) -> str:
    """The configuration of an artist, told what is on sale now; without one, that of the card alone.

    Whoever asks at the same time waits. Call it outside a transaction.
    """
    book, portal, offer = get_book(), get_provider().portal, _read_offer(artist_id)
    PortalConfiguration.objects.bulk_create(
        [PortalConfiguration(artist_id=artist_id, book=book)], ignore_conflicts=True
    )
    with transaction.atomic(durable=True):
        row = PortalConfiguration.objects.select_for_update().get(artist=artist_id, book=book)
        key = f"portal:{book}:{artist_id}:{_digest(offer)}"
        if not row.provider_id:
            row.provider_id = portal.create_configuration(offer, key=key)
        elif row.offer != offer:
            portal.change_configuration(row.provider_id, offer, key=f"{key}:{uuid.uuid4()}")
        else:
            return row.provider_id
        row.offer = offer
        row.save(update_fields=["provider_id", "offer"])
        return row.provider_id


def _read_offer(artist_id: int | None) -> dict[str, list[str]]:
    """The prices on sale of an artist, by product."""
    offer: defaultdict[str, list[str]] = defaultdict(list)
    if artist_id is not None:
        for price in TierPrice.objects.on_sale().filter(artist=artist_id).order_by("pk"):
            offer[price.provider_product].append(price.provider_price)
    return dict(offer)


def _digest(offer: dict[str, list[str]]) -> str:
    return hashlib.sha256(json.dumps(offer, sort_keys=True).encode()).hexdigest()[:16]
