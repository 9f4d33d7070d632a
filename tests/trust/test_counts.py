from datetime import timedelta

from django.test import override_settings
from django.utils import timezone

from config.database import as_owner
from tests import factories
from tests.servers import Database
from tests.trust.factories import a_report, create_regular
from trust import reports
from trust.counts import ReportCounts, claim_programs, count_by_program, list_facts
from trust.models import Report


def test_a_report_is_claimed_once_and_again_when_it_is_upheld(db: None) -> None:
    report, other = a_report(factories.create_fan()), a_report(factories.create_fan(), program=8)

    claimed = [claim_programs(10), claim_programs(10)]
    reports.handle(other, upheld=False, note="It is kind.", by=factories.get_staff())
    after_dismissal = claim_programs(10)
    reports.handle(report, upheld=True, note="It is not.", by=factories.get_staff())

    assert [*claimed, after_dismissal, claim_programs(10)] == [{7, 8}, set(), set(), {7}]


def test_other_reports_of_a_fan_are_claimed_again_when_one_is_upheld(db: None) -> None:
    fan = factories.create_fan()
    first, _ = a_report(fan), a_report(fan, number=2, program=8)
    dismissed = a_report(fan, number=3, program=9)
    a_report(factories.create_fan("Bo"), program=10)
    reports.handle(dismissed, upheld=False, note="It is kind.", by=factories.get_staff())
    claim_programs(10)

    reports.handle(first, upheld=True, note="It is not.", by=factories.get_staff())

    assert claim_programs(10) == {7, 8}


def test_each_fan_is_counted_once_and_dismissed_reports_are_not_counted(db: None) -> None:
    ana, bo, cy = (create_regular(name) for name in ("Ana", "Bo", "Cy"))
    a_report(ana)
    a_report(ana, number=2, reason="untrue")
    reports.handle(a_report(bo, reason="sexual"), upheld=True, note="Yes.", by=factories.get_staff())
    reports.handle(a_report(cy, reason="pretends"), upheld=False, note="No.", by=factories.get_staff())
    a_report(cy, number=2, program=8, audience=17)

    counts = count_by_program({7: None, 8: None, 9: None})

    assert counts == {
        7: ReportCounts(2, 200, 300, ("hurtful", "sexual", "untrue"), ("sexual",)),
        8: ReportCounts(1, 50, 500, ("hurtful",), ()),
    }


def test_a_fan_weighs_by_their_last_report_on_the_program(db: None) -> None:
    fan = create_regular()
    a_report(fan, listens=1)
    a_report(fan, number=2, listens=10, audience=50)

    assert count_by_program({7: None}) == {7: ReportCounts(1, 100, 800, ("hurtful",), ())}


def test_the_weights_of_many_different_fans_add_up(db: None) -> None:
    fans = [create_regular(days=days) for days in (30, 30, 400, 12, 0)]
    for fan, listens in zip(fans, (10, 0, 10, 7, 10), strict=True):
        a_report(fan, listens=listens)
    for number in (2, 3):
        handled = a_report(fans[2], number=number, program=8)
        reports.handle(handled, upheld=number == 2, note="Read.", by=factories.get_staff())

    counts = count_by_program({7: None})[7]
    facts = list_facts(Report.objects.filter(program=7).select_related("by").order_by("pk"))

    assert [found.weight for found in facts.values()] == [100, 25, 66, 31, 0]
    assert (counts.fans, counts.weight) == (5, 100 + 25 + 66 + 31)


def test_a_program_stops_by_weight_or_by_a_verdict() -> None:
    below, reached = ReportCounts(9, 299, 300, ("untrue",), ()), ReportCounts(3, 300, 300, ("untrue",), ())
    agreed = ReportCounts(1, 0, 300, ("untrue",), ("untrue",))

    assert [counts.stops_program for counts in (below, reached, agreed)] == [False, True, True]


def test_reports_before_the_given_time_count_only_when_upheld_after_it(db: None) -> None:
    old, older = a_report(create_regular()), a_report(create_regular())
    reports.handle(older, upheld=True, note="Yes.", by=factories.get_staff())
    resumed_at = timezone.now()

    before = count_by_program({7: resumed_at})
    reports.handle(old, upheld=True, note="This one too.", by=factories.get_staff())
    after = count_by_program({7: resumed_at})

    assert before == {7: ReportCounts(0, 0, 300, (), ())}
    assert after == {7: ReportCounts(0, 0, 300, (), ("hurtful",))}


def test_an_old_report_no_longer_counts(committing_db: Database) -> None:
    fan, then = create_regular(days=46), timezone.now() - timedelta(days=31)
    with as_owner():  # who alone can store a time other than the clock's
        Report.objects.create(
            by=fan,
            subject="experience:1",
            artist=1,
            program=7,
            listens=10,
            audience=1,
            reason="untrue",
            words="",
            shown={},
            at=then,
        )

    with override_settings(REPORT_DAYS=32):
        longer = count_by_program({7: None})

    # The account was 15 days old then.
    assert longer == {7: ReportCounts(1, 50, 300, ("untrue",), ())}
    assert count_by_program({7: None}) == {7: ReportCounts(0, 0, 300, (), ())}
