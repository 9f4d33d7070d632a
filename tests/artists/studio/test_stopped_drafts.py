"""What the team sees of a draft whose fan opted out or paused the program, before and after it is withdrawn."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from artists import holds, review, withdrawal
from artists.models import Draft
from catalog.models import Artist
from fans import experiences, mutes, opt_ins
from tests import factories
from tests.artists.studio.pages import HTMX_HEADERS, member_client, review_path, shown_draft_id, visible_text

OPTED_OUT = "The fan opted out, so nothing of this goes out."
MUTED = "The fan paused this program, so nothing of this goes out."
BOTH_STOPS = pytest.mark.parametrize(("how", "sentence"), [("opt out", OPTED_OUT), ("pause", MUTED)])


@pytest.fixture
def artist(shared_artist: Artist) -> Artist:
    return shared_artist


def create_draft(artist: Artist) -> Draft:
    """A draft whose text contains the fan's name."""
    draft = factories.create_pending_draft(artist, factories.create_fan("Xenophon", opted_in=artist))
    assert "Xenophon" in draft.text
    return draft


def stop_for_fan(draft: Draft, how: str) -> None:
    if how == "pause":
        mutes.pause(draft.person, draft.version.program_id, draft.artist)
    else:
        opt_ins.opt_out(draft.person, draft.artist)


def reveals_fan(*answers: object) -> list[bool]:
    """Whether each answer contains the fan's name or a part of the text."""
    return ["Xenophon" in visible_text(answer) or "That was" in visible_text(answer) for answer in answers]


def test_a_decided_draft_does_not_show_the_name_and_text_of_a_fan_who_opted_out(artist: Artist) -> None:
    draft = create_draft(artist)
    review.decline(draft.pk, by=factories.get_member(artist, "reviewer"), reason="not now")
    mara = member_client(artist, "principal")
    before = mara.get(review_path(draft))
    stop_for_fan(draft, "opt out")

    page = mara.get(review_path(draft))

    assert reveals_fan(before, page) == [True, False]
    assert "A fan 3rd listen" in visible_text(page)
    assert "This fan opted out. The team can no longer see the name and the text." in visible_text(page)
    assert "Already decided by Mara reviewer" in visible_text(page)
    assert ["Made from" in visible_text(before), "Made from" in visible_text(page)] == [True, False]


def test_a_withdrawn_draft_says_why_on_its_page_and_in_the_list(artist: Artist) -> None:
    draft = create_draft(artist)
    stop_for_fan(draft, "opt out")
    withdrawal.withdraw_next()
    mara = member_client(artist, "principal")

    page, stopped, sent, overview = (
        mara.get(path) for path in (review_path(draft), *(f"/studio/{artist.slug}/{rest}" for rest in (
            "delivered?state=stopped", "delivered", ""
        )))
    )  # fmt: skip

    assert reveals_fan(page, stopped, sent, overview) == [False] * 4
    assert "This draft no longer waits: withdrawn: the fan opted out." in visible_text(page)
    assert "Withdrawn: the fan opted out." in visible_text(stopped)
    assert "Nothing was sent yet" in visible_text(sent)
    assert "stopped before delivery 1" in visible_text(overview)


def test_a_draft_of_a_paused_program_keeps_the_fans_name(artist: Artist) -> None:
    draft = create_draft(artist)
    stop_for_fan(draft, "pause")
    withdrawal.withdraw_next()

    stopped = member_client(artist, "principal").get(f"/studio/{artist.slug}/delivered?state=stopped")

    assert reveals_fan(stopped) == [True]
    assert "Withdrawn: the fan paused this program." in visible_text(stopped)


@BOTH_STOPS
def test_a_stopped_draft_is_given_to_nobody_before_it_is_withdrawn(artist: Artist, how: str, sentence: str) -> None:
    draft, other = create_draft(artist), factories.create_pending_draft(artist)
    third = factories.create_pending_draft(artist)
    stop_for_fan(draft, how)

    page = member_client(artist, "principal").get(f"/studio/{artist.slug}/review")
    queue = member_client(artist, "principal").get(f"/studio/{artist.slug}/review/queue", headers=HTMX_HEADERS)

    assert shown_draft_id(page) == other.pk
    assert ["Xenophon" in visible_text(answer) for answer in (page, queue)] == [False, False]
    assert [review_path(draft) in queue.content.decode() for draft in (draft, third)] == [False, True]
    assert holds.hold_next(artist, by=factories.get_member(artist, "principal"), skipped=[other.pk, third.pk]) is None


@BOTH_STOPS
def test_a_stopped_draft_cannot_be_decided_before_it_is_withdrawn(artist: Artist, how: str, sentence: str) -> None:
    draft = create_draft(artist)
    stop_for_fan(draft, how)
    mara = member_client(artist, "principal")

    pages = [mara.get(review_path(draft)), mara.get(review_path(draft, "/edit"))]

    assert [sentence in visible_text(page) for page in pages] == [True, True]
    assert ["data-key" in page.content.decode() for page in pages] == [False, False]
    assert reveals_fan(*pages) == [how == "pause"] * 2


@BOTH_STOPS
@pytest.mark.parametrize("action", ["approve", "edit", "decline"])
def test_a_decision_on_a_draft_that_was_stopped_meanwhile_is_refused(
    artist: Artist, how: str, sentence: str, action: str
) -> None:
    draft = create_draft(artist)
    mara = member_client(artist, "principal")
    mara.get(review_path(draft))
    stop_for_fan(draft, how)

    update = mara.get(f"/studio/{artist.slug}/review/queue?on={draft.pk}", headers=HTMX_HEADERS)
    answer = mara.post(review_path(draft, f"/{action}"), {"text": "Thank you.", "revision": 1}, headers=HTMX_HEADERS)

    draft.refresh_from_db()
    assert (answer.status_code, draft.state) == (409, "pending")
    assert [sentence in visible_text(update), sentence in visible_text(answer)] == [True, True]
    assert reveals_fan(answer) == [how == "pause"]


def test_a_held_draft_does_not_show_a_fan_who_opted_out(artist: Artist) -> None:
    draft = create_draft(artist)
    holds.hold_draft(draft, by=factories.get_member(artist, "principal"))
    stop_for_fan(draft, "opt out")

    page = member_client(artist, "reviewer").get(review_path(draft))

    assert (OPTED_OUT in visible_text(page), reveals_fan(page)) == (True, [False])


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ("opt out", "Approved for a fan. The fan opted out since, so it is not sent."),
        ("pause", "Approved for Xenophon . The fan paused this program since, so it is not sent."),
    ],
)
def test_an_approval_cannot_be_undone_after_the_fan_stopped_it(artist: Artist, how: str, sentence: str) -> None:
    draft = create_draft(artist)
    mara = member_client(artist, "principal")
    mara.post(review_path(draft, "/approve"), {"revision": 1})
    stop_for_fan(draft, how)

    review_page = mara.get(f"/studio/{artist.slug}/review?done={draft.pk}")
    sent_page = mara.get(f"/studio/{artist.slug}/delivered")
    answer = mara.post(review_path(draft, "/undo"))

    assert sentence in visible_text(review_page)
    assert review_path(draft, "/undo") not in review_page.content.decode()
    assert review_path(draft, "/undo") not in sent_page.content.decode()
    assert (answer.status_code, "so nothing of this goes out." in visible_text(answer)) == (409, True)


def test_the_history_links_to_the_draft(artist: Artist) -> None:
    draft = create_draft(artist)
    review.decline(draft.pk, by=factories.get_member(artist, "reviewer"))

    page = member_client(artist, "editor").get(f"/studio/{artist.slug}/history").content.decode()

    assert f'<a href="{review_path(draft)}" dir="auto">declined draft {draft.pk}</a>' in page


@pytest.mark.parametrize("address", ["review/{}", "review?done={}", "delivered?state=stopped"])
def test_a_fan_who_opted_out_needs_no_more_queries(artist: Artist, address: str) -> None:
    draft = create_draft(artist)
    review.decline(draft.pk, by=factories.get_member(artist, "reviewer"))
    mara, path = member_client(artist, "principal"), f"/studio/{artist.slug}/{address.format(draft.pk)}"

    def count_queries() -> int:
        mara.get(path)
        with CaptureQueriesContext(connection) as captured:
            mara.get(path)
        return len(captured)

    before = count_queries()
    stop_for_fan(draft, "opt out")

    assert count_queries() <= before


def test_the_team_cannot_see_whether_a_fan_opened_the_message(artist: Artist) -> None:
    fan = factories.create_fan("Ana", opted_in=artist)
    experiences.mark_opened(factories.create_experience(artist, fan), by=fan)

    with CaptureQueriesContext(connection) as captured:
        page = member_client(artist, "principal").get(f"/studio/{artist.slug}/delivered")

    assert ("Ana" in visible_text(page), "opened" in visible_text(page).lower()) == (True, False)
    assert [query["sql"] for query in captured if "opened_at" in query["sql"]] == []
