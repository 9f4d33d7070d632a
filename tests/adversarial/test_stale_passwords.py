"""A session that somebody else got hold of: what it cannot do without the password.

Each request is sent with a session whose password was typed long ago. The page asks for the password, and does what
was asked once it is typed; the API answers 403.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from accounts.models import AgeChange, Invitation, Person, Token
from artists import review
from artists.models import Draft, ModelProfile, RemixEnvelope
from billing.models import TierPrice, TierVersion
from billing.simulated.server import FakeStripe
from catalog.models import Artist
from fans.models import RemixOffer
from rights import claims, parties, roster
from rights.models import CatalogImport, Claim, Party, RosterEntry, SplitScheme
from rights.shares import Role
from tests import factories
from tests.artists import remix_scene
from tests.artists.studio.pages import HTMX_HEADERS, visible_text
from tests.billing import factories as billing
from tests.factories import PASSWORD
from tests.rights import factories as owners
from tests.rights.imports.factories import bring_in

pytestmark = pytest.mark.django_db
JSON = "application/json"
TYPED = "Ana, I read every name."
COUNTED = (ModelProfile, TierPrice, Token, Invitation, Artist, SplitScheme, AgeChange, RemixOffer)
type Request = tuple[Person, str, dict[str, Any]]


@pytest.fixture
def artist(fake_provider: FakeStripe) -> Artist:
    return factories.create_artist("Mara Veil")


def principal(artist: Artist) -> Person:
    return factories.get_member(artist, "principal")


def with_password(person: Person) -> Person:
    person.set_password(PASSWORD)
    person.save()
    return person


def edited_by_the_team(artist: Artist) -> Draft:
    draft = factories.create_pending_draft(artist)
    return review.edit(draft.pk, TYPED, by=factories.get_member(artist, "editor"))


def claimed_song(artist: Artist) -> Claim:
    """A share of the artist's own, which waits for the artist to confirm it."""
    recording, party = factories.create_recording(artist), parties.get_artist_party(artist)
    return claims.claim(party, Role.RECORDING_OWNER, recording=recording, by=factories.get_staff())


def sellable_tier(artist: Artist) -> TierVersion:
    """A tier that waits for the artist's signature alone."""
    billing.share_income(artist)
    return billing.create_version(artist)


def heard_limits(artist: Artist) -> RemixEnvelope:
    """Limits of remixes that wait for the artist's signature alone."""
    envelope = remix_scene.save_limits(owners.create_owned_song(artist).recording)
    remix_scene.hear(envelope, principal(artist))
    return envelope


def asking_label(artist: Artist) -> RosterEntry:
    label = owners.create_party()
    return roster.propose(label, artist, by=owners.get_signer(label), fresh=True)


def named_in_a_file(artist: Artist) -> CatalogImport:
    """A label's file that names the artist as the writer of a song. The artist has not confirmed it."""
    label = owners.create_party()
    owners.add_to_roster(label, artist)
    return bring_in(label, "Salt Radio,Mara Veil,Mara Veil", heading="title,artist,writers")


def named_label(artist: Artist) -> tuple[Party, CatalogImport]:
    """A label that a file of another names as the owner of a half."""
    label, other = owners.create_party(), owners.create_party(name="Third Shore")
    owners.add_to_roster(other, artist)
    return label, bring_in(other, "Shared,Mara Veil,Third Shore 50; Harbor Lane 50", heading="title,artist,owners")


def confirm_as_label(artist: Artist, path: str) -> Request:
    label, brought = named_label(artist)
    return owners.get_signer(label), path.format(party=label.pk, brought=brought.pk), {"waiting": 1}


def state_of(artist: Artist) -> tuple[Any, ...]:
    """Whatever one of the requests could change."""
    roles = tuple(artist.team.members.order_by("pk").values_list("person", "role"))
    drafts = tuple(Draft.objects.order_by("pk").values_list("state", "text"))
    shares = tuple(Claim.objects.values_list("confirmed_by", flat=True))
    made = tuple(model.objects.count() for model in COUNTED)
    tied = tuple(RosterEntry.objects.order_by("pk").values_list("accepted", flat=True))
    return shares, roles, drafts, made, tied


PAGES: dict[str, Callable[[Artist], Request]] = {
    "a token": lambda artist: (principal(artist), "/settings/tokens", {"scrobbler": "mpd", "label": "spy"}),
    "a token at the start": lambda artist: (principal(artist), "/welcome/token", {"scrobbler": "web"}),
    "an invitation": lambda artist: (
        factories.get_member(artist, "owner"),
        "/studio/mara-veil/team",
        {"email": "friend@example.com", "role": "owner"},
    ),
    "a role": lambda artist: (
        principal(artist),
        f"/studio/mara-veil/team/{artist.team.members.get(person=factories.get_member(artist, 'reviewer')).pk}",
        {"do": "role", "role": "owner"},
    ),
    "own words": lambda artist: (
        principal(artist),
        f"/studio/mara-veil/review/{factories.create_pending_draft(artist).pk}/edit",
        {"text": TYPED, "revision": "1"},
    ),
    "own words in place of a model's": lambda artist: (
        principal(artist),
        f"/studio/mara-veil/review/{factories.create_pending_draft(artist, by_model=True).pk}/edit",
        {"text": TYPED, "revision": "1"},
    ),
    "a share of a song": lambda artist: (
        principal(artist),
        f"/studio/mara-veil/songs/{(claim := claimed_song(artist)).recording_id}/claims/{claim.pk}",
        {"do": "confirm"},
    ),
    "all that a file names for the artist": lambda artist: (
        principal(artist),
        f"/studio/mara-veil/imports/{named_in_a_file(artist).pk}/confirm",
        {"waiting": "1"},
    ),
    "all that a file names for a label": lambda artist: confirm_as_label(
        artist, "/label/{party}/claims/imports/{brought}"
    ),
    "a yes to a label": lambda artist: (
        principal(artist),
        f"/studio/mara-veil/labels/{asking_label(artist).pk}",
        {"do": "accept"},
    ),
    "an age": lambda _: (factories.create_fan(age_band="16_17"), "/settings/age", {"age_band": "18_plus"}),
    "the age of somebody else": lambda _: (
        factories.get_staff(),
        "/desk/ages",
        {"email": factories.create_fan().email, "age_band": "16_17", "reason": "A parent wrote."},
    ),
    "a split of income": lambda _: (factories.get_staff(), "/desk/splits", {"use": "remix", "platform": "100"}),
    "a server of models": lambda _: (
        factories.get_staff(),
        "/desk/models",
        {
            "name": "OpenAI",
            "base_url": "https://api.openai.com/v1",
            "model": "m",
            "token_parameter": "max_tokens",
            "structured": "none",
        },
    ),
    "a tier": lambda artist: (
        principal(artist),
        f"/studio/mara-veil/tiers/{sellable_tier(artist).tier_id}/versions/1/sell",
        {},
    ),
    "the team's words": lambda artist: (
        principal(artist),
        f"/studio/mara-veil/review/{edited_by_the_team(artist).pk}/approve",
        {"revision": "2"},
    ),
}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("headers", [{}, HTMX_HEADERS], ids=["page", "htmx"])
def test_a_page_asks_for_the_password_and_then_does_it(artist: Artist, name: str, headers: dict[str, str]) -> None:
    person, path, form = PAGES[name](artist)
    client = factories.signed_in_client(with_password(person))
    before = state_of(artist)

    asked = client.post(path, form, headers=headers)
    unchanged = state_of(artist) == before
    url = asked.headers.get("HX-Redirect") or asked.headers["Location"]
    wrong = client.post(url, {"password": "wrong", "next": path})
    still_unchanged = state_of(artist) == before
    done = client.post(url, {"password": PASSWORD, "next": path}, follow=True)

    assert url == f"/accounts/reauthenticate/?{urlencode({'next': path})}"
    assert (wrong.status_code, unchanged, still_unchanged) == (200, True, True)
    assert (done.status_code, state_of(artist) != before) == (200, True)
    if "words" in name:
        assert list(Draft.objects.values_list("state", "text")) == [("approved", TYPED)]
        assert "Approved for Ana" in visible_text(done)


def test_ten_minutes_are_free_after_one_prompt(artist: Artist) -> None:
    client = factories.signed_in_client(with_password(factories.create_fan()))
    form = {"scrobbler": "mpd", "label": "phone"}
    client.post(client.post("/settings/tokens", form).headers["Location"], {"password": PASSWORD})

    again = client.post("/settings/tokens", form)

    assert (again.status_code, Token.objects.count()) == (200, 2)


def test_a_reviewer_who_may_not_is_not_asked(artist: Artist) -> None:
    client = factories.signed_in_client(factories.get_member(artist, "reviewer"))
    draft = edited_by_the_team(artist)

    answers = [
        client.post("/studio/mara-veil/team", {"email": "friend@example.com", "role": "owner"}),
        client.post(f"/studio/mara-veil/review/{draft.pk}/approve", {"revision": "2"}),
    ]

    assert [answer.status_code for answer in answers] == [409, 409]


@pytest.mark.parametrize("role", ["principal", "reviewer"])
def test_signed_words_are_approved_without_the_password(artist: Artist, role: str) -> None:
    draft = factories.create_pending_draft(artist)
    client = factories.signed_in_client(factories.get_member(artist, role))

    answer = client.post(f"/studio/mara-veil/review/{draft.pk}/approve", {"revision": "1"})

    draft.refresh_from_db()
    assert (answer.status_code, draft.state, draft.mark) == (302, "approved", "filled")


API: dict[str, Callable[[Artist], Request]] = {
    "a token": lambda artist: (principal(artist), "/api/v1/tokens", {"name": "spy"}),
    "an invitation": lambda artist: (
        factories.get_member(artist, "owner"),
        "/api/v1/studio/mara-veil/team",
        {"email": "friend@example.com", "role": "owner"},
    ),
    "a principal": lambda artist: (
        factories.get_staff(),
        "/api/v1/staff/artists",
        {"name": "Eve", "slug": "eve", "principal": factories.get_staff().email},
    ),
    "an age": lambda artist: (
        factories.get_staff(),
        "/api/v1/staff/ages",
        {"email": principal(artist).email, "age_band": "16_17", "reason": "A parent wrote."},
    ),
    "a split of income": lambda _: (
        factories.get_staff(),
        "/api/v1/staff/split-schemes",
        {"use": "remix", "lines": [{"role": "platform", "share": 10_000}]},
    ),
    "all that a file names for the artist": lambda artist: (
        principal(artist),
        f"/api/v1/studio/mara-veil/imports/{named_in_a_file(artist).pk}/confirm",
        {"waiting": 1},
    ),
    "all that a file names for a label": lambda artist: confirm_as_label(
        artist, "/api/v1/labels/{party}/claims/imports/{brought}"
    ),
    "a yes to a label": lambda artist: (
        principal(artist),
        f"/api/v1/studio/mara-veil/labels/{asking_label(artist).pk}",
        {"answer": "accept"},
    ),
    "limits of remixes": lambda artist: (
        principal(artist),
        f"/api/v1/studio/mara-veil/recordings/{heard_limits(artist).recording_id}/remix-limits/1/sign",
        {},
    ),
    "own words": lambda artist: (
        principal(artist),
        f"/api/v1/drafts/{factories.create_pending_draft(artist).pk}/edit",
        {"text": TYPED, "revision": 1},
    ),
    "the team's words": lambda artist: (
        principal(artist),
        f"/api/v1/drafts/{edited_by_the_team(artist).pk}/approve",
        {"revision": 2},
    ),
}


@pytest.mark.parametrize("name", API)
def test_the_api_refuses_it_with_an_old_password_and_does_it_with_a_fresh_one(artist: Artist, name: str) -> None:
    person, path, body = API[name](artist)
    before = state_of(artist)

    stale = factories.signed_in_client(person).post(path, body, content_type=JSON)
    unchanged = state_of(artist) == before
    fresh = factories.fresh_client(person).post(path, body, content_type=JSON)

    assert (stale.status_code, stale.json()["code"], unchanged) == (403, "SignInAgain", True)
    assert fresh.status_code in {200, 201, 202, 204}
    assert state_of(artist) != before
