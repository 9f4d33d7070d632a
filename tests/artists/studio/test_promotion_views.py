"""The page of the studio on which a team makes and ends promotions."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from billing.models import Promotion
from billing.simulated.server import FakeStripe
from billing.tier_terms import Price
from catalog.models import Artist
from tests import factories
from tests.artists.studio.pages import member_client, visible_text
from tests.billing import factories as billing
from tests.fans.pages import count_queries

pytestmark = pytest.mark.django_db
PAGE = "/studio/mara-veil/promotions"


def write_form(**changes: Any) -> dict[str, Any]:
    last = timezone.localdate() + timedelta(days=10)
    return {
        "tier": "",
        "percent": "30",
        "months": "3",
        "last_day": f"{last}",
        "places": "50",
        "code": "fan 26",
    } | changes


def test_an_editor_makes_one_sees_what_it_lowers_and_ends_it(fake_provider: FakeStripe, artist: Artist) -> None:
    version, editor = billing.create_tier(artist), member_client(artist, "editor")

    assert editor.post(PAGE, write_form(tier=str(version.tier_id)))["Location"] == PAGE

    promotion = Promotion.objects.get()
    facts = (promotion.tier_id, promotion.percent, promotion.months, promotion.places, promotion.code)
    assert facts == (version.tier_id, 30, 3, 50, "FAN26")
    words = visible_text(editor.get(PAGE))
    assert "30 % off Harbour 3 months, or the first year. With the code FAN26 ." in words
    assert "Harbour : €2.80 a month for 3 months, then €4.00" in words
    assert "Harbour : €28.00 for the first year, then €40.00" in words
    assert "0 of 50 used" in words
    assert "Promotions" in visible_text(editor.get("/studio/mara-veil/tiers"))

    assert editor.post(f"{PAGE}/{promotion.pk}/end")["Location"] == PAGE
    assert "Over" in visible_text(editor.get(PAGE))
    promotion.refresh_from_db()
    assert promotion.ended_at is not None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"percent": "91"}, "less than or equal to 90"),
        ({"percent": "80"}, "No price on sale can be lowered by so much"),
        ({"months": "13"}, "less than or equal to 12"),
        ({"last_day": "2020-01-01"}, "Take today or a later day, within a year."),
        ({"last_day": "9999-12-31"}, "Take today or a later day, within a year."),
        ({"code": "ä-b"}, "Take 4 letters or digits at least"),
        ({"tier": "0"}, "Select a valid choice"),
        ({"places": "0"}, "greater than or equal to 1"),
    ],
)
def test_what_nobody_could_use_is_said(fake_provider: FakeStripe, artist: Artist, change: Any, said: str) -> None:
    billing.create_tier(artist, prices=(Price("month", "EUR", 400),))

    answer = member_client(artist, "editor").post(PAGE, write_form(**change))

    assert (answer.status_code, said in visible_text(answer)) == (422, True)
    assert Promotion.objects.count() == 0


def test_a_reviewer_reads_promotions_and_makes_and_ends_none(fake_provider: FakeStripe, artist: Artist) -> None:
    billing.create_tier(artist)
    promotion, reviewer = billing.create_promotion(artist), member_client(artist, "reviewer")

    assert "End it" not in visible_text(reviewer.get(PAGE))
    assert reviewer.post(PAGE, write_form()).status_code == 409
    assert reviewer.post(f"{PAGE}/{promotion.pk}/end").status_code == 409
    assert Promotion.objects.filter(ended_at=None).count() == 1


def test_more_promotions_take_no_more_queries(fake_provider: FakeStripe, artist: Artist) -> None:
    billing.create_tier(artist)
    client = member_client(artist, "editor")
    billing.create_promotion(artist)
    one = count_queries(client, PAGE)
    for _ in range(3):
        billing.create_promotion(artist, tier=billing.create_tier(artist, name=factories.create_fan().handle).tier)

    assert count_queries(client, PAGE) == one
