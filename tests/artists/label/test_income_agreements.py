"""An agreement about subscription income: a use of its own, with a split of its own, of which nothing is made."""

import re
from typing import Any

import pytest
from django.test import Client

from rights import agreements, sales
from rights.models import AgreementVersion, SplitScheme, Use
from rights.sales import Sale
from rights.shares import Role
from tests import factories
from tests.artists.label.agreements import Scene, accept, preview, send
from tests.artists.studio.pages import visible_text
from tests.rights import factories as owners
from tests.rights.albums import add_scheme

pytestmark = pytest.mark.django_db
OWN = {Role.PLATFORM: 3_000, Role.FEATURED_ARTIST: 7_000}
WITH_LABEL = {Role.PLATFORM: 3_000, Role.FEATURED_ARTIST: 5_000, Role.RECORDING_OWNER: 2_000}


@pytest.fixture
def client(scene: Scene) -> Client:
    return factories.fresh_client(owners.get_signer(scene.label))


def about_income(scheme: SplitScheme | None, **changes: Any) -> dict[str, Any]:
    return {"uses": ["tier"], "title": "Tiers of Mara Veil"} | ({"scheme": scheme.pk} if scheme else {}) | changes


def text_of(answer: Any) -> str:
    return " ".join(visible_text(answer).split())


def test_the_form_writes_it_and_it_splits_the_artists_income(client: Client, scene: Scene) -> None:
    scheme = add_scheme(OWN, Use.TIER)

    seen = text_of(preview(client, scene, **about_income(scheme, others="")))
    send(client, scene, **about_income(scheme, others=""))
    version = AgreementVersion.objects.get()
    accept(version, scene.label, scene.song.artist)
    sale = sales.resolve_sale(Use.TIER, scene.artist)

    assert "Of the subscription income: featured artist 70 %; Fanfare 30 % (split 1)." in seen
    assert "How many" not in seen.partition("A draft: nobody has it yet")[2]
    assert isinstance(sale, Sale)
    assert [(scope.use, scope.tier_class) for scope in version.scopes.all()] == [("tier", "")]


def test_the_dry_run_says_what_is_complete(client: Client, scene: Scene) -> None:
    seen = text_of(preview(client, scene, **about_income(add_scheme(OWN, Use.TIER))))

    assert "Of €10.00 of subscription income of Mara Veil" in seen
    assert "Mara Veil Featured artist, 70 % €7.00 Fanfare 30 % €3.00" in seen
    assert "Where no song is named Income that belongs to no song in particular. Complete" in seen
    assert "1 recording could share in it, of 1" in seen


def test_the_dry_run_says_what_is_missing(client: Client, scene: Scene) -> None:
    seen = text_of(preview(client, scene, **about_income(add_scheme(WITH_LABEL, Use.TIER), others="")))
    of_song = text_of(
        preview(client, scene, **about_income(add_scheme(WITH_LABEL, Use.TIER)), song=scene.song.recording.pk)
    )

    assert "Nobody is named as owner of the recording: no song is named." in seen
    assert "Kestrel Row (publisher) has not said yes to sharing subscription income." in seen
    assert "Not shared yet Nothing is shared without a complete split." in of_song
    assert "Nobody has all shares of featured artists: 1 recording." in of_song
    assert "Harbor Lane Owner of the recording, 20 % €2.00" in of_song
    assert "Nobody is named as featured artist of Low Tide Choir." in of_song


def test_a_complete_split_of_a_song_says_so(client: Client, scene: Scene) -> None:
    owners.own(scene.song.artist, scene.song.recording, Role.FEATURED_ARTIST)

    seen = text_of(preview(client, scene, **about_income(add_scheme(WITH_LABEL, Use.TIER))))

    assert "Every split is complete: nothing is missing." in seen


def test_one_class_of_tiers_has_a_split_of_its_own(client: Client, scene: Scene) -> None:
    scheme = add_scheme(OWN, Use.TIER, "supporter")

    wrong = preview(client, scene, **about_income(scheme))
    send(client, scene, **about_income(scheme, tier_class="supporter", others=""))
    version = AgreementVersion.objects.get()
    accept(version, scene.label, scene.song.artist)

    assert (wrong.status_code, "This split is for the tiers “supporter” alone." in text_of(wrong)) == (422, True)
    assert "For the tiers “supporter” alone." in version.wording
    assert isinstance(sales.resolve_sale(Use.TIER, scene.artist, tier_class="supporter"), Sale)
    assert not sales.resolve_sale(Use.TIER, scene.artist)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"uses": ["remix", "tier"]}, "Subscription income has a split of its own. Write an agreement for it alone."),
        ({"scheme": ""}, "Choose how subscription income is split."),
        ({"songs": "Low Tide Choir"}, "Subscription income is of an artist as a whole."),
        ({"monthly_limit": "5"}, "Nothing is made of subscription income, so nothing is counted."),
        ({"second_key": "own"}, "Nothing is made of subscription income, so there is nothing to approve."),
    ],
)
def test_what_does_not_fit_it_is_refused(client: Client, scene: Scene, changes: dict[str, Any], problem: str) -> None:
    answer = preview(client, scene, **(about_income(add_scheme(OWN, Use.TIER)) | changes))

    assert (answer.status_code, problem in text_of(answer)) == (422, True)


def test_the_next_version_begins_with_what_it_says(client: Client, scene: Scene) -> None:
    scheme = add_scheme(OWN, Use.TIER)
    path = send(client, scene, **about_income(scheme, others=""))["Location"]

    page = client.get(f"{path}/next").content.decode()

    assert re.search(r'name="uses" value="tier"[^>]*checked', page)
    assert f'<option value="{scheme.pk}" selected>Subscription income, split 1</option>' in page


def test_its_end_says_nothing_of_drafts(client: Client, scene: Scene) -> None:
    path = send(client, scene, **about_income(add_scheme(OWN, Use.TIER)))["Location"]
    version = AgreementVersion.objects.get()
    accept(version, scene.label, scene.song.artist, scene.song.publisher, scene.song.writer)

    asked = text_of(client.get(f"{path}?end=1"))
    agreements.end(version, by=owners.get_signer(scene.label))

    assert "1 recording can no longer share in it 4 permissions end" in asked
    assert "waiting draft" not in asked
    assert "plays on" not in asked
    assert not sales.resolve_sale(Use.TIER, scene.artist)


def test_the_api_writes_it_too(client: Client, scene: Scene) -> None:
    terms = {"title": "Tiers", "artists": [scene.artist.slug], "uses": ["tier"], "tier_class": "supporter"}
    path, json = f"/api/v1/labels/{scene.label.pk}/agreements", "application/json"

    without = client.post(path, terms, content_type=json)
    terms["scheme"] = add_scheme(OWN, Use.TIER).pk
    seen = client.post(f"{path}/dry-run", terms, content_type=json).json()
    sent = client.post(path, terms, content_type=json)

    assert (without.status_code, set(without.json()["errors"])) == (400, {"scheme"})
    assert seen["dry_run"]["split"]["recording"] is None
    assert [line["party"] for line in seen["dry_run"]["split"]["lines"]] == ["Fanfare", "Mara Veil"]
    assert sent.status_code == 201
