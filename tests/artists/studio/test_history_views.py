"""The history of the team, and the lists of sent and stopped drafts."""

import pytest

from accounts import roles
from artists import programs, review
from artists.studio.history import list_history
from catalog.models import Artist
from fans import mutes, opt_ins
from tests import factories
from tests.artists.studio.pages import member_client, visible_text


@pytest.fixture
def artist(shared_artist: Artist) -> Artist:
    return shared_artist


def test_the_history_shows_what_the_team_did_and_names_no_fan(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist, factories.create_fan("Xenophon", opted_in=artist))
    review.approve(draft.pk, by=factories.get_member(artist, "reviewer"))
    programs.set_review_settings(artist, by=factories.get_member(artist, "principal"), grace_seconds=9)

    text = visible_text(member_client(artist, "editor").get(f"/studio/{artist.slug}/history"))

    assert f"Mara reviewer approved draft {draft.pk}" in text
    assert "Mara principal signed version 1 of “Thank you”" in text
    assert "Mara principal set the undo time to 9 seconds" in text
    assert "Mara principal switched on personal messages, version 1" in text
    assert ["Xenophon" in text, "opt" in text.partition("Who did what What")[2].lower()] == [False, False]


def test_the_history_has_nothing_of_another_studio(artist: Artist) -> None:
    other = factories.create_artist("Ove Lind")
    both = factories.get_member(artist, "reviewer")
    roles.add_member(other.team, both, "reviewer", by=factories.get_staff())
    theirs = factories.create_pending_draft(other)
    review.decline(theirs.pk, by=both)

    text = visible_text(member_client(artist, "editor").get(f"/studio/{artist.slug}/history"))

    assert [f"declined draft {theirs.pk}" in text, "Ove Lind" in text] == [False, False]


def test_the_history_continues_on_the_next_page(artist: Artist) -> None:
    for seconds in range(45):
        programs.set_review_settings(artist, by=factories.get_member(artist, "principal"), grace_seconds=seconds)
    client, path = member_client(artist, "editor"), f"/studio/{artist.slug}/history"

    first = client.get(path)
    before = first.content.decode().partition('href="?before=')[2].partition('"')[0]
    second = client.get(f"{path}?before={before}")

    texts = [visible_text(page) for page in (first, second)]
    assert ["to 44 seconds" in text for text in texts] == [True, False]
    assert ["to 1 seconds" in text for text in texts] == [False, True]


def test_a_history_of_exactly_one_page_has_no_next_page(artist: Artist, monkeypatch: pytest.MonkeyPatch) -> None:
    programs.set_review_settings(artist, by=factories.get_member(artist, "principal"), grace_seconds=9)
    entries, _ = list_history(artist)
    monkeypatch.setattr("artists.studio.history.PAGE_SIZE", len(entries))

    assert list_history(artist) == (entries, None)


def test_a_sent_draft_has_its_mark_and_its_receipt(artist: Artist) -> None:
    experience = factories.create_experience(artist, factories.create_fan("Χρήστος", opted_in=artist))

    page = member_client(artist, "reviewer").get(f"/studio/{artist.slug}/delivered")

    assert "Χρήστος" in visible_text(page)
    assert "Mara Veil’s words, filled in for you" in visible_text(page)
    assert f'href="/r/{experience.receipt_key}"' in page.content.decode()


def test_a_fan_who_opted_out_is_not_named(artist: Artist) -> None:
    fan = factories.create_fan("Xenophon", opted_in=artist)
    factories.create_experience(artist, fan)
    opt_ins.opt_out(fan, artist)

    page = member_client(artist, "principal").get(f"/studio/{artist.slug}/delivered")

    assert ["A fan" in visible_text(page), "Xenophon" in visible_text(page)] == [True, False]


def test_a_stopped_draft_says_why(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist)
    review.decline(draft.pk, by=factories.get_member(artist, "principal"), reason="not this one")

    text = visible_text(member_client(artist, "reviewer").get(f"/studio/{artist.slug}/delivered?state=stopped"))

    assert "Declined: not this one." in text


def test_an_approval_that_can_be_undone_has_an_undo_button(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist)
    review.approve(draft.pk, by=factories.get_member(artist, "principal"))

    page = member_client(artist, "reviewer").get(f"/studio/{artist.slug}/delivered")

    assert f'action="/studio/{artist.slug}/review/{draft.pk}/undo"' in page.content.decode()


@pytest.mark.parametrize(
    "before", ["x", "-1", "99999999999999999999999", "0", "1764114938000000-01900000-0000-7000-8000-000000000000"]
)
def test_an_invalid_parameter_is_ignored(artist: Artist, before: str) -> None:
    client = member_client(artist, "reviewer")

    answers = [
        client.get(f"/studio/{artist.slug}/{page}", {"before": before, "done": before, "on": before}).status_code
        for page in ("delivered", "history", "review")
    ]

    assert answers == [200, 200, 200]


def test_the_history_does_not_show_what_a_fan_did_about_a_program(artist: Artist) -> None:
    experience = factories.create_experience(artist, factories.create_fan("Xenophon", opted_in=artist))
    program = artist.programs.get()
    mutes.pause(experience.person, program.pk, artist)
    mutes.resume(experience.person, program.pk)

    text = visible_text(member_client(artist, "principal").get(f"/studio/{artist.slug}/history"))

    assert ["signed version 1" in text, "Xenophon" in text, "muted" in text] == [True, False, False]
