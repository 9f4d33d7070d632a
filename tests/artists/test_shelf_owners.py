"""What the owners of a song decide about the shelf: others hear nothing that goes further than they agreed to."""

from pathlib import Path

import pytest
from pytest_django import Settings

from ai.remix.bounds import OuterBounds
from ai.remix.envelope import Export
from artists.exceptions import NotOffered, Uncleared
from artists.remixes import shelf as decisions
from catalog.models import Artist
from fans import experiences, shelf
from tests import factories
from tests.artists import shelf_scene
from tests.artists.test_owner_bounds import SLOW, agree

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("bounds", [SLOW, OuterBounds(export=Export(stream=True, download=True, share=False))])
def test_where_an_owner_agreed_to_less_than_the_limits_nobody_hears_what_was_made_inside_them(
    artist: Artist, settings: Settings, tmp_path: Path, bounds: OuterBounds
) -> None:
    scene = shelf_scene.create(artist, settings, tmp_path)
    entry = scene.put_on()
    german, french = (factories.create_fan(name, country=country) for name, country in (("Jo", "DE"), ("Lu", "FR")))
    assert shelf.find_for(german, entry.pk)

    agree(scene.song, bounds, country="DE")

    assert [shelf.find_for(hearer, entry.pk) for hearer in (german, french)] == [None, entry]
    assert list(shelf.list_for(german, artist)) == []
    if bounds == SLOW:
        scene.song.sign(scene.song.save(export=shelf_scene.SHARED, tempo_percent=(88, 105)))
        assert shelf.find_for(german, entry.pk) == entry


def test_where_the_owner_of_a_song_agreed_to_less_nothing_is_offered_or_put_on(
    artist: Artist, settings: Settings, tmp_path: Path
) -> None:
    scene = shelf_scene.create(artist, settings, tmp_path)
    entry = scene.offer()
    own = experiences.received_by(scene.maker).select_related("artist", "person").get()

    agree(scene.song, SLOW)

    with pytest.raises(Uncleared, match="agreed to less than the limits"):
        decisions.put_on(entry.pk, by=scene.principal)
    decisions.decline(entry.pk, by=scene.principal)
    assert shelf.may_offer(own) is False
    with pytest.raises(NotOffered):
        scene.offer(ready=False)
