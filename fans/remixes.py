"""What a delivered remix is, from its paper: its sound, what was changed of the recording, and its files."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from django.urls import reverse

from ai.provenance.label import Choice, Disclosure, disclosure
from ai.remix.envelope import Envelope
from ai.remix.recipe import Recipe
from ai.remix.source import Source
from catalog import audio
from catalog.models import Recording
from fans import remix_paper, renders
from fans.desk import words
from fans.desk.words import format_length
from fans.models import SOUND_MAKERS, Experience, RemixOffer, Render, RenderFile
from fans.remix_paper import FileFacts, Paper
from fans.remix_player import RemixPlayer, count_milliseconds, draw_pictures, list_pieces

MAKER_DESK, MAKER_RULES, MAKER_TEAM = SOUND_MAKERS
CHOICES = {MAKER_DESK: Choice.HAND, MAKER_RULES: Choice.RULES, MAKER_TEAM: Choice.TEAM}
STREAM, MASTER = RenderFile.Name.STREAM, RenderFile.Name.MASTER


@dataclass(frozen=True)
class Remix:
    """A whole remix: what was decided on, and the row of its sound."""

    paper: Paper
    render: Render

    @cached_property
    def source(self) -> Source:
        return Source.parse(self.render.source.content)

    @property
    def recipe(self) -> Recipe:
        return self.paper.recipe

    @property
    def beats_a_minute(self) -> int:
        return words.beats_a_minute(self.source, self.recipe.tempo_percent)

    @property
    def seconds(self) -> int:
        return self.paper.seconds

    @property
    def length(self) -> str:
        return format_length(self.seconds)

    @property
    def milliseconds(self) -> int:
        """Its length, to the frame."""
        return count_milliseconds(self.source, self.recipe)

    @cached_property
    def changes(self) -> list[tuple[str, str]]:
        """What was done, as what and how: ("Drums", "6 dB softer"). Empty where nothing was."""
        return words.describe(self.source, self.recipe)

    def disclosure(self, maker: str) -> Disclosure:
        return disclosure(self.source, self.recipe, CHOICES[maker])

    @cached_property
    def is_file_allowed(self) -> bool:
        """Whether the limits that it was made under let its fan keep a file."""
        offer = RemixOffer.objects.filter(envelope=self.paper.envelope).only("content").first()
        return offer is not None and Envelope.parse(offer.content).export.download

    def build_player(self, *, key: str, sound_url: str, original_url: str = "") -> RemixPlayer:
        recording, milliseconds = self.render.recording, self.milliseconds
        pieces = list_pieces(self.source, self.recipe)
        return RemixPlayer(
            key=key,
            title=recording.title,
            artist=recording.artist_credit,
            sound_url=sound_url,
            original_url=original_url,
            milliseconds=milliseconds,
            pieces=pieces,
            pictures=draw_pictures(bytes(self.render.peaks or b""), pieces, milliseconds),
            artwork=_artwork_of(recording),
        )


def _artwork_of(recording: Recording) -> str:
    key = recording.cover_id or recording.artist.picture_id
    return reverse("picture", args=[key, "large"]) if key else ""


def is_remix(maker: str) -> bool:
    """Whether a draft or an experience of this maker is a sound, whose text is its paper."""
    return maker in SOUND_MAKERS


def find_remix(maker: str, text: str | None) -> Remix | None:
    """The remix of a draft or an experience; None where it is none, or its paper was erased."""
    return find_remixes({0: (maker, text)}).get(0)


def find_remixes(made: Mapping[int, tuple[str, str | None]]) -> dict[int, Remix]:
    """The remixes among these drafts or experiences, each given by its id with maker and text. At most one query."""
    papers = {pk: remix_paper.read(text) for pk, (maker, text) in made.items() if is_remix(maker) and text is not None}
    if not papers:
        return {}
    wanted = [paper.render for paper in papers.values()]
    found = Render.objects.select_related("source", "recording__artist").in_bulk(wanted)
    return {pk: Remix(paper, found[paper.render]) for pk, paper in papers.items() if paper.render in found}


def find_playing(experience: Experience) -> Remix | None:
    """The remix of an experience; None where it is a letter, or does not play any more."""
    return None if experience.is_hidden else find_remix(experience.maker, experience.text)


def find_file(remix: Remix, name: str) -> tuple[Path, FileFacts] | None:
    """A file of a remix, where the paper names it and the stored bytes are those that were decided on."""
    facts = remix.paper.files.get(name)
    if facts is None:
        return None
    try:
        return audio.unchanged_path(renders.fan_file_name(remix.render, name), facts.sha256), facts
    except FileNotFoundError:
        return None
