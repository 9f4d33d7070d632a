"""Tests of the notices beside the feed: answered reports and withdrawn experiences."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Person
from catalog.models import Artist
from fans import activity, experiences, reports
from fans.models import Experience
from live.models import Notice
from tests import factories
from tests.fans.pages import HTMX, count_queries, get_page, received, signed_in_client
from tests.trust.factories import a_report
from trust import reports as desk
from trust.models import Report

pytestmark = pytest.mark.django_db
AGREED = "A person read your report about Mara Veil and agreed. The program was stopped."
NOTHING = "A person read your report about Mara Veil and found nothing to stop."
TAKEN = "Mara Veil ’s side took back something you received."


def report_and_handle(experience: Experience, *, upheld: bool) -> Report:
    report = reports.report_experience(experience, by=experience.person, reason="hurtful", said="It mocks me.")
    return desk.handle(report, upheld=upheld, note="A note of the desk.", by=factories.get_staff())


def create_handled_report(fan: Person, number: int) -> Report:
    """A report on something that does not exist, dismissed just now."""
    about = {"subject": f"experience:{number}", "artist": 1, "program": 7, "listens": 1, "audience": 1}
    about |= {"reason": "untrue", "words": ""}
    verdict = {"state": "dismissed", "handled_by": factories.get_staff().actor, "note": "No."}
    report = Report.objects.create(by=fan, **about, **verdict, shown={"artist": f"Number {number}"}, handled_at=Now())
    report.refresh_from_db()
    return report


def withdraw(experience: Experience) -> None:
    experiences.withdraw(experience.pk, by=factories.get_staff().actor, reason="The artist asked for it.")


def receive_at_each_listen(artist: Artist, fan: Person, count: int) -> list[Experience]:
    return [received(factories.create_program(artist, nth=number), fan) for number in range(1, count + 1)]


@pytest.mark.parametrize(("upheld", "sentence"), [(True, AGREED), (False, NOTHING)])
def test_a_fan_reads_what_became_of_their_report(upheld: bool, sentence: str) -> None:
    experience = factories.create_experience(factories.create_artist())
    client = signed_in_client(experience.person)
    before = get_page(client, "/").words

    report = report_and_handle(experience, upheld=upheld)

    page = get_page(client, "/")
    assert "Notices" not in before
    assert sentence in page.words
    assert f"{report.handled_at:%-d %b %Y}" in page.words
    assert "A note of the desk." not in page.words
    assert [link["href"] for link in page.all("a", class_="btn btn-small")] == [f"/experiences/{experience.pk}"]


def test_an_open_report_is_no_news() -> None:
    experience = factories.create_experience(factories.create_artist())

    reports.report_experience(experience, by=experience.person, reason="hurtful")

    assert activity.recent_activity(experience.person) == []


def test_a_withdrawn_experience_is_in_the_notices() -> None:
    experience = factories.create_experience(factories.create_artist())

    withdraw(experience)

    page = get_page(signed_in_client(experience.person), "/")
    assert TAKEN in page.words
    assert [(item.kind, item.experience_id) for item in activity.recent_activity(experience.person)] == [
        ("withdrawn", experience.pk)
    ]


def test_the_newest_three_of_both_kinds_are_shown_newest_first() -> None:
    artist = factories.create_artist()
    fan = factories.create_fan(opted_in=artist)
    first, second, third, fourth = receive_at_each_listen(artist, fan, 4)
    withdraw(fourth)
    withdraw(first)
    create_handled_report(fan, 7)
    withdraw(second)
    report_and_handle(third, upheld=True)

    items = activity.recent_activity(fan)

    assert [(item.kind, item.experience_id) for item in items] == [
        ("upheld", third.pk),
        ("withdrawn", second.pk),
        ("dismissed", None),
    ]
    assert [item.artist and item.artist.name for item in items] == ["Mara Veil", "Mara Veil", "Number 7"]


def test_after_thirty_days_it_is_no_news(monkeypatch: pytest.MonkeyPatch) -> None:
    experience = factories.create_experience(factories.create_artist())
    withdraw(experience)
    create_handled_report(experience.person, 1)
    handled_at = create_handled_report(experience.person, 2).handled_at
    assert handled_at
    monkeypatch.setattr(timezone, "now", lambda: handled_at + timedelta(days=30, microseconds=-1))

    assert [item.artist and item.artist.name for item in activity.recent_activity(experience.person)] == ["Number 2"]


def test_other_fans_notices_are_not_shown() -> None:
    artist = factories.create_artist()
    fan, other = factories.create_fan(opted_in=artist), factories.create_fan("Bo", opted_in=artist)
    program = factories.create_program(artist)
    received(program, fan)
    theirs = received(program, other)
    report_and_handle(theirs, upheld=True)
    withdraw(theirs)

    assert activity.recent_activity(fan) == []
    assert "Notices" not in get_page(signed_in_client(fan), "/").words
    assert len(activity.recent_activity(other)) == 2


def test_after_an_erasure_no_artist_is_named() -> None:
    experience = factories.create_experience(factories.create_artist())
    report = report_and_handle(experience, upheld=False)

    Report.objects.filter(pk=report.pk).update(shown=None, words=None)

    page = get_page(signed_in_client(experience.person), "/feed/notices", headers=HTMX)
    assert "A person read your report and found nothing to stop." in page.words
    assert "Mara Veil" not in page.words


def test_without_such_an_experience_of_the_fan_there_is_no_link() -> None:
    artist = factories.create_artist()
    fan, other = factories.create_fan(opted_in=artist), factories.create_fan("Bo", opted_in=artist)
    theirs = received(factories.create_program(artist), other)
    report = a_report(fan, subject=str(theirs), artist=artist.pk, program=1, shown={"artist": "X"})

    desk.handle(report, upheld=False, note="No.", by=factories.get_staff())

    page = get_page(signed_in_client(fan), "/feed/notices", headers=HTMX)
    assert "A person read your report about X" in page.words
    assert page.all("a") == []


def test_only_the_fans_open_pages_are_notified_of_the_answer() -> None:
    experience = factories.create_experience(factories.create_artist())
    factories.create_fan("Bo")

    report = report_and_handle(experience, upheld=True)

    notices = Notice.objects.filter(kind="report.handled").values_list("person", "reference")
    assert list(notices) == [(experience.person_id, f"report:{report.pk}")]


def test_the_part_equals_what_the_page_shows() -> None:
    experience = factories.create_experience(factories.create_artist())
    client = signed_in_client(experience.person)
    place = get_page(client, "/").all("div", class_="notices")[0]
    nothing = client.get("/feed/notices", headers=HTMX)

    report_and_handle(experience, upheld=True)

    part = client.get("/feed/notices", headers=HTMX).content.decode()
    assert (place["data-live"], place["hx-get"]) == ("report.handled experience.withdrawn", "/feed/notices")
    assert nothing.content == b""
    assert AGREED in get_page(client, "/feed/notices", headers=HTMX).words
    assert part in client.get("/").content.decode()


def test_a_name_with_markup_is_text() -> None:
    experience = factories.create_experience(factories.create_artist("<b>Bo</b>"))

    report_and_handle(experience, upheld=False)

    part = signed_in_client(experience.person).get("/feed/notices").content.decode()
    assert "<bdi>&lt;b&gt;Bo&lt;/b&gt;</bdi>" in part


def test_three_notices_take_as_many_queries_as_one() -> None:
    artist, other = factories.create_artist(), factories.create_artist("Ove Lind")
    one, three = factories.create_fan(opted_in=artist), factories.create_fan("Bo", opted_in=other)
    report_and_handle(*receive_at_each_listen(artist, one, 1), upheld=True)
    for experience in receive_at_each_listen(other, three, 3):
        report_and_handle(experience, upheld=False)

    with CaptureQueriesContext(connection) as queries:
        assert len(activity.recent_activity(three)) == 3

    assert len(queries) == 2
    assert count_queries(signed_in_client(one), "/feed/notices") == count_queries(
        signed_in_client(three), "/feed/notices"
    )
    assert count_queries(signed_in_client(one), "/") == count_queries(signed_in_client(three), "/")
