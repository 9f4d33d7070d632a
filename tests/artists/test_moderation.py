from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.exceptions import NotAllowed
from accounts.models import Person
from artists import delivery, moderation, programs, review
from artists.exceptions import InvalidRequest
from artists.models import Draft, Program
from audit.models import Entry
from catalog.models import Artist
from config.database import as_owner
from fans.models import Experience
from live.models import Notice
from tests import factories
from tests.concurrency import run_at_once
from tests.servers import Database
from tests.trust.factories import a_report, create_regular, report_experience
from trust import reports
from trust.models import Report


def report_earlier_experience(artist: Artist, fan: Person, number: int = 1, **facts: int) -> Report:
    """A report on an earlier experience of the artist's only program, which no longer exists."""
    return a_report(fan, number=number, artist=artist.pk, program=artist.programs.get().pk, **facts)


def create_regulars(number: int) -> list[Person]:
    return [create_regular() for _ in range(number)]


def dismiss(report: Report) -> None:
    reports.handle(report, upheld=False, note="It is kind.", by=factories.get_staff())


def uphold(report: Report) -> None:
    reports.handle(report, upheld=True, note="It is.", by=factories.get_staff())


def weigh_all(artist: Artist) -> Program:
    """The artist's only program, after all new reports were weighed."""
    while moderation.weigh_next():
        pass
    return artist.programs.get()


def pause_entries() -> list[tuple[str, str, dict[str, Any]]]:
    return list(Entry.objects.filter(action="program.paused").order_by("pk").values_list("actor", "subject", "facts"))


def pause_notices(artist: Artist) -> set[tuple[Any, str]]:
    notices = Notice.objects.filter(kind="program.paused", person__memberships__team=artist.team)
    return set(notices.values_list("person", "reference"))


def test_without_reports_there_is_nothing_to_do(db: None) -> None:
    assert moderation.weigh_next() is False


def test_the_third_regular_fan_who_reports_pauses_the_program(db: None) -> None:
    artist, desk = factories.create_artist(), factories.get_staff()
    team = [factories.get_member(artist, role) for role in ("principal", "reviewer")]

    report_experience(artist, "Ana")
    report_experience(artist, "Bo", reason="untrue")
    two = weigh_all(artist)
    report_experience(artist, "Cy")
    three = weigh_all(artist)

    assert (two.state, two.paused_because) == ("live", "")
    because = "3 fans reported it within 30 days: it is hurtful; it says something that is not true."
    assert (three.state, three.paused_because) == ("paused", because)
    facts = {"fans": 3, "upheld": 0, "weight_percent": 300, "threshold_percent": 300}
    assert pause_entries() == [("system:reports", f"program:{three.pk}", facts)]
    assert pause_notices(artist) == {(person.pk, f"program:{three.pk}") for person in team}
    assert not Notice.objects.filter(kind="program.paused", person=desk).exists()


def test_many_reports_of_one_fan_count_as_one(db: None) -> None:
    artist = factories.create_artist()
    fan = report_experience(artist).by

    for number in range(2, 8):
        report_earlier_experience(artist, fan, number)

    assert weigh_all(artist).state == "live"
    assert Report.objects.filter(by=fan).count() == 7


def test_three_new_accounts_stop_nothing_however_much_they_listen(db: None) -> None:
    artist = factories.create_artist()

    for name in ("Ana", "Bo", "Cy"):
        report_experience(artist, name, days=0, listens=50)

    assert weigh_all(artist).state == "live"
    assert reports.list_open().count() == 3


@pytest.mark.parametrize("days", [0, 1, 7])
def test_thirty_young_accounts_without_listens_stop_nothing(db: None, days: int) -> None:
    artist = factories.create_artist()
    factories.create_program(artist)

    for number in range(1, 31):
        report_earlier_experience(artist, create_regular(days=days), listens=0, audience=number)

    assert weigh_all(artist).state == "live"
    assert reports.list_open().count() == 30


def test_fans_who_have_hardly_listened_stop_it_together(db: None) -> None:
    artist = factories.create_artist()
    factories.create_program(artist)

    for fan in create_regulars(9):
        report_earlier_experience(artist, fan, listens=1, audience=9)
    nine = weigh_all(artist)
    report_earlier_experience(artist, create_regular(), listens=1, audience=9)
    ten = weigh_all(artist)

    assert (nine.state, ten.state) == ("live", "paused")
    assert ten.paused_because == "10 fans reported it within 30 days: it is hurtful."


def test_one_heavy_listener_alone_stops_nothing(db: None) -> None:
    artist = factories.create_artist()
    report = report_experience(artist, days=4000)
    uphold(a_report(report.by, number=2, program=artist.programs.get().pk + 1))  # staff agreed with them before

    report_earlier_experience(artist, report.by, 3, listens=90_000)

    assert weigh_all(artist).state == "live"


def test_old_accounts_whose_reports_were_dismissed_weigh_half(db: None) -> None:
    artist = factories.create_artist()
    other_program = factories.create_program(artist).pk + 1
    fans = create_regulars(6)
    for fan in fans:
        dismiss(a_report(fan, number=2, program=other_program))

    for fan in fans[:5]:
        report_earlier_experience(artist, fan)
    five = weigh_all(artist)
    report_earlier_experience(artist, fans[5])
    six = weigh_all(artist)

    assert (five.state, six.state) == ("live", "paused")


def test_a_fan_with_whom_staff_agree_weighs_more_in_other_reports_at_once(db: None) -> None:
    artist = factories.create_artist()
    other_program = factories.create_program(artist).pk + 1
    *fans, doubted = create_regulars(4)
    dismiss(a_report(doubted, number=2, program=other_program))
    right = a_report(doubted, number=3, program=other_program)
    for fan, listens in zip(fans, (10, 10, 3), strict=True):  # 100, 100 and 47
        report_earlier_experience(artist, fan, listens=listens)
    report_earlier_experience(artist, doubted)  # 50
    doubtful = weigh_all(artist)

    uphold(right)

    assert (doubtful.state, weigh_all(artist).state) == ("live", "paused")


def test_the_more_fans_a_program_reached_the_more_it_takes(db: None) -> None:
    artist = factories.create_artist()
    factories.create_program(artist)
    fans = create_regulars(5)

    states = []
    for fan in fans:
        report_earlier_experience(artist, fan, audience=17)
        states.append(weigh_all(artist).state)

    assert states == ["live", "live", "live", "live", "paused"]


def test_the_audience_is_who_received_the_program(db: None) -> None:
    artist = factories.create_artist()
    for number in range(7):
        factories.create_experience(artist, factories.create_fan(f"Fan {number}", opted_in=artist))

    for name in ("Ana", "Bo", "Cy"):
        report_experience(artist, name)
    three = weigh_all(artist)
    report_experience(artist, "Dee")
    four = weigh_all(artist)

    assert list(Report.objects.order_by("pk").values_list("audience", flat=True)) == [8, 9, 10, 11]
    assert (three.state, four.state) == ("live", "paused")


def test_one_report_that_staff_uphold_pauses_the_program(db: None) -> None:
    artist = factories.create_artist()
    report = report_experience(artist, reason="sexual")
    alone = weigh_all(artist)

    uphold(report)
    upheld = weigh_all(artist)

    assert alone.state == "live"
    assert (upheld.state, upheld.paused_because) == ("paused", "Staff agreed with a fan who reported it: it is sexual.")


def test_a_dismissed_report_does_not_count(db: None) -> None:
    artist = factories.create_artist()
    dismiss(report_experience(artist, "Ana"))
    report_experience(artist, "Bo")
    report_experience(artist, "Cy")

    assert weigh_all(artist).state == "live"


def test_a_paused_program_delivers_and_approves_nothing(db: None) -> None:
    artist = factories.create_artist()
    report = report_experience(artist)
    pending = factories.create_pending_draft(artist, factories.create_fan("Dee", opted_in=artist))
    approved = factories.create_approved_draft(artist, factories.create_fan("Cy", opted_in=artist))
    uphold(report)
    weigh_all(artist)

    delivery.deliver_next()

    approved.refresh_from_db()
    assert (approved.state, approved.reason) == (Draft.State.UNDELIVERABLE, "stopped: the program is paused")
    assert Experience.objects.count() == 1
    with pytest.raises(InvalidRequest, match="The program is paused, so nothing of it goes out"):
        review.approve(pending.pk, by=factories.get_member(artist, "principal"))


def test_other_programs_stay_live(db: None) -> None:
    artist, other = factories.create_artist(), factories.create_artist("Ove Lind")
    factories.create_program(other)
    uphold(report_experience(artist))

    assert weigh_all(artist).state == "paused"
    assert other.programs.get().state == "live"


def test_a_paused_program_is_not_paused_again(db: None) -> None:
    artist = factories.create_artist()
    for name in ("Ana", "Bo", "Cy"):
        report_experience(artist, name)
    first = weigh_all(artist)
    reports.handle(Report.objects.latest("pk"), upheld=True, note="It is.", by=factories.get_staff())

    again = weigh_all(artist)

    assert (again.paused_because, len(pause_entries())) == (first.paused_because, 1)
    assert len(pause_notices(artist)) == artist.team.members.count()


def artist_with_stopped_program() -> Artist:
    artist = factories.create_artist()
    uphold(report_experience(artist))
    weigh_all(artist)
    return artist


@pytest.mark.parametrize("role", ["principal", "owner"])
def test_a_principal_or_an_owner_resumes_and_only_newer_reports_count(db: None, role: str) -> None:
    artist = artist_with_stopped_program()
    before = [report_earlier_experience(artist, fan) for fan in create_regulars(2)]

    programs.resume(artist.programs.get(), by=factories.get_member(artist, role))
    resumed = weigh_all(artist)
    report_experience(artist, "Dee")
    one_more = weigh_all(artist)
    reports.handle(before[0], upheld=True, note="It is, too.", by=factories.get_staff())
    upheld_later = weigh_all(artist)

    assert (resumed.state, resumed.paused_because) == ("live", "")
    assert one_more.state == "live"
    assert upheld_later.state == "paused"


@pytest.mark.parametrize("role", ["editor", "reviewer"])
def test_editors_and_reviewers_cannot_resume_what_reports_paused(db: None, role: str) -> None:
    artist = artist_with_stopped_program()

    with pytest.raises(NotAllowed):
        programs.resume(artist.programs.get(), by=factories.get_member(artist, role))

    assert artist.programs.get().state == "paused"


def test_an_editor_resumes_what_the_team_paused_itself(db: None) -> None:
    artist = factories.create_artist()
    program = factories.create_program(artist)
    programs.pause(program, by=factories.get_member(artist, "reviewer"))

    programs.resume(program, by=factories.get_member(artist, "editor"))

    program.refresh_from_db()
    assert (program.state, program.reports_from) == ("live", None)


def test_reports_also_stop_a_program_that_the_team_paused(db: None) -> None:
    artist = factories.create_artist()
    report = report_experience(artist)
    programs.pause(artist.programs.get(), by=factories.get_member(artist, "reviewer"))
    uphold(report)
    weigh_all(artist)

    with pytest.raises(NotAllowed, match="only a principal or an owner may resume a program that fans’ reports"):
        programs.resume(artist.programs.get(), by=factories.get_member(artist, "editor"))


def test_a_signature_does_not_resume_the_program(db: None) -> None:
    artist = artist_with_stopped_program()
    principal = factories.get_member(artist, "principal")

    programs.sign(factories.create_version(artist.programs.get()), by=principal, fresh=True)

    program = artist.programs.get()
    assert (program.state, bool(program.paused_because)) == ("paused", True)


def test_reports_of_last_month_do_not_count(committing_db: Database) -> None:
    artist = factories.create_artist()
    program = factories.create_program(artist)
    with as_owner():  # who alone can store a time other than the clock's
        for number, days in enumerate((31, 31, 1)):
            Report.objects.create(
                by=create_regular(days=90),
                listens=10,
                audience=3,
                subject=f"experience:{number}",
                artist=artist.pk,
                program=program.pk,
                reason="hurtful",
                words="",
                shown={},
                at=timezone.now() - timedelta(days=days),
            )

    assert weigh_all(artist).state == "live"


def test_concurrent_processes_pause_a_program_once(committing_db: Database) -> None:
    artist = factories.create_artist()
    for name in ("Ana", "Bo", "Cy"):
        report_experience(artist, name)

    answers = run_at_once(moderation.weigh_next, moderation.weigh_next)

    assert True in answers
    assert (weigh_all(artist).state, len(pause_entries())) == ("paused", 1)


def test_only_a_paused_program_has_a_reason(db: None) -> None:
    program = factories.create_program(factories.create_artist())

    with pytest.raises(IntegrityError, match="reports_stop_a_program_until_it_is_resumed"), transaction.atomic():
        Program.objects.filter(pk=program.pk).update(paused_because="So.")


@pytest.mark.parametrize("count", [1, 3])
def test_weighing_takes_a_constant_number_of_queries(
    db: None, count: int, django_assert_num_queries: Callable[[int], Any]
) -> None:
    artists = [factories.create_artist(name) for name in ("Mara Veil", "Ove Lind", "Kestrel Row")[:count]]
    for artist in artists:
        uphold(report_experience(artist))

    with django_assert_num_queries(10):
        moderation.weigh_next()

    assert set(Program.objects.values_list("state", flat=True)) == {"paused"}


@pytest.mark.parametrize("count", [1, 3])
def test_the_studio_reads_the_reports_without_the_fans(
    db: None, count: int, django_assert_num_queries: Callable[[int], Any]
) -> None:
    artist = factories.create_artist()
    for name in ("Ana", "Bo", "Cy")[:count]:
        newest = report_experience(artist, name)
    report_experience(factories.create_artist("Ove Lind"), "Eve")

    with django_assert_num_queries(2):
        summaries = moderation.list_reports(artist)

    assert summaries == [moderation.ReportSummary("Thank you", "It is hurtful", "Open", newest.at.date())] * count


def test_the_api_says_why_the_program_is_paused(db: None, client: Any) -> None:
    artist = artist_with_stopped_program()
    member: Person = factories.get_member(artist, "reviewer")
    client.force_login(member)

    [program] = client.get(f"/api/v1/studio/{artist.slug}/programs").json()

    assert (program["state"], program["paused_because"]) == (
        "paused",
        "Staff agreed with a fan who reported it: it is hurtful.",
    )
