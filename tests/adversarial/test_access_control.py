"""Everybody who has no business there, at every address there is. The addresses come from the URL table:
a new one that is not placed here fails the first test."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from pytest_django import Settings

from accounts import tokens
from accounts.models import Token
from artists import invitation_mail
from catalog.models import Work
from fans import mutes
from listens.models import Listen
from rights import claims, parties, roster
from rights.models import AgreementVersion, Claim
from tests import factories
from tests.adversarial.test_label_access import LABEL_API, LABEL_PAGES
from tests.artists.label import agreements
from tests.catalog.pictures import png
from tests.operator import addresses as operator
from tests.rights import factories as owners

# What an address is about decides who may see it.
PUBLIC_NAMES = {
    "home", "feed", "health", "api-schema", "receipt", "receipt-json", "invitation", "picture",
    # tests/listens/listenbrainz asks them: they know people by tokens, not by sessions
    "submit-listens", "validate-token", "user-listens", "listen-count", "playing-now", "unknown-address",
}  # fmt: skip
SIGNED_IN_NAMES = {
    "api-me", "api-tokens", "api-token", "api-experiences", "api-experience", "api-notices", "api-opt-in",
    "experience-report", "studios", "labels", "player-plays", "api-listens", "api-listen",
    "api-labels",
}  # fmt: skip
STAFF_API_NAMES = {
    "api-staff-artists", "api-staff-recordings", "api-staff-main-recording", "api-staff-parties",
    "api-staff-signatories", "api-staff-party-invitations", "api-staff-party-mandate", "api-staff-isrc-prefixes",
    "api-staff-isrc-prefix", "api-staff-split-schemes",
}  # fmt: skip
STAFF_PAGE_NAMES = {"staff-reports", "staff-report-handle", "staff-claims", "staff-claim-settle"}
STUDIO_API_NAMES = {
    "api-team", "api-grants", "api-grant-songs", "api-grant-effect", "api-review-settings", "api-programs",
    "api-program-versions", "api-program-version-sign",
    "api-program-pause", "api-drafts", "api-refused-moments", "api-draft", "api-draft-approve", "api-draft-edit",
    "api-draft-decline",
    "api-draft-undo", "api-agreements", "api-agreement", "api-agreement-effect", "api-agreement-accept",
    "api-agreement-end", "api-profile", "api-profile-picture", "api-recordings", "api-recording", "api-recording-cover",
    "api-recording-owners", "api-recording-works", "api-recording-shares", "api-recording-share",
}  # fmt: skip
# The studio's pages, each with the methods it has. `{draft}`, `{program}`, `{member}`, `{invitation}` are one studio's.
STUDIO_PAGES = {
    "studio": ("/studio/{slug}/", "get"),
    "studio-tasks": ("/studio/{slug}/tasks", "get"),
    "review": ("/studio/{slug}/review", "get"),
    "review-count": ("/studio/{slug}/review/count", "get"),
    "review-item": ("/studio/{slug}/review/{draft}", "get"),
    "review-approve": ("/studio/{slug}/review/{draft}/approve", "post"),
    "review-decline": ("/studio/{slug}/review/{draft}/decline", "post"),
    "review-edit": ("/studio/{slug}/review/{draft}/edit", "get post"),
    "review-mark-preview": ("/studio/{slug}/review/{draft}/mark", "post"),
    "review-skip": ("/studio/{slug}/review/{draft}/skip", "post"),
    "review-undo": ("/studio/{slug}/review/{draft}/undo", "post"),
    "review-hold-renew": ("/studio/{slug}/review/{draft}/hold", "post"),
    "review-queue": ("/studio/{slug}/review/queue?on={draft}", "get"),
    "review-hold-release": ("/studio/{slug}/review/{draft}/leave", "post"),
    "programs": ("/studio/{slug}/programs", "get post"),
    "program": ("/studio/{slug}/programs/{program}", "get post"),
    "program-preview": ("/studio/{slug}/programs/{program}/preview", "post"),
    "program-pause": ("/studio/{slug}/programs/{program}/pause", "post"),
    "program-version": ("/studio/{slug}/programs/{program}/versions/1", "get"),
    "program-version-sign": ("/studio/{slug}/programs/{program}/versions/1/sign", "post"),
    "grants": ("/studio/{slug}/grants", "get post"),
    "songs": ("/studio/{slug}/songs", "get post"),
    "song": ("/studio/{slug}/songs/{song}", "get post"),
    "song-cover": ("/studio/{slug}/songs/{song}/cover", "post"),
    "song-works": ("/studio/{slug}/songs/{song}/works", "post"),
    "song-owners": ("/studio/{slug}/songs/{song}/owners", "post"),
    "song-claim": ("/studio/{slug}/songs/{song}/claims/{claim}", "post"),
    "studio-labels": ("/studio/{slug}/labels", "get"),
    "studio-label-answer": ("/studio/{slug}/labels/{entry}", "post"),
    "studio-agreements": ("/studio/{slug}/agreements", "get"),
    "studio-agreement": ("/studio/{slug}/agreements/{agreement}", "get"),
    "studio-agreement-accept": ("/studio/{slug}/agreements/{agreement}/accept", "post"),
    "studio-agreement-end": ("/studio/{slug}/agreements/{agreement}/end", "post"),
    "profile": ("/studio/{slug}/profile", "get post"),
    "profile-picture": ("/studio/{slug}/profile/picture", "post"),
    "team": ("/studio/{slug}/team", "get post"),
    "team-review-settings": ("/studio/{slug}/team/review-settings", "post"),
    "team-member": ("/studio/{slug}/team/{member}", "post"),
    "team-invitation": ("/studio/{slug}/team/invitations/{invitation}", "post"),
    "sent": ("/studio/{slug}/delivered", "get"),
    "history": ("/studio/{slug}/history", "get"),
}
# A fan's pages, each with the methods it has. What names something of one fan is there for nobody else.
FAN_PAGES = {
    "feed-new": ("/feed/new?after=0", "get"),
    "feed-activity": ("/feed/notices", "get"),
    "feed-toast": ("/feed/toast", "get"),
    "feed-hide-ai": ("/feed/hide-ai", "post"),
    "new-words-later": ("/feed/new-words/later", "post"),
    "artists": ("/artists/", "get"),
    "artist": ("/artists/{slug}", "get"),
    "artist-opt-in": ("/artists/{slug}/opt-in", "post"),
    "artist-listen-count": ("/artists/{slug}/heard", "get"),
    "listening": ("/listening", "get"),
    "listening-incognito": ("/listening/incognito", "post"),
    "recording-audio": ("/media/1", "get"),
    "welcome": ("/welcome", "get"),
    "welcome-token": ("/welcome/token", "post"),
    "welcome-first-listen": ("/welcome/heard", "get"),
    "welcome-artists": ("/welcome/artists", "get"),
    "welcome-done": ("/welcome/done", "post"),
    "settings": ("/settings", "get"),
    "settings-name": ("/settings/name", "post"),
    "settings-name-note": ("/settings/name/note", "post"),
    "settings-time-zone": ("/settings/time-zone", "post"),
    "settings-tokens": ("/settings/tokens", "post"),
}
FAN_OWNED_PAGES = {
    "listen-delete": ("/listening/{listen}/delete", "post"),
    "listen-separate": ("/listening/{listen}/separate", "post"),
    "experience": ("/experiences/{experience}", "get"),
    "experience-open": ("/experiences/{experience}/opened", "post"),
    "experience-pause": ("/experiences/{experience}/pause", "post"),
    "settings-token-revoke": ("/settings/tokens/{token}/revoke", "post"),
    "settings-program-resume": ("/settings/pauses/{mute}/resume", "post"),
}
FORM_DATA = {
    "use": "personal_message", "on": "0", "text": "Mine", "email": "a@example.com", "role": "owner", "seconds": "9",
    "do": "pause", "name": "Mine", "template": "Mine {plays}", "locale": "en", "times": "7", "revision": "1",
    "separate": "yes", "about": "Mine", "spot": "sea", "title": "Mine", "share": "50",
    "switch_off": "personal_message",
}  # fmt: skip
METHODS = ("get", "post", "put", "patch", "delete")


def url_patterns(resolver: URLResolver | None = None) -> list[URLPattern]:
    found: list[URLPattern] = []
    for entry in (resolver or get_resolver()).url_patterns:
        found += url_patterns(entry) if isinstance(entry, URLResolver) else [entry]
    return found


def url_names() -> set[str]:
    every = {str(pattern.name) for pattern in url_patterns()}
    return {name for name in every if not name.startswith("account_")}


def test_every_address_has_its_place_here() -> None:
    assert (
        url_names()
        == PUBLIC_NAMES
        | SIGNED_IN_NAMES
        | STAFF_API_NAMES
        | STAFF_PAGE_NAMES
        | STUDIO_API_NAMES
        | STUDIO_PAGES.keys()
        | set(FAN_PAGES)
        | set(FAN_OWNED_PAGES)
        | LABEL_API.keys()
        | LABEL_PAGES.keys()  # tests/adversarial/test_label_access.py asks for each of them
        | operator.URL_NAMES  # tests/operator/test_access.py asks for each of them
    )


@pytest.fixture(autouse=True)
def media_root(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def scene(db: None) -> dict[str, Any]:
    """A studio with a draft to decide, an experience that arrived, and people who have no part in either."""
    artist, other = factories.create_artist("Mara Veil"), factories.create_artist("Ove Lind")
    draft = factories.create_pending_draft(artist)
    experience = factories.create_experience(artist)
    program, song = draft.version.program, factories.create_recording(artist, "Low Tide")
    party = parties.get_artist_party(artist)
    invitation_mail.invite(artist, "invited@example.com", "reviewer", by=factories.get_member(artist, "owner"))
    label = owners.create_party()
    roster.propose(label, artist, by=owners.get_signer(label), fresh=True)
    claim = claims.claim(party, "recording_owner", recording=song, by=factories.get_staff(), share=5000)
    version = agreements.propose(label, party)
    return {
        "paths": {
            "api-team": f"/api/v1/studio/{artist.slug}/team",
            "api-grants": f"/api/v1/studio/{artist.slug}/grants",
            "api-grant-songs": f"/api/v1/studio/{artist.slug}/grants/songs",
            "api-grant-effect": f"/api/v1/studio/{artist.slug}/grants/effect?use=remix",
            "api-review-settings": f"/api/v1/studio/{artist.slug}/review-settings",
            "api-profile": f"/api/v1/studio/{artist.slug}/profile",
            "api-profile-picture": f"/api/v1/studio/{artist.slug}/profile/picture",
            "api-agreements": f"/api/v1/studio/{artist.slug}/agreements",
            "api-agreement": f"/api/v1/studio/{artist.slug}/agreements/{version.pk}",
            "api-agreement-effect": f"/api/v1/studio/{artist.slug}/agreements/{version.pk}/dry-run",
            "api-agreement-accept": f"/api/v1/studio/{artist.slug}/agreements/{version.pk}/accept",
            "api-agreement-end": f"/api/v1/studio/{artist.slug}/agreements/{version.pk}/end",
            "api-staff-split-schemes": "/api/v1/staff/split-schemes",
            "api-recordings": f"/api/v1/studio/{artist.slug}/recordings",
            "api-recording": f"/api/v1/studio/{artist.slug}/recordings/{song.pk}",
            "api-recording-cover": f"/api/v1/studio/{artist.slug}/recordings/{song.pk}/cover",
            "api-recording-owners": f"/api/v1/studio/{artist.slug}/recordings/{song.pk}/owners",
            "api-recording-works": f"/api/v1/studio/{artist.slug}/recordings/{song.pk}/works",
            "api-recording-shares": f"/api/v1/studio/{artist.slug}/recordings/{song.pk}/shares",
            "api-recording-share": f"/api/v1/studio/{artist.slug}/recordings/{song.pk}/shares/{claim.pk}",
            "api-programs": f"/api/v1/studio/{artist.slug}/programs",
            "api-program-versions": f"/api/v1/studio/{artist.slug}/programs/{program.pk}/versions",
            "api-program-version-sign": f"/api/v1/studio/{artist.slug}/programs/{program.pk}/versions/1/sign",
            "api-program-pause": f"/api/v1/studio/{artist.slug}/programs/{program.pk}/pause",
            "api-drafts": f"/api/v1/studio/{artist.slug}/drafts",
            "api-refused-moments": f"/api/v1/studio/{artist.slug}/moments/refused",
            "api-draft": f"/api/v1/drafts/{draft.pk}",
            "api-draft-approve": f"/api/v1/drafts/{draft.pk}/approve",
            "api-draft-edit": f"/api/v1/drafts/{draft.pk}/edit",
            "api-draft-decline": f"/api/v1/drafts/{draft.pk}/decline",
            "api-draft-undo": f"/api/v1/drafts/{draft.pk}/undo",
            "api-staff-artists": "/api/v1/staff/artists",
            "api-staff-recordings": f"/api/v1/staff/artists/{artist.slug}/recordings",
            "api-staff-main-recording": f"/api/v1/staff/recordings/{factories.create_recording(artist).pk}/main",
            "api-staff-parties": "/api/v1/staff/parties",
            "api-staff-signatories": f"/api/v1/staff/parties/{label.pk}/signatories",
            "api-staff-party-invitations": f"/api/v1/staff/parties/{label.pk}/invitations",
            "api-staff-party-mandate": f"/api/v1/staff/parties/{label.pk}/mandate",
            "api-staff-isrc-prefixes": f"/api/v1/staff/parties/{label.pk}/isrc-prefixes",
            "api-staff-isrc-prefix": f"/api/v1/staff/parties/{label.pk}/isrc-prefixes/PTABC",
            "api-experience": f"/api/v1/experiences/{experience.pk}",
            "api-labels": "/api/v1/labels",
        },
        "strangers": [
            owners.get_signer(label),
            factories.create_fan("stranger"),
            factories.get_member(other, "reviewer"),
            factories.get_member(other, "principal"),
        ],
        "team": [factories.get_member(artist, role) for role in ("principal", "owner", "editor", "reviewer")],
        "draft": draft,
        "experience": experience,
        "other": other,
        "program": program,
        "song": song,
        "claim": claim,
        "agreement": version,
    }


def test_no_studio_opens_to_somebody_outside_the_team(scene: dict[str, Any]) -> None:
    body = {
        "use": "personal_message",
        "on": True,
        "text": "Mine",
        "email": "a@example.com",
        "role": "owner",
        "revision": 1,
    }
    for person in scene["strangers"]:
        client = Client()
        client.force_login(person)
        for name in sorted(STUDIO_API_NAMES):
            for method in METHODS:
                answer = getattr(client, method)(scene["paths"][name], body, content_type="application/json")
                assert answer.status_code in {404, 405}, (name, method, person.handle, answer.content)

    scene["draft"].refresh_from_db()
    assert scene["draft"].state == "pending"


def test_somebody_elses_program_is_not_in_ones_own_studio(scene: dict[str, Any]) -> None:
    client = Client()
    client.force_login(factories.get_member(scene["other"], "principal"))

    answer = client.get(f"/api/v1/studio/{scene['other'].slug}/programs/{scene['program'].pk}/versions")

    assert answer.status_code == 404


def test_what_reached_a_fan_is_there_for_nobody_else(scene: dict[str, Any]) -> None:
    for person in [*scene["strangers"], *scene["team"]]:
        client = Client()
        client.force_login(person)
        for method in ("get", "post"):
            assert getattr(client, method)(scene["paths"]["api-experience"]).status_code == 404
        assert client.get("/api/v1/experiences").json()["results"] == []

    client.force_login(scene["experience"].person)
    assert client.get(scene["paths"]["api-experience"]).json()["text"] == scene["experience"].text


def test_only_staff_create_artists(scene: dict[str, Any]) -> None:
    for person in [*scene["strangers"], *scene["team"]]:
        client = Client()
        client.force_login(person)
        for name in sorted(STAFF_API_NAMES):
            assert client.post(scene["paths"][name], {}, content_type="application/json").status_code == 403


def test_nobody_without_a_session_gets_past_the_door(scene: dict[str, Any]) -> None:
    own = [f"/api/v1/{name}" for name in ("me", "tokens", "experiences", "listens", "listens/1", "notices")]
    for path in [*scene["paths"].values(), *own]:
        for method in METHODS:
            answer = getattr(Client(), method)(path, {}, content_type="application/json")
            assert answer.status_code == 403, (method, path)


def test_a_write_needs_the_csrf_token(scene: dict[str, Any]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(factories.get_member(scene["draft"].artist, "principal"))

    answer = client.post(scene["paths"]["api-draft-approve"], {}, content_type="application/json")

    assert answer.status_code == 403
    scene["draft"].refresh_from_db()
    assert scene["draft"].state == "pending"


def studio_requests(scene: dict[str, Any], slug: str | None = None) -> list[tuple[str, str, str]]:
    """Name, address and method of every page of the studio, about the objects of Mara Veil's."""
    artist = scene["draft"].artist
    own = {"draft": scene["draft"].pk, "program": scene["program"].pk, "member": artist.team.members.last().pk}
    own |= {"invitation": artist.team.invitations.get().pk, "song": scene["song"].pk, "claim": scene["claim"].pk}
    own |= {"entry": artist.roster_entries.get().pk, "agreement": scene["agreement"].pk}
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
    grace = artist.review_settings.grace_seconds
    return members, asked, programs, grants, draft, grace, profile, songs, owned, asks


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
    "song-owners": {"principal", "owner", "editor"},
    "song-claim": {"principal"},
    "studio-label-answer": {"principal", "owner"},
    "studio-agreement-accept": {"principal"},
    "studio-agreement-end": {"principal", "owner"},
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
    form = FORM_DATA | ({"do": "save"} if name == "program" else {})
    form |= {"role": "featured_artist"} if name == "song-owners" else {}
    own |= {"entry": artist.roster_entries.get().pk, "agreement": scene["agreement"].pk}
    form |= {"do": "accept"} if name == "studio-label-answer" else {}
    form |= {"picture": SimpleUploadedFile("me.png", png())} if name in {"profile-picture", "song-cover"} else {}
    before = studio_state(scene), scene["program"].versions.count()

    answer = client.post(STUDIO_PAGES[name][0].format(**own), form)

    changed = (studio_state(scene), scene["program"].versions.count()) != before
    assert changed == (role in ROLES_ALLOWED[name]), answer.content
    assert answer.status_code == (302 if changed else 409)


def test_a_fans_pages_are_for_who_signed_in_and_what_is_theirs_for_nobody_else(
    scene: dict[str, Any],
) -> None:
    experience = scene["experience"]
    token, _ = tokens.create(experience.person, "phone", by=experience.person)
    mute = mutes.pause(experience.person, scene["program"].pk, experience.artist)
    [heard] = factories.insert_listens(experience.person, experience.artist)
    own = {"slug": experience.artist.slug, "experience": experience.pk, "token": token.pk, "mute": mute.pk}
    own["listen"] = heard.id

    for name, (path, method) in {**FAN_PAGES, **FAN_OWNED_PAGES}.items():
        answer = getattr(Client(), method)(path.format(**own))
        assert (answer.status_code, answer["Location"][:17]) == (302, "/accounts/login/?"), name
    for person in [*scene["strangers"], *scene["team"]]:
        client = Client()
        client.force_login(person)
        for name, (path, method) in FAN_OWNED_PAGES.items():
            assert getattr(client, method)(path.format(**own)).status_code == 404, (name, person.handle)

    assert Token.objects.usable().filter(pk=token.pk).exists()
    assert mutes.muted_pairs({(experience.person_id, scene["program"].pk)})
    assert Listen.objects.filter(pk=heard.id, retracted_at=None).exists()
