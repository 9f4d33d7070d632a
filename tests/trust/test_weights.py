from decimal import Decimal

import pytest
from django.test import override_settings

from trust.weights import FULL_WEIGHT, ReportFacts, as_reports, threshold


@pytest.mark.parametrize(
    ("facts", "weight"),
    [
        (ReportFacts(days=30, listens=10), 100),
        (ReportFacts(days=4000, listens=90_000), 100),
        (ReportFacts(days=0, listens=90_000), 0),
        (ReportFacts(days=-1, listens=10), 0),
        (ReportFacts(days=1, listens=0), 0),
        (ReportFacts(days=7, listens=0), 5),
        (ReportFacts(days=7, listens=10), 23),
        (ReportFacts(days=29, listens=10), 96),
        (ReportFacts(days=30, listens=0), 25),
        (ReportFacts(days=30, listens=1), 32),
        (ReportFacts(days=30, listens=9), 92),
        (ReportFacts(days=30, listens=10, dismissed=1), 50),
        (ReportFacts(days=30, listens=10, dismissed=9), 10),
        (ReportFacts(days=30, listens=10, upheld=1, dismissed=1), 66),
        (ReportFacts(days=30, listens=10, upheld=50), 100),
    ],
)
def test_a_report_weighs_by_age_listening_and_record(facts: ReportFacts, weight: int) -> None:
    assert facts.weight == weight
    assert facts.share == Decimal(weight) / 100


def test_each_fact_moves_the_weight_one_way_and_never_above_one() -> None:
    numbers = (0, 1, 2, 5, 9, 10, 29, 30, 31, 10**6)
    for days in numbers:
        for listens in numbers:
            for upheld in (0, 1, 7):
                for dismissed in (0, 1, 7):
                    weight = ReportFacts(days, listens, upheld, dismissed).weight
                    assert 0 <= weight <= FULL_WEIGHT
                    assert weight <= ReportFacts(days + 1, listens, upheld, dismissed).weight
                    assert weight <= ReportFacts(days, listens + 1, upheld, dismissed).weight
                    assert weight <= ReportFacts(days, listens, upheld + 1, dismissed).weight
                    assert weight >= ReportFacts(days, listens, upheld, dismissed + 1).weight


@pytest.mark.parametrize(
    ("audience", "full_reports"),
    [(0, 3), (1, 3), (9, 3), (10, 4), (16, 4), (17, 5), (100, 10), (101, 11), (10_000, 100), (1_000_000, 1000)],
)
def test_the_threshold_is_the_root_of_the_audience(audience: int, full_reports: int) -> None:
    assert threshold(audience) == full_reports * FULL_WEIGHT
    assert as_reports(threshold(audience)) == full_reports


@override_settings(REPORT_FULL_DAYS=10, REPORT_FULL_LISTENS=2, REPORTS_TO_STOP=5)
def test_the_settings_say_who_is_regular_and_how_many_it_takes() -> None:
    assert ReportFacts(days=10, listens=2).weight == 100
    assert ReportFacts(days=5, listens=1).weight == 31
    assert threshold(9) == 500


@pytest.mark.parametrize(
    ("facts", "reductions"),
    [
        (ReportFacts(days=30, listens=10, upheld=3), []),
        (ReportFacts(days=1, listens=10), ["an account of 1 day"]),
        (
            ReportFacts(days=12, listens=7, dismissed=2),
            ["an account of 12 days", "little listening to this artist", "2 of their reports dismissed"],
        ),
    ],
)
def test_staff_read_what_lowers_the_weight(facts: ReportFacts, reductions: list[str]) -> None:
    assert facts.reductions == reductions
