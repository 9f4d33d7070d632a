"""The pages of the studio on which a team writes tiers and the artist puts them on sale."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from billing import tiers
from billing.models import Tier, TierPrice, TierVersion
from billing.simulated import faults
from billing.simulated.server import FakeStripe
from billing.tier_terms import IncludedProgram, Price, TierTerms
from catalog.models import Artist
from tests import factories
from tests.artists.studio.pages import fresh_member_client, member_client, visible_text
from tests.billing import factories as billing

pytestmark = pytest.mark.django_db
TIERS = "/studio/mara-veil/tiers"
FORM = {
    "name": "Harbour",
    "lines": "Release night, one hour early\n\nA seat at the soundcheck",
    "requests_a_month": "2",
    "has_downloads": "on",
    "month_EUR": "4",
    "year_EUR": "40.00",
    "month_JPY": "600",
    "month_KWD": "1.250",
}


@pytest.fixture
def editor(artist: Artist) -> Client:
    return member_client(artist, "editor")


def sell_path(version: TierVersion) -> str:
    return f"{TIERS}/{version.tier_id}/versions/{version.version}/sell"


def test_an_editor_writes_a_tier_as_it_is_typed(editor: Client, artist: Artist) -> None:
    program = factories.create_program(artist)
    other = factories.create_program(factories.create_artist("Ove Lind"))

    answer = editor.post(TIERS, FORM | {"programs": [str(program.pk)]})

    version = TierVersion.objects.get()
    assert answer["Location"] == f"{TIERS}/{version.tier_id}"
    assert TierTerms.of(version) == TierTerms(
        name="Harbour",
        prices=(
            Price("month", "EUR", 400),
            Price("month", "JPY", 600),
            Price("month", "KWD", 1_250),
            Price("year", "EUR", 4_000),
        ),
        requests_a_month=2,
        has_downloads=True,
        programs=(IncludedProgram(program.pk, "Thank you"),),
        lines=("Release night, one hour early", "A seat at the soundcheck"),
    )
    assert editor.post(TIERS, FORM | {"programs": [str(other.pk)]}).status_code == 422


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": ""}, "Fill this in"),
        ({"name": "\u200b"}, "nobody can see"),
        ({"month_EUR": "0.50"}, "A month costs €1.00 to €200.00."),
        ({"month_EUR": "4.005"}, "no more than 2 decimal places"),
        ({"month_JPY": "600.5"}, "no more than 0 decimal places"),
        ({"month_KWD": "1.234"}, "its last digit is not 0"),
        ({"month_EUR": "four"}, "Enter a number."),
        ({"month_EUR": "", "year_EUR": "", "month_JPY": "", "month_KWD": ""}, "Give the tier a price."),
        ({"requests_a_month": "99"}, "less than or equal to 31"),
        ({"lines": "\n".join("abcdefghi")}, "At most 8 lines"),
    ],
)
def test_what_cannot_be_sold_is_said_and_what_was_typed_stays(
    editor: Client, change: dict[str, str], said: str
) -> None:
    answer = editor.post(TIERS, FORM | change)

    assert (answer.status_code, said in visible_text(answer)) == (422, True)
    assert 'value="40.00"' in answer.content.decode() or "year_EUR" in change
    assert Tier.objects.count() == 0


def test_a_reviewer_reads_tiers_and_writes_none(fake_provider: FakeStripe, artist: Artist) -> None:
    version = billing.create_tier(artist)
    reviewer = member_client(artist, "reviewer")

    assert "Save" not in visible_text(reviewer.get(f"{TIERS}/{version.tier_id}"))
    for path, form in ((TIERS, FORM), (f"{TIERS}/{version.tier_id}", FORM), (f"{TIERS}/{version.tier_id}/archive", {})):
        assert reviewer.post(path, form).status_code == 409
    assert (Tier.objects.count(), TierVersion.objects.count()) == (1, 1)
    assert Tier.objects.get().archived_at is None


def test_the_page_names_what_is_missing_before_it_can_be_sold(fake_provider: FakeStripe, artist: Artist) -> None:
    version = billing.create_version(artist)
    client = fresh_member_client(artist, "principal")
    missing = "Mara Veil (artist) has not agreed to share subscription income"

    page = visible_text(client.get(f"{TIERS}/{version.tier_id}"))
    answer = client.post(sell_path(version), {})

    assert f"It cannot be sold yet. This is missing: {missing}." in page
    assert "and sell it" not in page
    assert (answer.status_code, missing in visible_text(answer)) == (422, True)
    assert TierPrice.objects.count() == 0


def test_the_artist_signs_and_sells_with_a_fresh_password(fake_provider: FakeStripe, artist: Artist) -> None:
    billing.share_income(artist)
    version = billing.create_version(artist)
    client = fresh_member_client(artist, "principal")

    assert "Sign version 1 and sell it" in visible_text(client.get(f"{TIERS}/{version.tier_id}"))
    answer = client.post(sell_path(version), {}, follow=True)

    assert "Version 1 is on sale." in visible_text(answer)
    assert TierPrice.objects.on_sale().count() == 3
    assert "Simulated payments: no money moves" in visible_text(answer)


def test_an_owner_is_told_that_the_artist_sells(fake_provider: FakeStripe, artist: Artist) -> None:
    billing.share_income(artist)
    version = billing.create_version(artist)
    client = fresh_member_client(artist, "owner")

    assert "Only Mara Veil can put it on sale" in visible_text(client.get(f"{TIERS}/{version.tier_id}"))
    assert client.post(sell_path(version), {}).status_code == 409
    assert TierPrice.objects.count() == 0


def test_a_change_is_a_new_version_and_no_change_is_none(
    fake_provider: FakeStripe, editor: Client, artist: Artist
) -> None:
    editor.post(TIERS, FORM)
    path = f"{TIERS}/{Tier.objects.get().pk}"

    same = editor.post(path, FORM, follow=True)
    other = editor.post(path, FORM | {"month_EUR": "5"}, follow=True)

    assert "Nothing changed: this is version 1." in visible_text(same)
    assert "Version 2 is saved." in visible_text(other)
    assert TierVersion.objects.count() == 2
    assert 'value="5.00"' in other.content.decode()


def test_after_a_provider_that_did_not_answer_pressing_again_goes_on(fake_provider: FakeStripe, artist: Artist) -> None:
    billing.share_income(artist)
    version = billing.create_version(artist)
    client = fresh_member_client(artist, "principal")
    faults.add(fake_provider.simulation, "503", times=3, method="POST", path="/v1/prices")

    answer = client.post(sell_path(version), {})
    assert (answer.status_code, "does not answer" in visible_text(answer)) == (409, True)
    client.post(sell_path(version), {})

    assert TierPrice.objects.on_sale().count() == 3


def test_an_owner_archives_a_tier(fake_provider: FakeStripe, artist: Artist) -> None:
    version = billing.create_tier(artist)
    client = member_client(artist, "owner")

    answer = client.post(f"{TIERS}/{version.tier_id}/archive", {}, follow=True)

    assert "No tier yet" in visible_text(answer)
    assert TierPrice.objects.on_sale().count() == 0
    assert client.get(f"{TIERS}/{version.tier_id}").status_code == 404


def test_with_payments_off_tiers_are_written(settings: Any, editor: Client, artist: Artist) -> None:
    settings.PAYMENTS = "off"

    answer = editor.post(TIERS, FORM, follow=True)

    assert "Payments are off here, so nothing can be sold. You can write tiers." in visible_text(answer)


def test_a_tier_of_another_artist_is_not_in_ones_studio(fake_provider: FakeStripe, artist: Artist) -> None:
    version = billing.create_tier(factories.create_artist("Ove Lind"))
    client = fresh_member_client(artist, "principal")

    path = f"{TIERS}/{version.tier_id}"
    assert [client.get(path).status_code, client.post(path, FORM).status_code] == [404, 404]
    for action in ("/archive", "/versions/1/sell"):
        assert client.post(f"{path}{action}", {}).status_code == 404
    assert tiers.is_sold(Tier.objects.get())


def test_more_tiers_and_versions_take_no_more_queries(
    fake_provider: FakeStripe, editor: Client, artist: Artist
) -> None:
    version = billing.create_tier(artist)
    paths = (TIERS, f"{TIERS}/{version.tier_id}")

    def count(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert editor.get(path).status_code == 200
        return len(queries)

    before = [count(path) for path in (*paths, *paths)][2:]
    billing.create_tier(artist, name="Night Shift")
    billing.create_version(artist, name="Not signed")
    billing.put_on_sale(tiers.edit(version.tier, billing.write_terms(name="More"), by=version_author(artist)))
    assert [count(path) for path in paths] == before


def version_author(artist: Artist) -> Any:
    return factories.get_member(artist, "editor")
