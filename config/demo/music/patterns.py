"""Patterns of drums, bass and keys for a bar. A letter is a sixteenth: x plays, X plays louder, a dot is silence."""

BEATS = {
    "quiet": {"shaker": "x.xxx.xxx.xxx.xx", "kick": "x...............", "rim": "........x......."},
    "verse": {"kick": "X.......x.x.....", "rim": "....X.......X...", "hat": "x.x.x.x.x.x.x.xx"},
    "chorus": {
        "kick": "X.....x.X.x.....",
        "snare": "....X.......X..x",
        "hat": "X.x.X.x.X.x.X.x.",
        "open": "..............x.",
    },
    "four": {
        "kick": "X...X...X...X...",
        "snare": "....X.......X...",
        "open": "..x...x...x...x.",
        "hat": "xx.xxx.xxx.xxx.x",
    },
    "brushes": {"kick": "X.........x.....", "brush": "x...X.x.x...X.x.", "shaker": "..x...x...x...x."},
    "half": {"kick": "X.........x.....", "snare": "........X.......", "hat": "x...x...x...x..."},
}
FILL = {"tom": "..........x.x.xx", "kick": "X.......x.......", "snare": "....X...x..x...."}
"""The last bar before another beat begins."""

BASS = {
    "long": ((0, 3.8, "root"),),
    "walk": ((0, 1.4, "root"), (1.5, 0.45, "root"), (2, 1.4, "fifth"), (3.5, 0.45, "lead")),
    "eighths": (
        (0, 0.45, "root"),
        (0.5, 0.4, "root"),
        (1, 0.45, "root"),
        (1.5, 0.4, "octave"),
        (2, 0.45, "root"),
        (2.5, 0.4, "root"),
        (3, 0.45, "fifth"),
        (3.5, 0.4, "lead"),
    ),
    "sway": ((0, 1.9, "root"), (2, 0.9, "fifth"), (3, 0.9, "octave")),
}
"""Beat, length in beats, and which note; "lead" is the step below the next root."""

KEYS = {
    "long": ((0, 3.9),),
    "halves": ((0, 1.9), (2, 1.9)),
    "push": ((0, 1.4), (1.5, 0.9), (2.5, 1.4)),
    "off": ((0.5, 0.4), (1.5, 0.4), (2.5, 0.4), (3.5, 0.4)),
}
