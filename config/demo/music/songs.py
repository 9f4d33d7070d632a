"""The demo's songs as scores: two of Mara Veil, and one of Hraundís. Each lasts as long as its recording says."""

from dataclasses import replace

from config.demo.music.score import Section, Song

SALT_VERSE = Section(
    kind="verse",
    name="Verse 1",
    bars=8,
    chords="1 6 3 7 1 6 4 5+",
    melody="""
        r:.5 5:.5 5:.5 6:.5 5:1 3:1      r:.5 1:.5 2:.5 3:.5 3:1.5 r:.5
        r:.5 3:.5 3:.5 4:.5 5:1 3:1      2:1.5 1:.5 2:1 r:1
        r:.5 5:.5 5:.5 6:.5 8:1 7:1      6:.5 5:.5 3:1 5:1.5 r:.5
        4:.5 4:.5 6:.5 5:.5 4:1 3:1      2:2 r:2""",
    words="ho la mi se na do li ve ta o me ri",
    beat="verse",
    bass="walk",
    keys="halves",
    level=0.85,
)
SALT_CHORUS = Section(
    kind="chorus",
    name="Chorus 1",
    bars=8,
    chords="6 7 1 1 6 7 3 5+",
    melody="""
        8:1.5 9:.5 10:1 8:1              9:1.5 7:.5 9:1 r:1
        10:1 9:.5 8:1.5 5:1              r:1 5:.5 5:.5 6:.5 5:.5 r:1
        8:1.5 9:.5 10:1 11:1             9:1 7:1 9:1.5 r:.5
        10:1 9:.5 8:.5 7:1 5:1           9:3 r:1""",
    words="sa la do ra i lo na ve",
    beat="chorus",
    bass="eighths",
    keys="push",
    plucks=True,
    choir=True,
)
SALT_RADIO = Song(
    title="Salt Radio",
    bpm_milli=96_000,
    key="a-minor",
    tonic=57,
    seconds=154,
    seed=1,
    sections=(
        Section("intro", "Intro", 4, "1 6 3 7", beat="quiet", bass="long", keys="long", plucks=True, level=0.9),
        SALT_VERSE,
        SALT_CHORUS,
        Section("break", "Break", 4, "1 6 3 7", beat="verse", bass="walk", keys="halves", plucks=True, level=0.8),
        replace(SALT_VERSE, name="Verse 2", words="no we da li so ra he mi lo ta na e"),
        replace(SALT_CHORUS, name="Chorus 2"),
        Section(
            kind="bridge",
            name="Bridge",
            bars=8,
            chords="4 1 6 7 4 1 7 5+",
            melody="""
                6:2 4:1.5 r:.5  5:3 r:1  8:2 6:1.5 r:.5  7:3 r:1
                6:1 6:.5 5:.5 4:1.5 r:.5  5:2 3:1 r:1  7:2 9:1.5 r:.5  9:3 r:1""",
            words="o na i lu",
            beat="quiet",
            bass="long",
            keys="long",
            choir=True,
            level=0.8,
        ),
        replace(SALT_CHORUS, name="Chorus 3"),
        Section("outro", "Outro", 4, "6 7 1 1", "3:4 2:2 4:2 1:4 r:4", "u o", bass="long", keys="long", level=0.6),
    ),
)

BUS_VERSE = Section(
    kind="verse",
    name="Verse 1",
    bars=8,
    chords="1 5 6 4",
    melody="""
        3:.5 3:.5 r:.5 3:.5 4:.5 3:.5 1:1      2:.5 2:.5 r:.5 2:.5 3:.5 2:.5 0:1
        1:.5 1:.5 r:.5 1:.5 3:1 5:1            4:1 3:.5 1:1.5 r:1
        3:.5 3:.5 r:.5 3:.5 5:.5 3:.5 1:1      2:.5 2:.5 r:.5 2:.5 4:.5 2:.5 0:1
        1:.5 1:.5 r:.5 3:.5 5:1 6:1            4:2 r:2""",
    words="ta ke no ri ma to le ni so da",
    beat="four",
    bass="eighths",
    keys="off",
    level=0.85,
)
BUS_CHORUS = Section(
    kind="chorus",
    name="Chorus 1",
    bars=8,
    chords="4 1 5 6 4 1 5 5",
    melody="""
        6:1 6:.5 5:1 4:.5 6:1                  5:2 3:1 r:1
        5:1 5:.5 4:1 2:.5 5:1                  3:.5 4:.5 3:.5 1:1.5 r:1
        6:1 6:.5 8:1 6:.5 8:1                  8:1.5 7:.5 5:1 r:1
        7:1 7:.5 6:1 5:.5 4:1                  5:3 r:1""",
    words="la i sa no e re mo na",
    beat="four",
    bass="eighths",
    keys="push",
    plucks=True,
    choir=True,
)
NIGHT_BUS = Song(
    title="Night Bus",
    bpm_milli=118_000,
    key="e-flat-major",
    tonic=63,
    seconds=127,
    swing=0.06,
    seed=2,
    sections=(
        Section("intro", "Intro", 4, "1 5 6 4", beat="four", keys="off", plucks=True, level=0.9),
        BUS_VERSE,
        BUS_CHORUS,
        replace(BUS_VERSE, name="Verse 2", words="di lo ka me no sa ri te mo la"),
        replace(BUS_CHORUS, name="Chorus 2"),
        Section(
            kind="bridge",
            name="Bridge",
            bars=8,
            chords="2 4 6 5",
            melody="4:2 6:2  6:1 5:.5 4:1.5 r:1  3:2 5:1.5 r:.5  5:1.5 4:.5 2:1 r:1",
            words="o ha lu e",
            beat="half",
            bass="sway",
            keys="long",
            level=0.75,
        ),
        Section("solo", "Solo", 4, "4 1 5 6", beat="four", bass="eighths", keys="push", plucks=True, level=0.95),
        replace(BUS_CHORUS, name="Chorus 3"),
        Section("outro", "Outro", 4, "4 1 5 1", "6:2 4:2 5:2 3:2 2:3 r:1 1:3 r:1", "la u", keys="long", level=0.6),
    ),
)

HRAUN_VERSE = Section(
    kind="verse",
    name="Verse 1",
    bars=8,
    chords="1 3 4 4 6 3 4 5",
    melody="""
        3:1.5 2:.5 1:1 3:1                     5:2.5 3:.5 r:1
        4:1 4:.5 3:.5 1:2                      1:1.5 2:.5 r:2
        3:1.5 2:.5 3:1 6:1                     5:2.5 3:.5 r:1
        4:1 3:.5 2:.5 1:1 2:1                  2:3 r:1""",
    words="lo he na vi ru o ma se",
    beat="brushes",
    bass="sway",
    keys="halves",
    level=0.8,
)
HRAUN_CHORUS = Section(
    kind="chorus",
    name="Chorus 1",
    bars=8,
    chords="6 4 1 5 6 4 5 1",
    melody="""
        8:2 7:.5 6:1.5                         6:1 5:.5 4:1.5 r:1
        5:1.5 3:.5 5:1 6:1                     5:3 r:1
        8:2 7:.5 8:1.5                         6:1 8:.5 9:1.5 r:1
        9:1.5 7:.5 5:1 7:1                     8:3 r:1""",
    words="ra u no le ha i",
    beat="half",
    bass="walk",
    keys="push",
    plucks=True,
    choir=True,
)
HRAUN = Song(
    title="Hraun",
    bpm_milli=78_000,
    key="d-major",
    tonic=62,
    seconds=188,
    swing=0.12,
    seed=3,
    sections=(
        Section("intro", "Intro", 4, "1 3 4 4", keys="halves", plucks=True, level=0.9),
        HRAUN_VERSE,
        HRAUN_CHORUS,
        replace(HRAUN_VERSE, name="Verse 2", words="ni su la e mo ra ve ho"),
        replace(HRAUN_CHORUS, name="Chorus 2"),
        Section(
            kind="bridge",
            name="Bridge",
            bars=8,
            chords="2 6 4 5 2 6 4 5",
            melody="4:2 6:2  6:1 5:.5 3:1.5 r:1  6:2 8:1.5 r:.5  7:3 r:1",
            words="u o lu na",
            beat="quiet",
            bass="long",
            keys="long",
            level=0.75,
        ),
        replace(HRAUN_CHORUS, name="Chorus 3"),
        Section("break", "Break", 4, "1 3 4 4", beat="brushes", bass="sway", keys="halves", plucks=True, level=0.7),
        Section("outro", "Outro", 4, "4 5 1 1", "6:2 4:2 5:2 2:2 3:4 r:4", "u o lu", keys="long", level=0.55),
    ),
)
SONGS = (SALT_RADIO, NIGHT_BUS, HRAUN)
