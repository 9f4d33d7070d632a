"""Draw the pictures of the demo's artists: rings in the artist's colour. No file comes with the product."""

import struct
import zlib
from math import hypot

SIDE = 256
RING_WIDTH = 27
COLORS = {
    "coral": (240, 130, 108), "sky": (92, 178, 238), "heather": (190, 146, 226), "sea": (72, 190, 186),
    "moss": (156, 186, 84), "rose": (238, 134, 176), "amber": (236, 164, 72), "cobalt": (108, 148, 240),
}  # fmt: skip
INK = (16, 32, 26)


def draw_rings(spot: str, number: int) -> bytes:
    """A PNG. `number` moves the centre of the rings, so that no two artists have the same picture."""
    center = (SIDE * (0.2 + 0.15 * (number % 5)), SIDE * (0.15 + 0.2 * (number % 4)))
    rows = (b"\0" + b"".join(bytes(_color_at(x, y, center, COLORS[spot])) for x in range(SIDE)) for y in range(SIDE))
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _color_at(x: int, y: int, center: tuple[float, float], color: tuple[int, int, int]) -> tuple[int, int, int]:
    ring = int(hypot(x - center[0], y - center[1]) / RING_WIDTH)
    return INK if ring % 3 == 1 else color


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
