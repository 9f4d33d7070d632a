"""Credits are split into names, and names are taken out of titles."""

import pytest

from catalog import artist_credits


@pytest.mark.parametrize(
    ("title", "song", "names"),
    [
        ("night (feat. bo)", "night", {"bo"}),
        ("night [ft bo & cy] (remix)", "night (remix)", {"bo", "cy"}),
        ("night (featuring bo)", "night", {"bo"}),
        ("night feat.bo", "night", {"bo"}),
        ("night feat. bo (live)", "night (live)", {"bo"}),
        ("night ft. bo - live", "night - live", {"bo"}),
        ("night (live)", "night (live)", set()),
        ("(feat. bo)", "(feat. bo)", set()),
        ("feat. of strength", "feat. of strength", set()),
        ("night feature", "night feature", set()),
        ("defeat the night", "defeat the night", set()),
        ("", "", set()),
    ],
)
def test_featured_names_are_taken_out_of_a_title(title: str, song: str, names: set[str]) -> None:
    assert artist_credits.split_title(title) == (song, names)


@pytest.mark.parametrize(
    ("credit", "leads", "featured"),
    [
        ("ada", {"ada"}, set()),
        *((f"ada{separator}bo", {"ada", "bo"}, set()) for separator in (" & ", ", ", " • ", "; ", "/", " x ", " and ")),
        ("ada, bo & cy", {"ada", "bo", "cy"}, set()),
        ("ada feat. bo & cy", {"ada"}, {"bo", "cy"}),
        ("ada & bo (ft. cy)", {"ada", "bo"}, {"cy"}),
        ("earth, wind & fire", {"earth", "wind", "fire"}, set()),
        ("axl", {"axl"}, set()),
        ("&", {"&"}, set()),
        ("", {""}, set()),
    ],
)
def test_a_credit_is_a_set_of_names(credit: str, leads: set[str], featured: set[str]) -> None:
    assert artist_credits.split_credit(credit) == (leads, featured)
