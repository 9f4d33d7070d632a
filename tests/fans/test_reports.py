"""Tests of reports by fans and of their page."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from artists.models import Draft
from fans import experiences, reports
from fans.models import Experience
from tests import factories
from trust import reports as desk
from trust.exceptions import AlreadyReported
from trust.models import Report

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture(scope="module")
def module_experience(module_db: None) -> Experience:
    return factories.create_experience(factories.create_artist())


@pytest.fixture
def experience(db: None, module_experience: Experience) -> Experience:
    return copy.deepcopy(module_experience)


@pytest.fixture
def fan(experience: Experience) -> Client:
    """A client signed in as the fan."""
    client = Client()
    client.force_login(experience.person)
    return client


def experience_url(experience: Experience) -> str:
    return f"/experiences/{experience.pk}"


def report_url(experience: Experience) -> str:
    return f"/experiences/{experience.pk}/report"


def test_what_the_fan_saw_is_kept_after_an_erasure(experience: Experience) -> None:
    text = experience.text
    report = reports.report_experience(experience, by=experience.person, reason="untrue", said="I never played it.")

    experiences.erase(experience.pk, by="system:operator", reason="The fan asked for it.")

    report.refresh_from_db()
    assert report.shown == {
        "artist": "Mara Veil",
        "text": text,
        "mark": "Mara Veil’s words, filled in for you",
        "made": "filled",
        "why": "You got this because you reached 3 listens of Mara Veil, and opted in.",
        "program": "Thank you",
        "delivered_at": experience.delivered_at.isoformat(timespec="seconds"),
    }
    program = Draft.objects.get(pk=experience.draft).version.program_id
    assert (report.subject, report.artist, report.program) == (str(experience), experience.artist_id, program)
    assert reports.find_report(experience, by=experience.person) == report


def test_an_erased_experience_can_be_reported(experience: Experience) -> None:
    experiences.erase(experience.pk, by="system:operator", reason="The fan asked for it.")

    report = reports.report_experience(experience, by=experience.person, reason="hurtful")

    assert report.shown is not None
    assert (report.shown["text"], report.shown["why"]) == (None, None)


def test_other_people_cannot_report_an_experience(experience: Experience) -> None:
    team = factories.get_member(experience.artist, "principal")

    for person in (factories.create_fan("Stranger"), team, factories.get_staff()):
        with pytest.raises(Experience.DoesNotExist):
            reports.report_experience(experience, by=person, reason="hurtful")

    assert Report.objects.count() == 0


def test_the_page_is_for_its_fan_only(experience: Experience, client: Client) -> None:
    for person in (
        factories.create_fan("Stranger"),
        factories.get_member(experience.artist, "principal"),
        factories.get_staff(),
    ):
        client.force_login(person)
        assert client.get(report_url(experience)).status_code == 404
        assert client.post(report_url(experience), {"reason": "hurtful"}).status_code == 404

    client.logout()
    headers = {"Referer": f"http://testserver{report_url(experience)}"}
    response = client.post(report_url(experience), {"reason": "hurtful"}, headers=headers)
    assert response["Location"] == f"/accounts/login/?next={report_url(experience)}"
    assert Report.objects.count() == 0


def test_a_report_is_sent_without_javascript(experience: Experience, fan: Client) -> None:
    form = fan.get(report_url(experience))
    sent = fan.post(report_url(experience), {"reason": "untrue", "said": "I never played it."})
    after = fan.get(sent["Location"])

    assert form.status_code == 200
    assert experience.text in form.content.decode()
    assert (sent.status_code, sent["Location"]) == (302, report_url(experience))
    assert "You reported this on" in after.content.decode()
    assert "I never played it." in after.content.decode()
    assert "<form class" not in after.content.decode()
    assert list(Report.objects.values_list("by", "reason", "words")) == [
        (experience.person_id, "untrue", "I never played it.")
    ]


@pytest.mark.parametrize(
    ("upheld", "sentence"), [(True, "agreed. The program was stopped."), (False, "found nothing to stop.")]
)
def test_the_pages_show_the_answer_of_staff(experience: Experience, fan: Client, upheld: bool, sentence: str) -> None:
    report = reports.report_experience(experience, by=experience.person, reason="hurtful")
    waiting = [
        " ".join(fan.get(path).content.decode().split())
        for path in (report_url(experience), experience_url(experience))
    ]

    desk.handle(report, upheld=upheld, note="Of the desk alone.", by=factories.get_staff())

    for path, before in zip((report_url(experience), experience_url(experience)), waiting, strict=True):
        after = " ".join(fan.get(path).content.decode().split())
        assert (sentence in before, sentence in after) == (False, True)
        assert "Of the desk alone." not in after
    assert "People at Fanfare read it" in waiting[0]
    assert "People at Fanfare read it" not in fan.get(report_url(experience)).content.decode()


def test_neither_the_fan_nor_the_team_sees_what_a_report_weighs(experience: Experience, fan: Client) -> None:
    reports.report_experience(experience, by=experience.person, reason="hurtful")
    team = factories.signed_in_client(factories.get_member(experience.artist, "principal"))

    slug = experience.artist.slug
    pages = [fan.get(path) for path in (report_url(experience), experience_url(experience), "/")]
    pages += [team.get(path) for path in (f"/studio/{slug}/programs", f"/api/v1/studio/{slug}/programs")]

    assert [page.status_code for page in pages] == [200] * 5
    assert not [page for page in pages if "weigh" in page.content.decode().lower()]


def test_htmx_gets_only_the_part(experience: Experience, fan: Client) -> None:
    sent = fan.post(report_url(experience), {"reason": "hurtful"}, headers=HTMX)

    assert sent.status_code == 200
    assert sent.content.decode().strip().startswith("<section")
    assert "You reported this on" in sent.content.decode()


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"said": "It hurts."}, "Choose one."),
        ({"reason": "boring", "said": "It hurts."}, "Choose one of these."),
        ({"reason": "other", "said": " "}, "Say in a few words what it is: nobody can tell from “something else”."),
        ({"reason": "hurtful", "said": "It hurts." + "x" * 992}, "Say it in 1,000 characters."),
        ({"reason": "hurtful", "said": "It hurts.\0"}, "Null characters are not allowed."),
    ],
)
def test_a_form_with_errors_keeps_what_was_typed(
    experience: Experience, fan: Client, typed: dict[str, str], sentence: str, headers: dict[str, str]
) -> None:
    response = fan.post(report_url(experience), typed, headers=headers)

    page = response.content.decode()
    assert response.status_code == 422
    assert sentence in page
    assert typed["said"].strip("\0 ") in page
    assert page.count(" checked") == (typed.get("reason") in Report.Reason.values)
    assert Report.objects.count() == 0


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_a_second_report_changes_nothing_and_says_so(
    experience: Experience, fan: Client, headers: dict[str, str]
) -> None:
    fan.post(report_url(experience), {"reason": "untrue", "said": "I never played it."})

    response = fan.post(report_url(experience), {"reason": "sexual", "said": "Another word."}, headers=headers)

    page = response.content.decode()
    assert response.status_code == 409
    assert "Once is enough: nothing was changed." in page
    assert "I never played it." in page
    assert "Another word." not in page
    with pytest.raises(AlreadyReported):
        reports.report_experience(experience, by=experience.person, reason="sexual")
    assert Report.objects.get().reason == "untrue"


def test_markup_stays_text(experience: Experience, fan: Client) -> None:
    fan.post(report_url(experience), {"reason": "hurtful", "said": "<script>alert(1)</script>\u202e</section>"})

    page = fan.get(report_url(experience)).content.decode()

    assert "&lt;script&gt;alert(1)&lt;/script&gt;\u202e&lt;/section&gt;" in page
    assert "<script>alert" not in page


def test_a_report_needs_the_csrf_token(experience: Experience) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(experience.person)

    assert client.post(report_url(experience), {"reason": "hurtful"}).status_code == 403
    assert Report.objects.count() == 0


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_takes_a_constant_number_of_queries(
    experience: Experience, fan: Client, count: int, django_assert_num_queries: Callable[[int], Any]
) -> None:
    for name in ("Bo", "Cy")[: count - 1]:
        other = factories.create_experience(experience.artist, factories.create_fan(name, opted_in=experience.artist))
        reports.report_experience(other, by=other.person, reason="hurtful")

    with django_assert_num_queries(QUERIES):
        fan.get(report_url(experience), headers=HTMX)


QUERIES = 4
# session, person, experience, report
