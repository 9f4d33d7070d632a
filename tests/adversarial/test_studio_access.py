"""A studio's pages are there for the artist's team alone, and each role does what it may."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from artists.models import ProgramVersion
from catalog.models import Work
from rights.models import AgreementVersion, Claim
from tests import factories
from tests.adversarial.addresses import STUDIO_PAGES
from tests.catalog.pictures import png

pytestmark = pytest.mark.django_db

FORM_DATA = {
    "use": "personal_message", "on": "0", "text": "Mine", "email": "a@example.com", "role": "owner", "seconds": "9",
    "do": "pause", "name": "Mine", "template": "Mine {plays}", "locale": "en", "times": "7", "revision": "1",
    "separate": "yes", "about": "Mine", "spot": "sea", "title": "Mine", "share": "50",
    "sentences": "Dear {recipient}", "days": "5", "free_tries": "1", "occasions": "exam",
    "switch_off": "personal_message", "month_EUR": "5", "requests_a_month": "1", "waiting": "1",
}  # fmt: skip


def studio_requests(scene: dict[str, Any], slug: str | None = None) -> list[tuple[str, str, str]]:
    """Name, address and method of every page of the studio, about the objects of Mara Veil's."""
    artist = scene["draft"].artist
    own = {"draft": scene["draft"].pk, "program": scene["program"].pk, "member": artist.team.members.last().pk}
    own |= {"invitation": artist.team.invitations.get().pk, "song": scene["song"].pk, "claim": scene["claim"].pk}
    own |= {"upload": scene["upload"].pk}
    own |= {"entry": artist.roster_entries.get().pk, "agreement": scene["agreement"].pk}
    own |= {"import": scene["named"].pk, "tier": scene["order"].price.version.tier_id, "offer": scene["offer"]}
    own |= {"statement": scene["statement"].pk, "promotion": scene["promotion"].pk, "shelf": 1}
    return [
        (name, path.format(slug=slug or artist.slug, **own), method)
        for name, (path, methods) in STUDIO_PAGES.items()
        for method in methods.split()
    ]


def request_data(method: str) -> dict[str, Any]:
    return {"data": FORM_DATA} if method == "post" else {}


def studio_state(scene: dict[str, Any]) -> tuple[Any, ...]:
    """Whatever a page of the studio could change."""
    artist = scene["draft"].artist
    scene["draft"].refresh_from_db()
    members = tuple(artist.team.members.order_by("pk").values_list("person", "role"))
    programs = tuple(artist.programs.order_by("pk").values_list("pk", "name", "state", "current__version"))
    grants = tuple(artist.grants.order_by("pk").values_list("pk", "ended_at"))
    draft = (scene["draft"].state, scene["draft"].text, scene["draft"].held_by)
    asked = tuple(artist.team.invitations.order_by("pk").values_list("email", "outcome"))
    profile = type(artist).objects.filter(pk=artist.pk).values_list("about", "spot", "picture").get()
    songs = tuple(artist.recordings.order_by("pk").values_list("title", "cover"))
    claimed = tuple(Claim.objects.order_by("pk").values_list("role", "share", "confirmed_at", "live_until"))
    owned = Work.objects.count(), claimed
    asks = tuple(artist.roster_entries.values_list("accepted", "live_until"))
    asks += tuple(AgreementVersion.objects.values_list("ended_at", "acceptances"))
    offered = ProgramVersion.objects.filter(artist=artist, moment="request").count()
    sold = tuple(artist.tiers.values_list("archived_at", "versions__version", "current__version"))
    sold += tuple(artist.promotions.values_list("percent", "ended_at"))
    grace = artist.review_settings.grace_seconds
    files = tuple(artist.recordings.order_by("pk").values_list("uploads__role", "uploads__received", "outline__typed"))
    return files, members, asked, programs, grants, draft, grace, profile, songs, owned, asks, sold, offered


def test_no_page_of_a_studio_is_there_for_somebody_outside_the_team(scene: dict[str, Any]) -> None:
    before = studio_state(scene)
    for person in scene["strangers"]:
        client = Client()
        client.force_login(person)
        for name, path, method in studio_requests(scene):
            assert getattr(client, method)(path, **request_data(method)).status_code == 404, (
                name,
                method,
                person.handle,
            )

    assert studio_state(scene) == before


def test_a_studio_has_no_page_about_what_is_another_studios(scene: dict[str, Any]) -> None:
    before = studio_state(scene)
    client = Client()
    client.force_login(factories.get_member(scene["other"], "principal"))
    for name, path, method in studio_requests(scene, slug=scene["other"].slug):
        if "{" in STUDIO_PAGES[name][0].replace("{slug}", ""):
            assert getattr(client, method)(path, **request_data(method)).status_code == 404, (name, method)

    assert studio_state(scene) == before


def test_a_page_leads_who_is_not_signed_in_to_the_door_and_back(scene: dict[str, Any]) -> None:
    item = f"/studio/mara-veil/review/{scene['draft'].pk}"
    for name, path, method in studio_requests(scene):
        answer = getattr(Client(), method)(path, **request_data(method))
        assert answer.status_code == 302, (name, method)
        assert answer.url.startswith("/accounts/login/?next=/studio/mara-veil"), (name, method)
        if method == "post" and path.startswith(item):
            typed = "/edit" if name in {"review-edit", "review-mark-preview"} else ""
            assert answer.url.endswith(f"review/{scene['draft'].pk}{typed}"), (name, method)


ROLES_ALLOWED = {
    "review-approve": {"principal", "owner", "editor", "reviewer"},
    "review-decline": {"principal", "owner", "editor", "reviewer"},
    "program-pause": {"principal", "owner", "editor", "reviewer"},
    "programs": {"principal", "owner", "editor"},
    "program": {"principal", "owner", "editor"},
    "program-version-sign": set(),
    "grants": {"principal", "owner"},
    "songs": {"principal", "owner", "editor"},
    "song": {"principal", "owner", "editor"},
    "song-cover": {"principal", "owner", "editor"},
    "song-works": {"principal", "owner", "editor"},
    "studio-stem-file": {"principal", "owner", "editor"},
    "song-owners": {"principal", "owner", "editor"},
    "song-claim": {"principal"},
    "studio-label-answer": {"principal", "owner"},
    "studio-agreement-accept": {"principal"},
    "studio-import-confirm": {"principal"},
    "studio-agreement-end": {"principal", "owner"},
    "studio-offers": {"principal", "owner", "editor"},
    "studio-offer": {"principal", "owner", "editor"},
    "studio-tiers": {"principal", "owner", "editor"},
    "studio-tier": {"principal", "owner", "editor"},
    "studio-tier-archive": {"principal", "owner"},
    "studio-promotions": {"principal", "owner", "editor"},
    "studio-promotion-end": {"principal", "owner", "editor"},
    "profile": {"principal", "owner", "editor"},
    "profile-picture": {"principal", "owner", "editor"},
    "team-review-settings": {"principal", "owner"},
    "team-member": {"principal", "owner"},
    "team": {"principal", "owner"},
    "team-invitation": {"principal", "owner"},
}
"""Whose form a page does as it is asked; the others read a sentence, and nothing is changed. Version 1 has a signature.
The password was typed just now; tests/adversarial/test_stale_passwords.py asks without it."""


@pytest.mark.parametrize("role", ["principal", "owner", "editor", "reviewer"])
@pytest.mark.parametrize("name", sorted(ROLES_ALLOWED))
def test_a_role_does_what_it_may_and_no_more(scene: dict[str, Any], name: str, role: str) -> None:
    artist = scene["draft"].artist
    client = factories.fresh_client(factories.get_member(artist, role))
    target = artist.team.members.get(role="editor" if role != "editor" else "reviewer").pk
    own = {"slug": artist.slug, "draft": scene["draft"].pk, "program": scene["program"].pk, "member": target}
    own |= {"invitation": artist.team.invitations.get().pk, "song": scene["song"].pk, "claim": scene["claim"].pk}
    own |= {"upload": scene["upload"].pk, "promotion": scene["promotion"].pk}
    form = FORM_DATA | ({"do": "save"} if name == "program" else {})
    form |= {"role": "featured_artist"} if name == "song-owners" else {}
    own |= {"entry": artist.roster_entries.get().pk, "agreement": scene["agreement"].pk}
    own |= {"import": scene["named"].pk, "tier": scene["order"].price.version.tier_id, "offer": scene["offer"]}
    own |= {"statement": scene["statement"].pk, "promotion": scene["promotion"].pk}
    form |= {"role": "bass"} if name == "studio-stem-file" else {}
    form |= {"do": "accept"} if name == "studio-label-answer" else {}
    week = f"{timezone.localdate() + timedelta(days=7)}"
    form |= {"percent": "20", "months": "3", "last_day": week} if name == "studio-promotions" else {}
    form |= {"picture": SimpleUploadedFile("me.png", png())} if name in {"profile-picture", "song-cover"} else {}
    before = studio_state(scene), scene["program"].versions.count()

    answer = client.post(STUDIO_PAGES[name][0].format(**own), form)

    changed = (studio_state(scene), scene["program"].versions.count()) != before
    assert changed == (role in ROLES_ALLOWED[name]), answer.content
    assert answer.status_code == (302 if changed else 409)
