"""Draw a sound as an SVG path, from its peaks."""


def draw_path(peaks: bytes, first: int, end: int, *, width: int, step: int, middle: int, room: int) -> str:
    """One line upright every `step` from x `first` to `end`, as high as the loudest peak there.

    All peaks together are `width` wide. The lines go `room` up and down from the height `middle` at most.
    """
    parts = []
    for x in range(first + step - 1, end, step):
        column = peaks[int(x / width * len(peaks)) : max(int((x + step) / width * len(peaks)), 1)]
        half = max(round(max(column, default=0) / 255 * room), 1)
        parts.append(f"M{x} {middle - half}v{2 * half}")
    return "".join(parts)
