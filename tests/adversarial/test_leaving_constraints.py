"""Raw SQL with the app role against an artist who left: nothing new of theirs is sold or asked for."""

from typing import Any

import pytest

from billing.models import TierPrice
from catalog.models import Artist
from tests import factories
from tests.adversarial.test_database_constraints import refused, sql
from tests.artists import requests_scene
from tests.billing import factories as billing

pytestmark = pytest.mark.django_db
LEAVE = "UPDATE catalog_artist SET left_at = '2020-01-01'"


def test_an_artist_leaves_once_by_the_databases_clock(artist: Artist) -> None:
    sql(LEAVE)

    artist.refresh_from_db()
    assert artist.left_at
    assert artist.left_at > artist.created_at
    refused("leaves once", "UPDATE catalog_artist SET left_at = NULL")
    refused("leaves once", LEAVE)


def test_nothing_of_an_artist_who_left_is_sold_or_goes_live(fake_provider: Any, artist: Artist) -> None:
    price: TierPrice = billing.get_price(billing.create_tier(artist))
    fan, program = factories.create_fan(), requests_scene.create_offer(artist).program
    billing.choose_currency(fan)
    consent = billing.agree_to_terms(fan, price.version)
    sql("UPDATE artists_program SET state = 'paused'")
    sql(LEAVE)

    refused(
        "has left",
        "INSERT INTO billing_tierprice (version_id, artist_id, book, interval, currency, amount, provider_product,"
        " provider_price) SELECT version_id, artist_id, 'test', interval, currency, amount, 'prod_x', 'price_x'"
        " FROM billing_tierprice WHERE id = %s",
        price.pk,
    )
    refused(
        "has left",
        "INSERT INTO billing_checkout (id, person_id, artist_id, price_id, book, currency, status, session_id,"
        " trial_days, consent_id, expires_at) VALUES (gen_random_uuid(), %s, %s, %s, 'simulated', 'EUR', 'open', '',"
        " 0, %s, now() + '1 hour')",
        fan.pk, artist.pk, price.pk, consent,
    )  # fmt: skip
    refused(
        "has left",
        "INSERT INTO billing_gift (id, giver_id, artist_id, price_id, book, currency, months, amount, consent_id,"
        " status, session_id, redeem_by, expires_at) VALUES (gen_random_uuid(), %s, %s, %s, 'simulated', 'EUR', 3, 1,"
        " %s, 'open', '', now() + '1 year', now() + '1 hour')",
        fan.pk, artist.pk, price.pk, consent,
    )  # fmt: skip
    refused("has left", "UPDATE artists_program SET state = 'live' WHERE id = %s", program.pk)


def test_nothing_is_asked_of_an_artist_who_left(artist: Artist) -> None:
    version, fan = requests_scene.create_offer(artist), factories.create_fan(opted_in=artist)
    sql(LEAVE)

    with pytest.raises(Exception, match="has left"):
        requests_scene.ask(fan, version)
