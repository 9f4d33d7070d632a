from datetime import timedelta

from django.utils import timezone

from tests import factories
from tests.trust.factories import a_report
from trust import reports
from trust.counts import ReportCounts, claim_programs, count_by_program
from trust.models import Report


def test_what_is_new_is_taken_once_until_it_is_upheld(db: None) -> None:
    report, other = a_report(factories.create_fan()), a_report(factories.create_fan(), program_id=8)

    taken = [claim_programs(10), claim_programs(10)]
    reports.handle(other, upheld=False, note="It is kind.", by=factories.get_staff())
    dismissed = claim_programs(10)
    reports.handle(report, upheld=True, note="It is not.", by=factories.get_staff())

    assert [*taken, dismissed, claim_programs(10)] == [{7, 8}, set(), set(), {7}]


def test_fans_are_counted_once_and_dismissed_reports_not(db: None) -> None:
    ana, bo, cy = (factories.create_fan(name) for name in ("Ana", "Bo", "Cy"))
    a_report(ana)
    a_report(ana, number=2, reason="untrue")
    reports.handle(a_report(bo, reason="sexual"), upheld=True, note="Yes.", by=factories.get_staff())
    reports.handle(a_report(cy, reason="pretends"), upheld=False, note="No.", by=factories.get_staff())
    a_report(cy, number=2, program_id=8)

    weights = count_by_program({7: None, 8: None, 9: None}, days=30)

    assert weights == {
        7: ReportCounts(2, ("hurtful", "sexual", "untrue"), ("sexual",)),
        8: ReportCounts(1, ("hurtful",), ()),
    }


def test_what_was_looked_at_counts_no_more_unless_staff_uphold_it_later(db: None) -> None:
    old, older = a_report(factories.create_fan()), a_report(factories.create_fan())
    reports.handle(older, upheld=True, note="Yes.", by=factories.get_staff())
    looked = timezone.now()

    before = count_by_program({7: looked}, days=30)
    reports.handle(old, upheld=True, note="This one too.", by=factories.get_staff())
    after = count_by_program({7: looked}, days=30)

    assert (before, after) == ({7: ReportCounts(0, (), ())}, {7: ReportCounts(0, (), ("hurtful",))})


def test_after_a_month_a_report_no_longer_counts(db: None) -> None:
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
