"""A remix that waits: who heard how much of it, the mark that follows, and what stops it."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models.functions import Now
from pytest_django import Settings

from artists import delivery, review
from artists.exceptions import InvalidRequest, Outdated
from artists.models import Draft
from artists.remixes import envelopes, hearing, limits, suggesting
from catalog.models import Artist
from fans import remix_models
from fans.models import Experience, Mark, RemixTry
from fans.remixes import find_remix
from rights.models import Decision
from tests import factories
from tests.artists import remix_drafts
from tests.artists.remix_scene import Scene, create_scene

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_undo_time")]


@pytest.fixture
def scene(artist: Artist, settings: Settings, tmp_path: Path) -> Scene:
    created = create_scene(artist, settings, tmp_path)
    created.sign(created.save())
    return created


def read(draft: Draft) -> Draft:
    return Draft.objects.select_related("decision__under").get(pk=draft.pk)


@pytest.mark.parametrize(("maker", "mark"), [("desk", Mark.REMIXED), ("rules", Mark.APPROVED), ("team", Mark.APPROVED)])
def test_who_hears_it_to_its_end_gives_the_mark_of_who_chose(scene: Scene, maker: str, mark: Mark) -> None:
    draft = remix_drafts.write_remix(scene, maker=maker)
    hearing.note_opened(draft, by=scene.principal)

    review.approve(draft.pk, by=scene.principal)

    decided = read(draft)
    assert (decided.mark, decided.credit) == (mark, scene.recording.artist.name)
    assert decided.decision
    assert decided.decision.under
    assert (decided.decision.under.kind, decided.decision.heard_seconds) == (Decision.Kind.ENVELOPE, 0)


@pytest.mark.parametrize("role", ["principal", "reviewer"])
def test_unheard_it_is_within_bounds_that_a_principal_signed_whoever_approves_it(scene: Scene, role: str) -> None:
    draft = remix_drafts.write_remix(scene, frames=44_100)
    person = scene.principal if role == "principal" else factories.add_member(scene.recording.artist, role)
    hearing.note_opened(draft, by=person)

    review.approve(draft.pk, by=person)

    decided = read(draft)
    assert (decided.mark, decided.credit) == (Mark.BOUNDS, scene.recording.artist.name)
    assert decided.decision
    assert (decided.decision.role, decided.decision.heard_seconds) == (role, 0)


def test_nobody_edits_a_sound(scene: Scene) -> None:
    draft = remix_drafts.write_remix(scene)

    with pytest.raises(InvalidRequest, match="Nobody can edit a sound here"):
        review.edit(draft.pk, "Hello!", by=scene.principal, fresh=True)

    assert read(draft).text == draft.text


def test_a_remix_beyond_limits_that_became_narrower_is_withdrawn_at_approval(scene: Scene) -> None:
    draft = remix_drafts.write_remix(scene)
    scene.sign(scene.save(tempo_percent=(95, 105)))

    with pytest.raises(Outdated):
        review.approve(draft.pk, by=scene.principal)

    assert (read(draft).state, read(draft).reason) == (
        "withdrawn",
        "outdated: the limits of this song are narrower now",
    )


def end_limits(scene: Scene) -> None:
    envelopes.end(scene.recording, by=scene.principal)


def narrow_limits(scene: Scene) -> None:
    scene.sign(scene.save(rooms=("none", "kitchen")))


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[Scene], None]:
    """What lets a year pass for whoever asks which limits hold."""
    return lambda scene: monkeypatch.setattr(remix_models, "Now", lambda: Now() + timedelta(days=366))


@pytest.mark.parametrize("change", [end_limits, narrow_limits, None])
def test_before_it_is_delivered_the_limits_are_asked_again(
    scene: Scene, later: Callable[[Scene], None], change: Callable[[Scene], None] | None
) -> None:
    draft = remix_drafts.write_remix(scene)
    review.approve(draft.pk, by=scene.principal)
    (change or later)(scene)

    assert delivery.deliver_next()

    reason = limits.REASON_NARROWER if change is narrow_limits else limits.REASON_ENDED
    assert (read(draft).state, read(draft).reason) == ("withdrawn", reason)
    assert not Experience.objects.exists()


def test_a_remix_is_not_approved_after_the_last_day_of_its_limits(scene: Scene, later: Callable[[Scene], None]) -> None:
    draft = remix_drafts.write_remix(scene)
    later(scene)

    with pytest.raises(Outdated):
        review.approve(draft.pk, by=scene.principal)

    assert (read(draft).state, read(draft).reason) == ("withdrawn", limits.REASON_ENDED)


def test_a_newer_version_that_allows_it_is_what_it_is_delivered_under(scene: Scene) -> None:
    draft = remix_drafts.write_remix(scene)
    newer = scene.sign(scene.save(tempo_percent=(88, 112)))

    experience = remix_drafts.deliver(draft)

    assert experience.kind == "remix"
    assert experience.decision.under == newer.decision


def test_another_remix_that_is_suggested_lies_among_the_fans_tries(scene: Scene) -> None:
    draft = remix_drafts.write_remix(scene)
    remix = find_remix(draft.maker, draft.text)
    assert remix
    other = remix.recipe.__class__.parse(remix.recipe.to_json().replace('"tempo_percent":90', '"tempo_percent":95'))

    suggesting.suggest_instead(draft.pk, other, by=scene.principal, revision=1)

    assert (read(draft).state, read(draft).reason) == ("declined", "declined: suggested another remix")
    kept = RemixTry.objects.get(person=draft.person, recording=scene.recording)
    assert (kept.recipe, kept.from_artist, kept.number, kept.choice) == (other.to_json(), True, 1, "team")


def test_a_decline_that_is_undone_suggests_nothing(scene: Scene) -> None:
    factories.set_undo_time(scene.recording.artist, 3600)
    draft, other = remix_drafts.write_remix(scene), remix_drafts.write_remix(scene, tempo_percent=95)
    remix, fans_own = find_remix(draft.maker, draft.text), find_remix(other.maker, other.text)
    assert remix
    assert fans_own
    own = RemixTry.objects.create(
        person=draft.person, recording=scene.recording, number=1, recipe=remix.recipe.to_json(), choice="hand"
    )
    suggesting.suggest_instead(draft.pk, fans_own.recipe, by=scene.principal, revision=1)
    assert RemixTry.objects.count() == 2

    review.undo(draft.pk, by=scene.principal)

    assert (read(draft).state, RemixTry.objects.get()) == ("pending", own)


def test_where_a_fan_keeps_ten_tries_nothing_is_declined(scene: Scene) -> None:
    draft = remix_drafts.write_remix(scene)
    remix = find_remix(draft.maker, draft.text)
    assert remix
    for number in range(1, 11):
        RemixTry.objects.create(
            person=draft.person, recording=scene.recording, number=number, recipe=f"{number}", choice="hand"
        )

    with pytest.raises(InvalidRequest, match="no room"):
        suggesting.suggest_instead(draft.pk, remix.recipe, by=scene.principal)

    assert read(draft).state == "pending"
