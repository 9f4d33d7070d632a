from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from artists import moderation, programs
from artists.models import Program
from fans import reports as fan_reports
from tests import factories
from tests.pages.html_page import HTMLPage
from tests.trust.factories import SHOWN_TO_FAN, a_report, create_regular, report_experience
from trust import reports
from trust.models import Report

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
DESK = "/desk/reports"


@pytest.fixture
def desk() -> Client:
    client = Client()
    client.force_login(factories.get_staff())
    return client


def test_staff_see_what_the_fan_saw_and_wrote(desk: Client) -> None:
    report = a_report(factories.create_fan("Ana"))

    page = desk.get(DESK).content.decode()

    for words in ("It is hurtful", "It mocks me.", "Thank you, Ana. That was 100 listens.", report.by.handle):
        assert words in page
    assert "Mara Veil’s words, filled in for you" in page


def test_reports_are_grouped_by_program_with_its_state(desk: Client) -> None:
    artist = factories.create_artist("Drit")

    for name in ("Ana", "Bo"):
        report_experience(artist, name)
    program = artist.programs.get()
    before = _page_words(desk)
    report_experience(artist, "Cy", reason="pretends")
    moderation.weigh_next()
    stopped = _page_words(desk)
    programs.resume(program, by=factories.get_member(artist, "principal"))
    resumed = _page_words(desk)

    for words in (before, stopped, resumed):
        assert f"{program.name} Drit" in words
        assert f"Program {program.pk}" not in words
    assert "Running" in before
    assert "2 fans reported it in the last 30 days. Their reports weigh 2 of 3." in before
    assert "It stops when they weigh 3, or when you uphold one report." in before
    assert before.count("Weighs 1 of 1.") == 2
    assert "Stopped by reports since" in stopped
    assert "3 fans reported it in the last 30 days. Their reports weigh 3 of 3." in stopped
    assert "The artist or an owner of the team can resume it." in stopped
    assert stopped.count("Uphold: it stays stopped") == 3
    assert "Running" in resumed
    assert "0 fans reported it in the last 30 days, after its team resumed it. Their reports weigh 0 of 3." in resumed


def _page_words(desk: Client) -> str:
    return " ".join(HTMLPage(desk.get(DESK).content.decode()).words.split())


def test_staff_see_why_a_report_weighs_little_but_no_figure_of_listening(desk: Client) -> None:
    fan = create_regular(days=12)
    reports.handle(a_report(fan, number=2, program=8), upheld=False, note="No.", by=factories.get_staff())

    a_report(fan, listens=7, audience=26)

    words = _page_words(desk)
    reductions = "an account of 12 days, little listening to this artist, 1 of their reports dismissed"
    assert f"Weighs 0.15 of 1: {reductions}." in words
    assert "1 fan reported it in the last 30 days. Their reports weigh 0.15 of 6." in words
    assert "Weighs" not in HTMLPage(desk.get(f"{DESK}?handled").content.decode()).words


def test_a_program_that_its_team_paused_is_not_shown_as_stopped(desk: Client) -> None:
    artist = factories.create_artist("Mara Veil")
    received = factories.create_experience(artist)
    fan_reports.report_experience(received, by=received.person, reason="untrue")
    programs.pause(Program.objects.get(pk=received.program), by=factories.get_member(artist, "principal"))

    words = _page_words(desk)

    assert "Paused by its team since" in words
    assert "Uphold: stop the program" in words


def test_each_list_has_one_link(desk: Client) -> None:
    a_report(factories.create_fan())

    for page in (desk.get(DESK), desk.get(f"{DESK}?handled")):
        links = [link["href"] for link in HTMLPage(page.content.decode()).all("a", class_="chip")]
        assert links == [DESK, f"{DESK}?handled"]
        assert "Show all" not in page.content.decode()


def test_only_staff_see_a_link_to_the_reports(desk: Client, client: Client) -> None:
    report = a_report(factories.create_fan())
    client.force_login(report.by)

    pages = [browser.get("/accounts/email/").content.decode() for browser in (desk, client)]

    assert [f'href="{DESK}"' in page for page in pages] == [True, False]


def test_the_pages_are_404_for_everybody_else(client: Client) -> None:
    report = a_report(factories.create_fan())
    principal = factories.get_member(factories.create_artist(), "principal")

    for person in (report.by, principal):
        client.force_login(person)
        assert client.get(DESK).status_code == 404
        assert client.post(f"{DESK}/{report.pk}", {"verdict": "dismiss", "note": "No."}).status_code == 404

    client.logout()
    assert client.get(DESK)["Location"] == f"/accounts/login/?next={DESK}"
    assert client.post(f"{DESK}/{report.pk}").status_code == 302
    report.refresh_from_db()
    assert report.state == "open"


@pytest.mark.parametrize(("verdict", "state"), [("uphold", "upheld"), ("dismiss", "dismissed")])
def test_staff_uphold_or_dismiss_a_report(desk: Client, verdict: str, state: str) -> None:
    report = a_report(factories.create_fan())

    answer = desk.post(f"{DESK}/{report.pk}", {"verdict": verdict, "note": "Read twice."})

    report.refresh_from_db()
    assert (answer.status_code, answer["Location"]) == (302, DESK)
    assert (report.state, report.note, report.handled_by) == (state, "Read twice.", factories.get_staff().actor)
    assert "It mocks me." not in desk.get(DESK).content.decode()
    past = desk.get(f"{DESK}?handled").content.decode()
    assert "It mocks me." in past
    assert "Read twice." in past


def test_htmx_gets_only_the_list(desk: Client) -> None:
    first, second = a_report(factories.create_fan()), a_report(factories.create_fan(), words="And me.")

    answer = desk.post(f"{DESK}/{first.pk}", {"verdict": "dismiss", "note": "No."}, headers=HTMX)

    page = answer.content.decode()
    assert (answer.status_code, page.strip()[:8]) == (200, "<section")
    assert f"report-{second.pk}" in page
    assert f"report-{first.pk}" not in page


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"verdict": "uphold", "note": " "}, "Fill this in; there is nothing here yet."),
        ({"verdict": "burn", "note": "Kept words."}, "Choose one of the two buttons."),
        ({"verdict": "uphold", "note": "Kept words." + "x" * 490}, "at most 500 characters"),
    ],
)
def test_an_invalid_verdict_comes_back_as_it_was_typed(
    desk: Client, typed: dict[str, str], sentence: str, headers: dict[str, str]
) -> None:
    report, other = a_report(factories.create_fan()), a_report(factories.create_fan())

    answer = desk.post(f"{DESK}/{report.pk}", typed, headers=headers)

    page = answer.content.decode()
    assert (answer.status_code, page.count(sentence)) == (422, 1)
    assert page.count("Kept words.") == typed["note"].count("Kept words.")
    assert f'id="report-{other.pk}"' in page
    assert not Report.objects.exclude(state="open").exists()


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_a_second_verdict_is_refused_with_the_name_of_who_decided(desk: Client, headers: dict[str, str]) -> None:
    report = a_report(factories.create_fan())
    reports.handle(report, upheld=True, note="It is.", by=factories.get_staff())

    answer = desk.post(f"{DESK}/{report.pk}", {"verdict": "dismiss", "note": "No."}, headers=headers)

    report.refresh_from_db()
    assert (answer.status_code, report.state) == (409, "upheld")
    assert "Already upheld by Staff on " in answer.content.decode()


def test_an_unknown_report_is_404(desk: Client) -> None:
    for pk in (1, 10**30):
        assert desk.post(f"{DESK}/{pk}", {"verdict": "dismiss", "note": "No."}).status_code == 404


def test_markup_in_words_and_names_is_shown_as_text(desk: Client) -> None:
    nasty = "<img src=x onerror=alert(1)>\u202egnp.exe"
    shown = {**SHOWN_TO_FAN, "text": nasty, "artist": nasty, "why": nasty, "mark": nasty}
    report = a_report(factories.create_fan(), words=nasty, shown=shown)

    page = desk.get(DESK).content.decode()
    reports.handle(report, upheld=False, note=nasty, by=factories.get_staff())
    past = desk.get(f"{DESK}?handled").content.decode()

    assert "<img" not in page + past
    assert page.count("&lt;img src=x onerror=alert(1)&gt;\u202egnp.exe") == 5
    assert past.count("&lt;img src=x onerror=alert(1)&gt;\u202egnp.exe") == 6


def test_a_report_with_erased_words_can_still_be_read(desk: Client) -> None:
    report = a_report(factories.create_fan())
    Report.objects.filter(pk=report.pk).update(words=None, shown=None)

    page = desk.get(DESK).content.decode()

    assert "What the fan saw was erased." in page
    assert "What the fan wrote" not in page


def test_an_empty_list_says_so(desk: Client) -> None:
    assert "No reports to handle." in desk.get(DESK).content.decode()
    assert "No reports were handled yet." in desk.get(f"{DESK}?handled").content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_needs_the_same_queries_for_any_number_of_reports(
    desk: Client, count: int, django_assert_num_queries: Callable[[int], Any]
) -> None:
    for number in range(count):
        a_report(factories.create_fan(f"Fan {number}"))

    # session, person, reports, states of the programs, weights of the programs, artists, count, records of the fans
    with django_assert_num_queries(8):
        page = desk.get(DESK, headers=HTMX).content.decode()

    assert page.count("<article") == count
