"""The drawing of what reached fans: a bar a day, a hand's ink below, a machine's dots on it."""

from datetime import date

from artists.studio.statistics import DayCounts, Statistics


def test_a_bar_is_as_long_as_its_number_and_the_machines_stands_on_the_hands() -> None:
    days = [DayCounts(date(2026, 11, 1), 2, 0), DayCounts(date(2026, 11, 2), 1, 3), DayCounts(date(2026, 11, 3), 0, 0)]

    chart = Statistics(days, delivered=6, by_hand=3, declined=0, expired=0, stopped=0).wide

    # 198 units of height for 4; each day has a third of the width right of the numbers.
    assert (chart.width, chart.base) == (760, 222)
    assert chart.hand == "M36.0 222.0v-99.0h168.9v99.0zM277.3 222.0v-49.5h168.9v49.5z"
    assert chart.machine == "M277.3 172.5v-148.5h168.9v148.5z"


def test_days_without_anything_draw_nothing() -> None:
    days = [DayCounts(date(2026, 11, day), 0, 0) for day in range(1, 31)]

    chart = Statistics(days, delivered=0, by_hand=0, declined=0, expired=0, stopped=0).narrow

    assert (chart.hand, chart.machine) == ("", "")
