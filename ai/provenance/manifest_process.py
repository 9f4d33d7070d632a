"""The process that reads the manifest of a file nobody has vouched for. Order and answer are JSON."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ai.audio.limited import limit_this_process
from ai.provenance import manifest


def main() -> None:
    """Read one manifest and print it."""
    order = json.load(sys.stdin)
    limit_this_process()
    path, sidecar = Path(order["path"]), order["sidecar"] and Path(order["sidecar"])
    content = sidecar.read_bytes() if sidecar else None
    reading = manifest.read(path, media_type_of(path), anchors=order["anchors"].encode(), sidecar=content)
    answer: dict[str, Any] = {"reading": asdict(reading) if reading else None}
    json.dump(answer, sys.stdout)


def media_type_of(path: Path) -> str:
    """By its first bytes. Where they are not known, c2pa looks for itself."""
    with path.open("rb") as file:
        head = file.read(4)
    return {b"RIFF": "audio/wav", b"fLaC": "audio/flac", b"OggS": "audio/ogg"}.get(head, "audio/mpeg")


if __name__ == "__main__":
    main()
