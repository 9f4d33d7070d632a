"""The choice of a studio, and the overview page."""

import pytest
from django.test import Client

from accounts import roles
from catalog.models import Artist
from rights import grants
from rights.models import Use
from tests import factories
from tests.artists.studio.pages import member_client, signed_in_client, stop_by_reports, visible_text


@pytest.fixture
def artist(db: None) -> Artist:
    return factories.create_artist()


def test_with_one_team_its_studio_opens_at_once(artist: Artist) -> None:
    answer = member_client(artist, "reviewer").get("/studio/")

    assert (answer.status_code, answer.headers["Location"]) == (302, f"/studio/{artist.slug}/")


def test_with_two_teams_the_page_lists_both(artist: Artist) -> None:
    other = factories.create_artist("Ove Lind")
    person = factories.get_member(artist, "editor")
    roles.add_member(other.team, person, "reviewer", by=factories.get_staff())

    page = signed_in_client(person).get("/studio/")

    assert ["Mara Veil" in visible_text(page), "Ove Lind" in visible_text(page)] == [True, True]


def test_somebody_without_a_team_reads_how_to_join_one(db: None) -> None:
    page = signed_in_client(factories.create_fan()).get("/studio/")

    assert (page.status_code, "You are not in a team" in visible_text(page)) == (200, True)


def test_somebody_signed_out_is_sent_to_sign_in(db: None) -> None:
    assert Client().get("/studio/").headers["Location"] == "/accounts/login/?next=/studio/"


def test_the_overview_shows_the_waiting_drafts_and_the_sent_ones(artist: Artist) -> None:
    factories.create_experience(artist, factories.create_fan("Χρήστος", opted_in=artist))
    factories.create_pending_draft(artist)

    page = member_client(artist, "reviewer").get(f"/studio/{artist.slug}/")

    text = visible_text(page)
    assert "What to do now 1 draft to decide. The first runs out" in text
    assert "Sent to fans Χρήστος" in text
    assert "1 delivered in 30 days" in text.replace("delivered in 30 days 1", "1 delivered in 30 days")
    assert page.content.decode().count('class="tasks"') == 1


def test_the_overview_lists_what_there_is_to_do(artist: Artist) -> None:
    program = factories.create_program(artist)
    factories.create_version(program, nth=9)
    grants.switch_off(artist, Use.PERSONAL_MESSAGE, by=factories.get_member(artist, "principal"))

    text = visible_text(member_client(artist, "principal").get(f"/studio/{artist.slug}/"))

    assert "Personal messages are off, so no program sends anything" in text
    assert "Thank you: version 2 waits for a signature" in text


def test_a_program_that_was_stopped_by_reports_is_a_task(artist: Artist) -> None:
    stop_by_reports(artist)

    text = visible_text(member_client(artist, "principal").get(f"/studio/{artist.slug}/"))

    assert ["Thank you was stopped by reports" in text, "3 fans reported it within 30 days" in text] == [True, True]


def test_an_empty_studio_says_so(artist: Artist) -> None:
    text = visible_text(member_client(artist, "principal").get(f"/studio/{artist.slug}/"))

    assert ["Nothing to decide." in text, "No program yet" in text, "Nothing in 30 days" in text] == [True] * 3


def test_no_program_is_called_running_while_personal_messages_are_off(artist: Artist) -> None:
    program, mara = factories.create_program(artist), member_client(artist, "principal")
    paths = [f"/studio/{artist.slug}/{page}" for page in ("", "programs", f"programs/{program.pk}")]
    before = [visible_text(mara.get(path)) for path in paths]
    mara.post(f"/studio/{artist.slug}/grants", {"switch_off": "personal_message"})

    after = [visible_text(mara.get(path)) for path in paths]

    assert ["running" in text.lower() for text in before] == [True] * 3
    assert [("running" in text.lower(), "Personal messages are off" in text) for text in after] == [(False, True)] * 3
