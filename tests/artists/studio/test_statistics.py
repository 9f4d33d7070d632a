"""The chart of deliveries: one bar a day, deliveries without an AI model below those with one."""

from datetime import date

from artists.studio.statistics import DayCounts, Statistics


def test_bars_are_as_long_as_their_counts_and_stand_on_each_other() -> None:
    days = [DayCounts(date(2026, 11, 1), 2, 0), DayCounts(date(2026, 11, 2), 1, 3), DayCounts(date(2026, 11, 3), 0, 0)]

    chart = Statistics(days, delivered=6, without_model=3, declined=0, expired=0, stopped=0).wide_chart

    # 198 units of height for 4; each day has a third of the width that is right of the numbers.
    assert (chart.width, chart.base) == (760, 222)
    assert chart.without_model == "M36.0 222.0v-99.0h168.9v99.0zM277.3 222.0v-49.5h168.9v49.5z"
    assert chart.with_model == "M277.3 172.5v-148.5h168.9v148.5z"


def test_days_without_deliveries_have_no_bars() -> None:
    days = [DayCounts(date(2026, 11, day), 0, 0) for day in range(1, 31)]

    chart = Statistics(days, delivered=0, without_model=0, declined=0, expired=0, stopped=0).narrow_chart

    assert (chart.without_model, chart.with_model) == ("", "")
