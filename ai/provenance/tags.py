"""The tags of a FLAC file (Vorbis comments) and of an MP3 file (ID3 2.4), written by hand: mutagen is under the GPL.

They are written before the file is signed: a later change would break the signature.
"""

import shutil
from pathlib import Path
from typing import BinaryIO

from ai.provenance.label import Label

VENDOR = "Fanfare"
VORBIS_COMMENT = 4
LAST_BLOCK = 0x80
ID3_TEXT_UTF8 = b"\x03"
TEXT_FRAMES = {"TITLE": "TIT2", "ARTIST": "TPE1"}


def of(label: Label) -> dict[str, str]:
    """Every tag that a file gets. The title is the song's, so that nothing a fan wrote is in a file."""
    tags = {
        "TITLE": f"{label.title} (remix)",
        "ARTIST": label.artist,
        "AI_DISCLOSURE": label.description,
        "DIGITAL_SOURCE_TYPE": label.disclosure.digital_source_type,
        "RECIPE_SHA256": label.recipe_sha256,
        "SOURCE_SHA256": label.source_sha256,
        "FANFARE_RENDER": str(label.render_id),
        "ENVELOPE": label.envelope,
        "ENCODER": label.engine,
    }
    return tags | ({"SOURCE_ISRC": label.source_isrc} if label.source_isrc else {})


def write_flac(source: Path, target: Path, tags: dict[str, str]) -> None:
    """Copy a FLAC file with these tags in place of its own. libsndfile writes no other names than its own."""
    with source.open("rb") as file, target.open("wb") as out:
        out.write(file.read(4))
        last = False
        while not last:
            head = file.read(4)
            last, kind, size = bool(head[0] & LAST_BLOCK), head[0] & ~LAST_BLOCK, int.from_bytes(head[1:], "big")
            content = file.read(size)
            if kind != VORBIS_COMMENT:
                _write_block(out, kind, content, last=False)
        _write_block(out, VORBIS_COMMENT, _vorbis_comment(tags), last=True)
        shutil.copyfileobj(file, out)


def write_mp3(source: Path, target: Path, tags: dict[str, str]) -> None:
    """Copy an MP3 file without tags behind a tag of its own."""
    frames = b"".join(_id3_frame(name, text) for name, text in tags.items())
    with source.open("rb") as file, target.open("wb") as out:
        out.write(b"ID3\x04\x00\x00" + _seven_bits(len(frames)) + frames)
        shutil.copyfileobj(file, out)


def _write_block(out: BinaryIO, kind: int, content: bytes, *, last: bool) -> None:
    out.write(bytes([kind | (LAST_BLOCK if last else 0)]) + len(content).to_bytes(3, "big") + content)


def _vorbis_comment(tags: dict[str, str]) -> bytes:
    texts = [f"{name}={text}".encode() for name, text in tags.items()]
    vendor = VENDOR.encode()
    parts = [len(vendor).to_bytes(4, "little"), vendor, len(texts).to_bytes(4, "little")]
    for text in texts:
        parts += [len(text).to_bytes(4, "little"), text]
    return b"".join(parts)


def _id3_frame(name: str, text: str) -> bytes:
    """A text frame of ID3 where there is one for the name, else a frame that carries the name."""
    known = TEXT_FRAMES.get(name)
    content = ID3_TEXT_UTF8 + (b"" if known else name.encode() + b"\x00") + text.encode()
    return (known or "TXXX").encode() + _seven_bits(len(content)) + b"\x00\x00" + content


def _seven_bits(number: int) -> bytes:
    """Four bytes that never look like the start of sound: ID3 uses seven bits of each."""
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))
