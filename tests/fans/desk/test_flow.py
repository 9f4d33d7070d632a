"""The picture of the recording's sound above the ribbons of the desk."""

import re

from fans.desk.flow import HEIGHT, LINES, draw_sound
from tests.ai.remix.samples import make_source


def test_the_sound_is_drawn_from_the_first_section_on_as_loud_as_its_loudest_stem() -> None:
    source = make_source()  # 28 seconds of sections
    quiet, late = bytes([20] * 620), bytes([0] * 280 + [200] * 340)

    path = draw_sound(source, [quiet, late])

    heights = [int(height) for height in re.findall(r"v(\d+)", path)]
    assert (len(heights), set(heights[:99]), set(heights[101:])) == (LINES, {4}, {HEIGHT})


def test_where_nothing_is_heard_a_thin_line_is_drawn() -> None:
    assert set(re.findall(r"v(\d+)", draw_sound(make_source(), []))) == {"2"}
