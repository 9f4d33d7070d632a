"""Fixtures of the attacks on the database, and of the people who have no business at an address."""

import copy
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from artists import invitation_mail
from catalog import audio_uploads
from fans.models import Experience
from rights import claims, parties, roster
from tests import factories
from tests.artists import requests_scene
from tests.artists.label import agreements
from tests.artists.royalties import scene as royalties
from tests.billing import factories as billing
from tests.rights import factories as owners
from tests.rights.imports.factories import bring_in


@pytest.fixture(scope="module")
def module_experience(module_db: None) -> Experience:
    """Of an artist whom no test makes: the others of the module see it, too."""
    return factories.create_experience(factories.create_artist("Ada Lune"))


@pytest.fixture
def experience(db: None, module_experience: Experience) -> Experience:
    return copy.deepcopy(module_experience)


@pytest.fixture
def media_root(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def scene(db: None, media_root: None, module_scene: dict[str, Any]) -> dict[str, Any]:
    """A studio with a draft to decide, an experience that arrived, and people who have no part in either."""
    return copy.deepcopy(module_scene)


@pytest.fixture(scope="module")
def module_scene(module_db: None) -> dict[str, Any]:
    artist, other = factories.create_artist("Mara Veil"), factories.create_artist("Ove Lind")
    draft = factories.create_pending_draft(artist)
    experience = factories.create_experience(artist)
    program, song = draft.version.program, factories.create_recording(artist, "Low Tide")
    party = parties.get_artist_party(artist)
    invitation_mail.invite(artist, "invited@example.com", "reviewer", by=factories.get_member(artist, "owner"))
    label = owners.create_party()
    entry = roster.propose(label, artist, by=owners.get_signer(label), fresh=True)
    claim = claims.claim(party, "recording_owner", recording=song, by=factories.get_staff(), share=5000)
    version = agreements.propose(label, party)
    work = owners.create_work(song)
    publisher = owners.create_party("label", "Third Shore")
    owners.add_to_roster(publisher, factories.create_artist("Ifeoma"))
    named = bring_in(publisher, "Hers,Ifeoma,Mara Veil", heading="title,artist,writers")
    order = billing.order_tier(artist, experience.person)
    offer = requests_scene.create_offer(artist)
    request = requests_scene.ask(experience.person, offer)
    promotion = billing.create_promotion(artist)
    [statement] = royalties.state(party)
    limits = f"/api/v1/studio/{artist.slug}/recordings/{song.pk}/remix-limits"
    upload = audio_uploads.begin(song, "drums.wav", 5, by=factories.get_member(artist, "editor").actor)
    tier = f"/api/v1/studio/{artist.slug}/tiers/{order.price.version.tier_id}"
    return {
        "promotion": promotion,
        "paths": {
            "api-tiers": f"/api/v1/studio/{artist.slug}/tiers",
            "api-tier": tier,
            "api-tier-versions": f"{tier}/versions",
            "api-tier-sell": f"{tier}/versions/1/sell",
            "api-promotions": f"/api/v1/studio/{artist.slug}/promotions",
            "api-promotion-end": f"/api/v1/studio/{artist.slug}/promotions/{promotion.pk}/end",
            "api-statements": f"/api/v1/studio/{artist.slug}/statements",
            "api-statement": f"/api/v1/studio/{artist.slug}/statements/{statement.pk}",
            "api-payouts": f"/api/v1/studio/{artist.slug}/payouts",
            "api-standing": f"/api/v1/studio/{artist.slug}/standing",
            "api-team": f"/api/v1/studio/{artist.slug}/team",
            "api-member": f"/api/v1/studio/{artist.slug}/team/{artist.team.members.order_by('pk')[0].pk}",
            "api-invitations": f"/api/v1/studio/{artist.slug}/team/invitations",
            "api-invitation": f"/api/v1/studio/{artist.slug}/team/invitations/{artist.team.invitations.get().pk}",
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
            "api-staff-disputes": "/api/v1/staff/disputes",
            "api-staff-dispute": f"/api/v1/staff/disputes/{claim.pk}",
            "api-staff-age": "/api/v1/staff/ages",
            "api-artist-labels": f"/api/v1/studio/{artist.slug}/labels",
            "api-artist-label-answer": f"/api/v1/studio/{artist.slug}/labels/{entry.pk}",
            "api-artist-label-end": f"/api/v1/studio/{artist.slug}/labels/{entry.pk}/end",
            "api-imports": f"/api/v1/studio/{artist.slug}/imports",
            "api-imports-named": f"/api/v1/studio/{artist.slug}/imports/named",
            "api-import": f"/api/v1/studio/{artist.slug}/imports/{named.pk}",
            "api-import-confirm": f"/api/v1/studio/{artist.slug}/imports/{named.pk}/confirm",
            "api-recordings": f"/api/v1/studio/{artist.slug}/recordings",
            "api-recording": f"/api/v1/studio/{artist.slug}/recordings/{song.pk}",
            "api-recording-cover": f"/api/v1/studio/{artist.slug}/recordings/{song.pk}/cover",
            "api-recording-owners": f"/api/v1/studio/{artist.slug}/recordings/{song.pk}/owners",
            "api-recording-works": f"/api/v1/studio/{artist.slug}/recordings/{song.pk}/works",
            "api-recording-work": f"/api/v1/studio/{artist.slug}/recordings/{song.pk}/works/{work.pk}",
            "api-recording-shares": f"/api/v1/studio/{artist.slug}/recordings/{song.pk}/shares",
            "api-recording-share": f"/api/v1/studio/{artist.slug}/recordings/{song.pk}/shares/{claim.pk}",
            "api-stems": f"/api/v1/studio/{artist.slug}/recordings/{song.pk}/stems",
            "api-stems-confirm": f"/api/v1/studio/{artist.slug}/recordings/{song.pk}/stems/confirm",
            "api-stems-listen": f"/api/v1/studio/{artist.slug}/recordings/{song.pk}/stems/listen",
            "api-stem-file": f"/api/v1/studio/{artist.slug}/recordings/{song.pk}/stems/files/{upload.pk}",
            "api-limits": limits,
            "api-limits-sign": f"{limits}/1/sign",
            "api-corners": f"{limits}/corners",
            "api-corner-heard": f"{limits}/corners/fast-low/heard",
            "api-programs": f"/api/v1/studio/{artist.slug}/programs",
            "api-program-versions": f"/api/v1/studio/{artist.slug}/programs/{program.pk}/versions",
            "api-program-version-sign": f"/api/v1/studio/{artist.slug}/programs/{program.pk}/versions/1/sign",
            "api-program-pause": f"/api/v1/studio/{artist.slug}/programs/{program.pk}/pause",
            "api-drafts": f"/api/v1/studio/{artist.slug}/drafts",
            "api-refused-moments": f"/api/v1/studio/{artist.slug}/moments/refused",
            "api-studio-shelf": f"/api/v1/studio/{artist.slug}/shelf",
            "api-studio-shelf-decide": f"/api/v1/studio/{artist.slug}/shelf/1/decisions",
            "api-shelf": f"/api/v1/artists/{artist.slug}/shelf",
            "api-shelf-report": "/api/v1/shelf/1/report",
            "api-experience-shelf": f"/api/v1/experiences/{experience.pk}/shelf",
            "api-draft": f"/api/v1/drafts/{draft.pk}",
            "api-draft-approve": f"/api/v1/drafts/{draft.pk}/approve",
            "api-draft-edit": f"/api/v1/drafts/{draft.pk}/edit",
            "api-draft-decline": f"/api/v1/drafts/{draft.pk}/decline",
            "api-draft-undo": f"/api/v1/drafts/{draft.pk}/undo",
            "api-staff-artists": "/api/v1/staff/artists",
            "api-staff-recordings": f"/api/v1/staff/artists/{artist.slug}/recordings",
            "api-staff-recording-work": f"/api/v1/staff/recordings/{song.pk}/works/{work.pk}",
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
        "upload": upload,
        "agreement": version,
        "named": named,
        "order": order,
        "offer": offer.program_id,
        "request": request,
        "statement": statement,
    }
