"""Remixes by moment: rules choose them from a fan's listening, the team hears them, and nobody pays."""

import hashlib
from pathlib import Path

import msgspec
import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import Person
from ai.remix.recipe import StemChange
from artists import delivery, programs, review, withdrawal
from artists.drafts import REASON_NO_RULES, REASON_OPTED_OUT
from artists.exceptions import InvalidRequest
from artists.fact_checks import REASON_NOT_REACHED
from artists.models import Draft, ExperienceRequest, Moment, Program
from artists.remixes import drafting, envelopes, hearing, offers, sounds
from catalog.models import Artist
from fans import opt_ins, remix_paper, render_worker
from fans.desk import state
from fans.desk_models import RemixPart
from fans.models import Experience, RecordingEngagement, RemixOffer, Render
from rights import grants
from rights.models import Use
from tests import factories
from tests.artists import remix_drafts, remix_request_scene, remix_scene
from tests.artists.remix_scene import Scene
from tests.artists.studio.pages import visible_text
from tests.module_scenes import share_scene_with_audio

pytestmark = pytest.mark.django_db
AT_NIGHT, IN_THE_MORNING, BY_DAY = "Australia/Sydney", "America/New_York", "Europe/Lisbon"
"""Where it is so when `factories` lets a fan listen: at noon in UTC."""


def create_song_and_program(artist: Artist, folder: Path) -> tuple[Scene, Program]:
    """Its parts cannot be heard."""
    created = remix_scene.create_signed_scene_in(artist, folder)
    return created, remix_drafts.create_program(created)


module_scene, shared = share_scene_with_audio(create_song_and_program)


@pytest.fixture
def scene(shared: tuple[Scene, Program]) -> Scene:
    return shared[0]


@pytest.fixture
def program(shared: tuple[Scene, Program]) -> Program:
    return shared[1]


def create_fan(artist: Artist, zone: str = BY_DAY) -> Person:
    return factories.create_fan(opted_in=artist, time_zone=zone)


def find_moment(fan: Person) -> Moment:
    return Moment.objects.select_related("render").get(person=fan)


def choose(program: Program, fan: Person) -> Render:
    """The sound that is wanted for this fan, who reaches the number."""
    factories.create_moment(program, fan)
    assert drafting.work()
    render = find_moment(fan).render
    assert render
    return render


def refuse(program: Program, fan: Person) -> str:
    """Why this fan, who reached the number, gets nothing. Nothing is rendered."""
    drafting.work()
    moment = find_moment(fan)
    assert moment.state == "refused"
    assert not Render.objects.filter(kind="full", state__in=["wanted", "rendering"]).exists()
    return moment.reason


def test_a_fan_of_the_night_hears_the_slower_remix_that_the_artist_heard_and_pays_nothing(
    settings: Settings, tmp_path: Path
) -> None:
    artist = factories.create_artist("Ada Lune")
    factories.remove_undo_time(artist)
    settings.RENDER_CACHE = tmp_path / "renders"
    settings.PROVENANCE_PRACTICE, settings.PROVENANCE_FOLDER = True, tmp_path / "keys"
    scene = remix_scene.create_sounding_scene(artist, settings, tmp_path)
    scene.sign(scene.save())
    fan = create_fan(artist, AT_NIGHT)
    factories.create_moment(remix_drafts.create_program(scene), fan)
    remix_request_scene.work()
    draft = Draft.objects.get(person=fan)
    principal = factories.signed_in_client(scene.principal)
    item = f"/studio/{artist.slug}/review/{draft.pk}"

    page = visible_text(principal.get(item))
    heard = principal.get(f"{item}/sound/stream").content
    review.approve(draft.pk, by=scene.principal)
    assert delivery.deliver_next()

    experience = Experience.objects.get(person=fan)
    client = factories.signed_in_client(fan)
    played = client.get(f"/experiences/{experience.pk}/sound/stream")
    told = client.get(f"/experiences/{experience.pk}").content.decode()
    paper = remix_paper.read(experience.text or "")
    receipt = Client().get(f"/r/{experience.receipt_key}.json").json()
    assert (draft.maker, paper.recipe.tempo_percent, paper.recipe.room) == ("rules", 88, "hall")
    assert "Rules chose these." in page
    assert [word for word in ("night", "Sydney", "22:00") if word in page] == []
    assert (
        hashlib.sha256(heard).hexdigest()
        == hashlib.sha256(b"".join(played)).hexdigest()
        == paper.files["stream"].sha256
    )
    assert "you reached 3 listens of Low Tide Choir, and opted in" in told
    assert (receipt["mark"], receipt["parts"][0]["by"]) == ("bounds", "rules, no model")
    assert not ExperienceRequest.objects.exists()
    render_worker._get_process().close()
    render_worker._get_process.cache_clear()


def test_rules_follow_the_hours_of_the_fan_and_what_they_came_back_to(program: Program, scene: Scene) -> None:
    morning, by_day, returning = (
        create_fan(scene.recording.artist, IN_THE_MORNING),
        create_fan(scene.recording.artist),
        create_fan(scene.recording.artist),
    )
    offer = RemixOffer.objects.select_related("source").get()
    for family in ("a", "b"):
        RemixPart.objects.create(
            person=returning, recording=scene.recording, family=family * 64, section="bridge", seconds=20
        )

    for number, level in enumerate((2, 4), start=1):
        desk = state.open_desk(returning, offer)
        loud = desk.recipe.stems | {"vocals": StemChange(level)}
        state.change(desk, msgspec.structs.replace(desk.recipe, stems=loud))
        assert state.keep(desk).number == number

    recipes = [remix_paper.Recipe.parse(choose(program, fan).recipe) for fan in (morning, by_day, returning)]

    assert [recipe.tempo_percent for recipe in recipes] == [110, 100, 100]
    assert [recipe.stems["drums"].mute for recipe in recipes] == [False, True, True]
    assert [recipe.sections.count("bridge") for recipe in recipes] == [1, 1, 2]
    assert [recipe.stems["vocals"].gain_half_db for recipe in recipes] == [0, 0, 4]
    assert set(Render.objects.filter(kind="full").values_list("choice", flat=True)) == {"rules"}


def test_fans_of_the_same_hours_share_one_sound(program: Program, scene: Scene) -> None:
    one, other = create_fan(scene.recording.artist, AT_NIGHT), create_fan(scene.recording.artist, AT_NIGHT)

    assert choose(program, one).cache_key == choose(program, other).cache_key


def test_rules_look_at_nobodys_listening_under_words_that_do_not_name_it(program: Program, scene: Scene) -> None:
    fan = factories.create_fan()
    factories.opt_in_under(3, fan, scene.recording.artist)
    factories.create_moment(program, fan)

    assert refuse(program, fan) == REASON_NO_RULES


def test_a_fan_who_opts_out_before_it_is_rendered_gets_nothing(program: Program, scene: Scene) -> None:
    fan = create_fan(scene.recording.artist)
    choose(program, fan)
    Render.objects.filter(kind="full").update(state="failed", problem="stem_broken")
    opt_ins.opt_out(fan, scene.recording.artist)

    assert refuse(program, fan) == REASON_OPTED_OUT


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("ended", "uncleared: this song is not open for remixes any more"),
        ("narrower", "uncleared: the limits of this song are narrower by now"),
        ("withdrawn", "uncleared: Mara Veil (artist): remixes are off"),
        ("broken", "unsayable: its sound could not be made: a part of the song is damaged"),
    ],
)
def test_what_cannot_be_made_any_more_ends_with_a_reason_where_the_team_looks(
    program: Program, scene: Scene, change: str, reason: str
) -> None:
    fan = create_fan(scene.recording.artist, AT_NIGHT)
    render = choose(program, fan)
    if change == "broken":
        Render.objects.filter(pk=render.pk).update(state="failed", problem="stem_broken")
    else:
        remix_drafts.make_sound(render)
    if change == "ended":
        envelopes.end(scene.recording, by=scene.owner)
    elif change == "narrower":
        scene.sign(scene.save(tempo_percent=(95, 105)))
    elif change == "withdrawn":
        grants.switch_off(scene.recording.artist, Use.REMIX, by=scene.principal)

    assert refuse(program, fan).startswith(reason)

    assert [moment.person for moment in offers.list_failed(program)] == [fan]
    assert Render.objects.get(pk=render.pk).expires_at
    assert not Draft.objects.exists()


def test_a_listen_that_is_taken_back_takes_the_remix_with_it(program: Program, scene: Scene) -> None:
    fan = create_fan(scene.recording.artist)
    factories.create_moment(program, fan)
    RecordingEngagement.objects.filter(person=fan).update(listens=2)

    assert refuse(program, fan) == REASON_NOT_REACHED


def test_limits_that_leave_nothing_to_change_send_no_recording_as_a_remix(scene: Scene, program: Program) -> None:
    bounds = scene.bounds
    fixed = {key: {"gain_half_db": (0, 0), "may_mute": False} for key in bounds.stems}
    scene.sign(
        scene.save(
            tempo_percent=(100, 100),
            rooms=("none",),
            colours=("none",),
            stems=type(bounds).parse(bounds.to_json()).stems
            | {key: type(bounds.stems[key])(**value) for key, value in fixed.items()},
        )
    )
    fan = create_fan(scene.recording.artist, AT_NIGHT)
    factories.create_moment(program, fan)

    assert refuse(program, fan) == sounds.UNCHANGED


def test_what_goes_no_further_lets_its_sound_go_and_an_undone_no_keeps_it(program: Program, scene: Scene) -> None:
    draft = remix_drafts.write_remix(scene, maker="rules")
    render = Render.objects.get(kind="full")

    review.decline(draft.pk, by=scene.principal)
    declined = Render.objects.get(pk=render.pk).expires_at
    review.undo(draft.pk, by=scene.principal)
    undone = Render.objects.get(pk=render.pk).expires_at
    opt_ins.opt_out(draft.person, scene.recording.artist)
    assert withdrawal.withdraw_next()

    assert (bool(declined), undone, bool(Render.objects.get(pk=render.pk).expires_at)) == (True, None, True)
    assert Draft.objects.get().state == "withdrawn"


@pytest.mark.parametrize(("seconds", "mark"), [(0, "approved"), (60, "bounds")])
def test_what_somebody_heard_to_its_end_is_approved_and_the_rest_is_within_bounds(
    program: Program, scene: Scene, seconds: int, mark: str
) -> None:
    factories.remove_undo_time(scene.recording.artist)
    draft = remix_drafts.write_remix(scene, maker="rules", frames=44_100 * seconds + 1)
    hearing.note_opened(draft, by=scene.principal)

    review.approve(draft.pk, by=scene.principal)
    assert delivery.deliver_next()

    assert Experience.objects.get().mark == mark


def test_a_program_of_remixes_says_what_is_missing(settings: Settings, tmp_path: Path) -> None:
    artist = factories.create_artist("Ada Lune")
    scene = remix_scene.create_scene(artist, settings, tmp_path)
    program = programs.create(artist, name="Remixes", by=scene.principal, kind=Program.Kind.REMIX)

    def edit(**changes: object) -> None:
        terms = {"moment": "nth_listen", "nth": 3, "recording": scene.recording, **changes}
        programs.edit(program, by=scene.principal, **terms)

    for changes, missing in (
        ({}, "Nobody signed limits"),
        ({"recording": None}, "Name the song"),
        ({"moment": "request", "nth": 1, "recording": None}, "by an offer of remixes"),
        ({"wording": factories.WORDING}, "have no sentences"),
        ({"recording": factories.create_recording(factories.create_artist("Ove Lind"))}, "is no recording of"),
    ):
        with pytest.raises(InvalidRequest, match=missing):
            edit(**changes)
    scene.sign(scene.save())
    edit()
    grants.switch_off(artist, Use.REMIX, by=scene.principal)
    with pytest.raises(InvalidRequest, match="Not everybody permits remixes of Low Tide Choir: Ada Lune"):
        programs.sign(program.versions.get(), by=scene.principal, fresh=True)
    grants.switch_on(artist, Use.REMIX, by=scene.principal, fresh=True)
    envelopes.end(scene.recording, by=scene.owner)
    with pytest.raises(InvalidRequest, match="limits of its remixes have ended"):
        programs.sign(program.versions.get(), by=scene.principal, fresh=True)


def test_a_program_by_moment_and_the_offer_stand_side_by_side(program: Program, scene: Scene) -> None:
    artist = scene.recording.artist
    assert offers.find_program(artist) is None

    offered = remix_request_scene.create_offer(artist)

    assert offers.find_program(artist) == offered.program != program
    with pytest.raises(InvalidRequest, match="answers moments"):
        offers.save(program, by=scene.principal, terms={"free_tries": 1}, review_seconds=60)
