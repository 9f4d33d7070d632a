import pytest

from ai.evaluation.figures import Figure, total
from ai.evaluation.report import write_report


@pytest.mark.parametrize(
    ("found", "of", "low", "high"), [(10, 10, 0.722, 1.0), (0, 10, 0.0, 0.278), (5, 10, 0.237, 0.763), (0, 0, 0.0, 1.0)]
)
def test_an_interval_is_wilsons(found: int, of: int, low: float, high: float) -> None:
    assert Figure("", found, of).interval == pytest.approx((low, high), abs=0.001)


def test_a_total_adds_up() -> None:
    assert total("all", [Figure("en", 1, 4), Figure("de", 2, 6)]) == Figure("all", 3, 10)


def test_a_report_tells_of_both_sets() -> None:
    lines = write_report().splitlines()

    assert [line.split(":")[0] for line in lines if line and line[0] not in " s"] == ["Fixed set", "Held-out set"]
    assert len([line for line in lines if line.startswith("  Bad messages with a hard finding")]) == 2
