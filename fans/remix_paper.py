"""The paper of a remix: what was decided on, down to the hash of every file that its fan can get.

It is the text of a draft and of an experience, as canonical JSON, so that a decision covers it as it covers words.
"""

import msgspec

from ai.remix import canonical
from ai.remix.recipe import Recipe
from ai.remix.source import SAMPLE_RATE


class FileFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sha256: str
    bytes: int
    media_type: str


class Paper(canonical.Document, frozen=True, forbid_unknown_fields=True):
    recipe: Recipe
    envelope: int
    """The id of the envelope inside which it was made, with its version and hash."""
    version: int
    envelope_hash: str
    stems: dict[str, str]
    """The SHA-256 of each stem, by its id."""
    engine: str
    render: int
    """The number of the render, which the watermark of the files says too."""
    sound: str
    """SHA-256 of the sound before it was marked for its fan."""
    frames: int
    files: dict[str, FileFacts]
    """By `RenderFile.Name`."""

    @property
    def seconds(self) -> int:
        """How many whole seconds the sound lasts."""
        return self.frames // SAMPLE_RATE


def write(paper: Paper) -> str:
    return paper.to_json()


def read(text: str) -> Paper:
    """Raises ValueError where the text is no paper."""
    return Paper.parse(text)


def find_file(text: str | None, name: str) -> FileFacts | None:
    """The file that a text promises by this name; None where it is no paper, is erased, or promises no such file."""
    try:
        return read(text or "").files.get(name)
    except canonical.InvalidValue:
        return None
