"""Charts of the listening page: busiest hours, and lengths in proportion."""

from datetime import UTC, datetime

from fans import charts


def test_the_dial_points_at_the_busiest_hours() -> None:
    hours = [0] * 24
    hours[23], hours[0], hours[1], hours[12] = 9, 10, 8, 5

    dial = charts.draw_dial(hours)

    assert (dial.label, [n for n, stroke in enumerate(dial.strokes) if stroke.busy]) == ("23–02", [0, 1, 23])
    assert [n for n, stroke in enumerate(dial.strokes) if stroke.path] == [0, 1, 12, 23]
    assert dial.strokes[0].path == "M182.0 78.8L190.4 15.3"


def test_charts_of_nothing_are_empty_and_of_something_in_proportion() -> None:
    month = datetime(2026, 11, 1, tzinfo=UTC)

    assert charts.draw_horizontal_bars([]) == []
    assert [bar.length for bar in charts.draw_horizontal_bars([("a", 4), ("b", 1), ("c", 0)])] == [360, 90, 1]
    for chart in charts.draw_months([(month, 0), (month, 0)]):
        assert [(bar.length, bar.still_running) for bar in chart.bars] == [(0, False), (0, True)]
    lengths = [[bar.length for bar in chart.bars] for chart in charts.draw_months([(month, 1), (month, 2)])]
    assert lengths == [[72, 144], [52, 104]]


def test_twelve_months_fill_each_chart() -> None:
    for chart in charts.draw_months([(datetime(2026, month, 1, tzinfo=UTC), month) for month in range(1, 13)]):
        first, last = chart.bars[0], chart.bars[-1]
        assert first.offset >= 0
        assert last.offset + last.width <= chart.width
        assert chart.width - (last.offset + last.width) < chart.bar_step
