"""One moment of remixes that breaks is refused, and holds up no other fan."""

import pytest

from artists.models import Program
from artists.remixes import drafting, offers, sounds
from fans import renders
from fans.desk_models import RemixTry
from fans.models import RemixOffer, Render
from tests import factories
from tests.artists import remix_drafts, remix_scene
from tests.artists.remix_scene import Scene
from tests.artists.test_remix_moments import choose, create_fan, find_moment
from tests.module_scenes import share_scene_with_audio

pytestmark = pytest.mark.django_db


module_scene, scene = share_scene_with_audio(remix_scene.create_signed_scene_in)


@pytest.fixture
def program(scene: Scene) -> Program:
    return remix_drafts.create_program(scene)


def test_a_try_that_nobody_can_read_any_more_holds_up_no_other_fan(program: Program, scene: Scene) -> None:
    fans = [create_fan(scene.recording.artist) for _ in range(2)]
    RemixTry.objects.create(person=fans[0], recording=scene.recording, number=1, recipe="{}", choice="hand")
    for fan in fans:
        factories.create_moment(program, fan)

    assert drafting.work()

    broken, made = map(find_moment, fans)
    assert (broken.state, broken.reason, broken.render) == ("refused", sounds.BROKEN, None)
    assert made.state == "rendering"
    assert offers.list_failed(program) == [broken]


def test_a_draft_that_breaks_holds_up_no_other_fan(
    program: Program, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    fans = [create_fan(scene.recording.artist) for _ in range(2)]
    wanted = [choose(program, fan) for fan in fans]
    for render in wanted:
        remix_drafts.make_sound(render)
    broken = wanted[0].pk
    find_offer = renders.find_offer

    def find_or_break(render: Render) -> RemixOffer:
        if render.pk == broken:
            raise RemixOffer.DoesNotExist
        return find_offer(render)

    monkeypatch.setattr(renders, "find_offer", find_or_break)

    assert drafting.work()

    assert [find_moment(fan).state for fan in fans] == ["refused", "drafted"]
    assert find_moment(fans[0]).reason == sounds.BROKEN
