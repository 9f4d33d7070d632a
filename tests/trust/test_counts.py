from datetime import timedelta

from django.utils import timezone

from tests import factories
from tests.trust.factories import a_report
from trust import reports
from trust.counts import ReportCounts, claim_programs, count_by_program
from trust.models import Report


def test_a_report_is_claimed_once_and_again_when_it_is_upheld(db: None) -> None:
    report, other = a_report(factories.create_fan()), a_report(factories.create_fan(), program_id=8)

    claimed = [claim_programs(10), claim_programs(10)]
    reports.handle(other, upheld=False, note="It is kind.", by=factories.get_staff())
    after_dismissal = claim_programs(10)
    reports.handle(report, upheld=True, note="It is not.", by=factories.get_staff())

    assert [*claimed, after_dismissal, claim_programs(10)] == [{7, 8}, set(), set(), {7}]


def test_each_fan_is_counted_once_and_dismissed_reports_are_not_counted(db: None) -> None:
    ana, bo, cy = (factories.create_fan(name) for name in ("Ana", "Bo", "Cy"))
    a_report(ana)
    a_report(ana, number=2, reason="untrue")
    reports.handle(a_report(bo, reason="sexual"), upheld=True, note="Yes.", by=factories.get_staff())
    reports.handle(a_report(cy, reason="pretends"), upheld=False, note="No.", by=factories.get_staff())
    a_report(cy, number=2, program_id=8)

    counts = count_by_program({7: None, 8: None, 9: None}, days=30)

    assert counts == {
        7: ReportCounts(2, ("hurtful", "sexual", "untrue"), ("sexual",)),
        8: ReportCounts(1, ("hurtful",), ()),
    }


def test_reports_before_the_given_time_count_only_when_upheld_after_it(db: None) -> None:
    old, older = a_report(factories.create_fan()), a_report(factories.create_fan())
    reports.handle(older, upheld=True, note="Yes.", by=factories.get_staff())
    resumed_at = timezone.now()

    before = count_by_program({7: resumed_at}, days=30)
    reports.handle(old, upheld=True, note="This one too.", by=factories.get_staff())
    after = count_by_program({7: resumed_at}, days=30)

    assert (before, after) == ({7: ReportCounts(0, (), ())}, {7: ReportCounts(0, (), ("hurtful",))})


def test_an_old_report_no_longer_counts(db: None) -> None:
    then = timezone.now() - timedelta(days=31)
    Report.objects.create(
        by=factories.create_fan(),
        subject="experience:1",
        artist=1,
        program=7,
        reason="untrue",
        words="",
        shown={},
        at=then,
    )

    assert count_by_program({7: None}, days=30) == {7: ReportCounts(0, (), ())}
    assert count_by_program({7: None}, days=32) == {7: ReportCounts(1, ("untrue",), ())}
