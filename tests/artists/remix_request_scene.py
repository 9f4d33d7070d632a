"""A fan who asks for a remix of a song of 21 seconds, and the workers that make its sound and its draft."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from pytest_django import Settings

from accounts.models import Person
from artists import programs
from artists.models import Draft, ExperienceRequest, Moment, ProgramVersion
from artists.remixes import asking, drafting, offers
from artists.requests import prices
from catalog.models import Artist
from fans import render_worker
from fans.desk import state
from fans.desk.state import Desk
from fans.models import RemixOffer
from tests import factories
from tests.artists import remix_scene
from tests.artists.remix_scene import Scene


@dataclass(frozen=True)
class Asking:
    """A song that is open for remixes, of an artist who takes requests for them, and a fan at its desk."""

    song: Scene
    version: ProgramVersion
    fan: Person

    @property
    def desk(self) -> Desk:
        return open_desk(self.fan, self.song)

    def ask(self, **changes: Any) -> ExperienceRequest:
        """The fan changes the desk, slower by 5 percent unless `changes` say otherwise, and asks for that."""
        desk = self.desk
        state.change(desk, msgspec.structs.replace(desk.recipe, **(changes or {"tempo_percent": 95})))
        return ask(self.fan, self.version, desk)

    def draft(self) -> Draft:
        """What waits for a decision once the workers have done what a request needs."""
        work()
        return Draft.objects.select_related("artist", "person", "version__program", "moment").latest("pk")


def create(artist: Artist, settings: Settings, folder: Path, **terms: Any) -> Asking:
    """With stems that can be heard, and three free tries of each fan unless `terms` say otherwise."""
    settings.PROVENANCE_PRACTICE, settings.PROVENANCE_FOLDER = True, folder / "keys"
    return create_of(remix_scene.create_sounding_scene(artist, settings, folder), **terms)


def create_silent(artist: Artist, settings: Settings, folder: Path, **terms: Any) -> Asking:
    """The same without any sound, for tests that end before something is rendered."""
    return create_of(remix_scene.create_scene(artist, settings, folder), **terms)


def create_of(song: Scene, **terms: Any) -> Asking:
    """The limits of this song are signed, and fans can ask for it."""
    artist = song.recording.artist
    song.sign(song.save())
    return Asking(song, create_offer(artist, **terms), factories.create_fan())


def create_offer(artist: Artist, *, seconds: int = 86_400, **terms: Any) -> ProgramVersion:
    principal = factories.get_member(artist, "principal")
    program = offers.find_program(artist) or offers.create(artist, by=principal)
    saved = offers.save(program, by=principal, terms={"free_tries": 3, **terms}, review_seconds=seconds)
    programs.sign(saved, by=principal, fresh=True)
    return ProgramVersion.objects.select_related("program", "artist").get(pk=saved.pk)


def open_desk(fan: Person, song: Scene) -> Desk:
    open_offers = RemixOffer.objects.open().select_related("artist", "recording", "source")
    return state.open_desk(fan, open_offers.get(recording=song.recording))


def ask(fan: Person, version: ProgramVersion, desk: Desk) -> ExperienceRequest:
    price = prices.find_price(fan, version)
    words = asking.write_words(version, price, desk=desk).words_hash if price else ""
    return asking.ask(fan, version, desk, words_hash=words, starts_now=True)


def work() -> None:
    """Let the workers of drafts and of renders do what is due, until nothing is. Corners are not made."""
    while any([drafting.work(), Moment.objects.filter(state="rendering").exists() and render_worker.render_next()]):
        pass
