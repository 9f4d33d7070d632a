"""Envelopes of remixes: who signs them, when a second signature is needed, and what fans are offered."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from accounts import roles
from accounts.exceptions import NotAllowed, ReauthenticationRequired
from ai.remix.source import SAMPLE_RATE
from artists.exceptions import InvalidRequest, Stale
from artists.models import RemixEnvelope
from artists.remixes import corners, envelopes
from audit.models import Entry
from catalog.models import Artist
from fans.models import RemixOffer, Render
from rights import grants
from rights.models import Use
from tests import factories
from tests.artists import remix_scene
from tests.artists.remix_scene import Scene
from tests.module_scenes import share_scene_with_audio

pytestmark = pytest.mark.django_db
NARROW, WIDE = (90, 110), (80, 120)


@pytest.fixture
def artist(shared_artist: Artist) -> Artist:
    return shared_artist


module_scene, scene = share_scene_with_audio(remix_scene.create_scene_in)


def is_offered(scene: Scene, envelope: RemixEnvelope | None) -> bool:
    """Whether fans are offered this envelope, or none at all."""
    offers = RemixOffer.objects.open().filter(recording=scene.recording)
    return list(offers.values_list("envelope", flat=True)) == ([envelope.pk] if envelope else [])


def test_a_principal_who_heard_every_corner_signs_and_fans_are_offered_it(scene: Scene) -> None:
    envelope = scene.save()
    remix_scene.make_sound(envelope)
    with pytest.raises(InvalidRequest, match="8 are left"):
        envelopes.sign(envelope, by=scene.principal, fresh=True)
    remix_scene.hear(envelope, scene.owner)
    with pytest.raises(NotAllowed, match="principal"):
        envelopes.sign(envelope, by=scene.owner, fresh=True)
    remix_scene.hear(envelope, scene.principal)
    with pytest.raises(ReauthenticationRequired):
        envelopes.sign(envelope, by=scene.principal, fresh=False)

    signed = envelopes.sign(envelope, by=scene.principal, fresh=True)

    offer, decision = RemixOffer.objects.get(), signed.decision
    assert decision
    assert is_offered(scene, signed)
    assert offer.content == signed.content
    assert offer.envelope_hash == signed.envelope_hash == decision.content_hash
    assert envelopes.find_current(scene.recording) == signed
    assert signed.expires_at.date() == date(2027, 6, 1)
    actions = Entry.objects.filter(subject=str(envelope)).order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["envelope.saved", "envelope.signed", "envelope.in_force"]


def test_a_narrower_version_counts_at_once_and_ends_the_one_before(scene: Scene) -> None:
    first = scene.sign(scene.save())

    second = scene.sign(scene.save(tempo_percent=NARROW))

    first.refresh_from_db()
    assert (first.ended_by, envelopes.find_current(scene.recording)) == (scene.principal.actor, second)
    assert is_offered(scene, second)


def test_a_wider_version_waits_for_somebody_else_of_the_team(scene: Scene) -> None:
    first = scene.sign(scene.save())
    wider = scene.sign(scene.save(tempo_percent=WIDE))
    assert wider.in_force_from is None
    assert is_offered(scene, first)
    editor = factories.get_member(scene.recording.artist, "editor")

    with pytest.raises(NotAllowed, match="You signed first"):
        envelopes.sign(wider, by=scene.principal, fresh=True)
    with pytest.raises(NotAllowed, match="a principal’s or an owner’s"):
        envelopes.sign(wider, by=editor, fresh=True)
    with pytest.raises(ReauthenticationRequired):
        envelopes.sign(wider, by=scene.owner, fresh=False)
    wider = envelopes.sign(wider, by=scene.owner, fresh=True)

    assert wider.second
    assert wider.second.under == wider.decision
    assert is_offered(scene, wider)
    with pytest.raises(Stale):
        envelopes.sign(wider, by=scene.owner, fresh=True)


def test_ending_an_envelope_does_not_let_a_wider_one_in_without_a_second(scene: Scene) -> None:
    scene.sign(scene.save())
    envelopes.end(scene.recording, by=scene.owner)
    assert is_offered(scene, None)

    wider = scene.sign(scene.save(tempo_percent=WIDE))

    assert wider.in_force_from is None
    assert is_offered(scene, None)


def test_somebody_alone_in_the_team_signs_a_wider_version_again_a_day_later(scene: Scene) -> None:
    roles.remove_member(scene.recording.artist.team, scene.owner, by=scene.principal)
    scene.sign(scene.save())
    wider = scene.sign(scene.save(tempo_percent=WIDE))

    with pytest.raises(InvalidRequest, match="a day later: from"):
        envelopes.sign(wider, by=scene.principal, fresh=True)

    assert envelopes.may_sign_again(wider, scene.principal)
    assert RemixEnvelope.objects.get(pk=wider.pk).second is None


def test_other_stems_are_wider_whatever_else_is_said(scene: Scene, tmp_path: Path) -> None:
    scene.sign(scene.save())
    newer = Scene(
        scene.recording,
        remix_scene.confirm(scene.recording, tmp_path, first_beat_frame=500),
        scene.principal,
        scene.owner,
    )

    assert newer.sign(newer.save()).in_force_from is None


def test_limits_that_do_not_fit_are_refused(scene: Scene) -> None:
    with pytest.raises(InvalidRequest, match="must lie ahead"):
        scene.save(expires=timezone.now().date() - timedelta(days=1))
    with pytest.raises(InvalidRequest, match="another source"):
        scene.save(source="0" * 64)
    with pytest.raises(NotAllowed):
        envelopes.save(scene.recording, scene.bounds, by=factories.get_member(scene.recording.artist, "reviewer"))
    other = factories.create_recording(scene.recording.artist, "Low Tide")
    with pytest.raises(InvalidRequest, match="Bring the parts"):
        envelopes.save(other, scene.bounds, by=scene.principal)


def test_only_the_newest_version_is_signed(scene: Scene) -> None:
    older = scene.save()
    remix_scene.hear(older, scene.principal)
    scene.save(tempo_percent=NARROW)

    with pytest.raises(Stale, match="Version 2 is newer"):
        envelopes.sign(older, by=scene.principal, fresh=True)


def test_corners_of_a_newer_version_replace_those_that_nobody_began(scene: Scene) -> None:
    scene.save()
    newer = scene.save(tempo_percent=NARROW)

    states = {state: Render.objects.filter(state=state).count() for state in ("replaced", "wanted")}
    assert states == {"replaced": 8, "wanted": 8}
    assert [corner.name for corner in newer.corners.all()][:4] == ["slow-low", "fast-low", "slow-high", "fast-high"]


def test_a_corner_is_heard_once_its_length_has_passed(scene: Scene) -> None:
    envelope = scene.save()
    corner = envelope.corners.select_related("render")[0]
    with pytest.raises(InvalidRequest, match="no sound"):
        corners.note_heard(corner, by=scene.principal)
    remix_scene.make_sound(envelope)
    Render.objects.update(frames=20 * SAMPLE_RATE)
    corner = envelope.corners.select_related("render")[0]
    with pytest.raises(InvalidRequest, match="to its end"):
        corners.note_heard(corner, by=scene.principal)
    corners.note_opened(corner, by=scene.principal)
    with pytest.raises(InvalidRequest, match="to its end"):
        corners.note_heard(corner, by=scene.principal)

    assert corners.list_heard(envelope, by=scene.principal) == set()


def test_without_a_yes_of_every_owner_no_corner_is_rendered(scene: Scene, artist: Artist) -> None:
    grants.switch_off(artist, Use.REMIX, by=scene.principal, recording=scene.recording)
    grants.switch_off(artist, Use.REMIX, by=scene.principal)
    envelope = scene.save()

    refusal = corners.want(envelope, by=scene.principal)

    assert refusal is not None
    assert "Mara Veil" in refusal.missing[0]
    assert not Render.objects.exists()
