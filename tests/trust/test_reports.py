from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone

from accounts.exceptions import NotAllowed
from audit.models import Entry
from live.models import Notice
from tests import factories
from tests.concurrency import run_at_once
from tests.servers import Database
from tests.trust.factories import SHOWN_TO_FAN, a_report
from trust import reports
from trust.exceptions import AlreadyHandled, AlreadyReported, ReportRefused
from trust.models import Report
from worker.wake import Listener


def audit_entries(prefix: str) -> list[tuple[str, str, str, dict[str, Any]]]:
    entries = Entry.objects.filter(action__startswith=prefix).order_by("pk")
    return list(entries.values_list("action", "actor", "subject", "facts"))


def test_a_report_stores_what_was_shown_and_notifies_staff(db: None) -> None:
    fan, desk, away = (
        factories.create_fan(),
        factories.get_staff(),
        factories.create_person("Away", is_staff=True, is_active=False),
    )

    report = a_report(fan)

    stored = Report.objects.get()
    assert (stored.by, stored.reason, stored.words, stored.shown) == (fan, "hurtful", "It mocks me.", SHOWN_TO_FAN)
    assert (stored.state, stored.to_count, stored.handled_by) == ("open", True, None)
    notices = Notice.objects.values_list("person", "kind", "reference")
    assert list(notices) == [(desk.pk, "report.filed", f"report:{report.pk}")]
    assert not Notice.objects.filter(person=away).exists()
    about = {"about": stored.subject, "reason": "hurtful", "artist": 1, "program": 7}
    assert audit_entries("report.") == [("report.filed", fan.actor, f"report:{report.pk}", about)]


def test_a_fan_reports_an_experience_once(db: None) -> None:
    fan = factories.create_fan()
    factories.get_staff()
    first = a_report(fan)

    with pytest.raises(AlreadyReported, match=r"^You reported this on .* UTC\. Once is enough: nothing was changed\.$"):
        a_report(fan, reason="sexual", words="Something else entirely.")

    first.refresh_from_db()
    assert (first.reason, first.words, Report.objects.count(), Notice.objects.count()) == (
        "hurtful",
        "It mocks me.",
        1,
        1,
    )
    assert len(audit_entries("report.")) == 1


def test_of_the_listening_no_more_is_stored_than_the_weight_needs(db: None) -> None:
    a_report(factories.create_fan(), listens=90_000)
    a_report(factories.create_fan(), listens=4)

    assert list(Report.objects.order_by("pk").values_list("listens", flat=True)) == [10, 4]


def test_two_clicks_at_once_file_one_report(committing_db: Database) -> None:
    fan = factories.create_fan()

    answers = run_at_once(lambda: a_report(fan), lambda: a_report(fan))

    assert sorted(type(answer).__name__ for answer in answers) == ["AlreadyReported", "Report"]
    assert Report.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"reason": "boring"}, "Say what is wrong with it."),
        ({"words": "x" * 1001}, "Say it in 1,000 characters; these are 1,001."),
        ({"words": "a\0b"}, "There is a character in it that cannot be stored."),
        ({"reason": "other", "words": "  "}, "Say in a few words what it is: nobody can tell from “something else”."),
    ],
)
def test_an_invalid_report_is_refused_with_advice(db: None, changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ReportRefused) as refused:
        a_report(factories.create_fan(), **changes)

    assert str(refused.value) == sentence
    assert Report.objects.count() == 0


@pytest.mark.parametrize(("upheld", "state"), [(True, "upheld"), (False, "dismissed")])
def test_staff_handle_a_report_once_and_say_why(db: None, upheld: bool, state: str) -> None:
    desk, report = factories.get_staff(), a_report(factories.create_fan())

    reports.handle(report, upheld=upheld, note="  Read  twice. ", by=desk)

    assert (report.state, report.handled_by, report.note) == (state, desk.actor, "Read twice.")
    notices = Notice.objects.filter(kind="report.handled").values_list("person", "reference")
    assert list(notices) == [(report.by_id, f"report:{report.pk}")]
    assert audit_entries(f"report.{state}") == [(f"report.{state}", desk.actor, f"report:{report.pk}", {"program": 7})]
    with pytest.raises(AlreadyHandled, match=f"^Already {state} by Staff on "):
        reports.handle(report, upheld=not upheld, note="No.", by=desk)
    assert list(reports.list_open()) == []
    assert list(reports.list_handled()) == [report]


@pytest.mark.parametrize(
    ("note", "sentence"),
    [(" ", "Say in a sentence why: it is kept with the report."), ("x" * 501, "Say it in 500 characters.")],
)
def test_a_verdict_needs_a_note(db: None, note: str, sentence: str) -> None:
    report = a_report(factories.create_fan())

    with pytest.raises(ReportRefused, match=sentence):
        reports.handle(report, upheld=True, note=note, by=factories.get_staff())

    report.refresh_from_db()
    assert report.state == "open"


def test_only_staff_handle_reports(db: None) -> None:
    fan, principal = factories.create_fan(), factories.get_member(factories.create_artist(), "principal")
    report = a_report(fan)
    left = factories.create_person("Left", is_staff=True, is_active=False)

    for person in (fan, principal, left):
        with pytest.raises(NotAllowed, match=r"^Only staff handle reports\.$"):
            reports.handle(report, upheld=False, note="No.", by=person)

    report.refresh_from_db()
    assert report.state == "open"


def test_of_two_concurrent_verdicts_one_is_refused(committing_db: Database) -> None:
    desk, report = factories.get_staff(), a_report(factories.create_fan())

    def decide(upheld: bool) -> Report:
        return reports.handle(Report.objects.get(pk=report.pk), upheld=upheld, note="Read.", by=desk)

    answers = run_at_once(lambda: decide(True), lambda: decide(False))

    assert sorted(type(answer).__name__ for answer in answers) == ["AlreadyHandled", "Report"]
    assert len(audit_entries("report.upheld") + audit_entries("report.dismissed")) == 1


def test_filing_and_upholding_a_report_wake_the_worker(committing_db: Database) -> None:
    with Listener(reports.WAKE_CHANNEL) as listener:
        listener.wait(0.1)
        report = a_report(factories.create_fan())
        woken_by_filing = listener.wait(5)
        reports.handle(report, upheld=True, note="So it is.", by=factories.get_staff())
        woken_by_verdict = listener.wait(5)

    assert (woken_by_filing, woken_by_verdict) == (True, True)


def test_the_list_for_the_artist_shows_neither_fans_nor_experiences(db: None) -> None:
    report = a_report(factories.create_fan())
    a_report(factories.create_fan(), artist=2)

    assert reports.list_for_artist(1, limit=5) == [(7, "hurtful", "open", report.at)]


# What the database enforces


def test_words_can_be_erased_after_the_verdict(db: None) -> None:
    report = a_report(factories.create_fan())
    reports.handle(report, upheld=True, note="Yes.", by=factories.get_staff())

    Report.objects.filter(pk=report.pk).update(words=None, shown=None)

    report.refresh_from_db()
    assert (report.words, report.shown, report.state) == (None, None, "upheld")


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM trust_report",
        "TRUNCATE trust_report",
        "UPDATE trust_report SET reason = 'other'",
        "UPDATE trust_report SET subject = 'experience:2'",
        "UPDATE trust_report SET at = now() - interval '1 year'",
        "UPDATE trust_report SET at = now()",
        "UPDATE trust_report SET by_id = (SELECT id FROM accounts_person WHERE is_staff)",
        "UPDATE trust_report SET program = 8",
        "UPDATE trust_report SET listens = 10",
        "UPDATE trust_report SET audience = 1",
        "UPDATE trust_report SET words = 'It is lovely.'",
        "UPDATE trust_report SET shown = '{}'",
        "UPDATE trust_report SET state = 'open', handled_by = NULL, handled_at = NULL, note = ''",
        "UPDATE trust_report SET note = 'Another.'",
        "UPDATE trust_report SET state = 'dismissed'",
    ],
)
def test_the_database_refuses_to_change_a_handled_report(db: None, sql: str) -> None:
    report = a_report(factories.create_fan())
    reports.handle(report, upheld=True, note="Yes.", by=factories.get_staff())

    with (
        pytest.raises(ProgrammingError, match=r"permission denied|history is not changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)

    assert Report.objects.filter(pk=report.pk, reason="hurtful", words="It mocks me.", state="upheld").count() == 1


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"state": "upheld"}, "somebody_handled_a_report_and_says_why"),
        ({"note": "Undecided."}, "somebody_handled_a_report_and_says_why"),
        ({"state": "gone", "handled_by": "x", "handled_at": timezone.now(), "note": "y"}, "somebody_handled_a_report"),
        ({"reason": "boring"}, "a_report_has_a_reason"),
        ({"subject": "artist:1"}, "a_report_is_on_what_a_program_made_or_on_a_shelf"),
        ({"program": None}, "a_report_is_on_what_a_program_made_or_on_a_shelf"),
        ({"subject": "shelf:1"}, "a_report_is_on_what_a_program_made_or_on_a_shelf"),
        ({"subject": "shelf:1", "program": None}, "a_report_is_on_what_a_program_made_or_on_a_shelf"),
        ({"subject": "shelf:x", "program": None, "audience": None}, "a_report_is_on_what_a_program_made_or_on_a_shelf"),
        ({"audience": 0}, "what_is_reported_reached_somebody"),
        ({"listens": -1}, "trust_report_listens_check"),
    ],
)
def test_the_database_refuses_an_invalid_report(db: None, changes: dict[str, Any], constraint: str) -> None:
    if "handled_by" in changes:
        changes = {**changes, "handled_by": factories.get_staff().actor}
    row = {"subject": "experience:1", "artist": 1, "program": 7, "listens": 1, "audience": 1, "reason": "untrue"}
    row |= {"words": "", "shown": {}}

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Report.objects.create(by=factories.create_fan(), **{**row, **changes})


@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_queries_does_not_grow_with_staff(db: None, count: int, django_assert_num_queries: Any) -> None:
    for number in range(count):
        factories.create_person(f"Desk {number}", is_staff=True)
    fan = factories.create_fan()

    with django_assert_num_queries(11):
        a_report(fan)

    assert Notice.objects.count() == count
