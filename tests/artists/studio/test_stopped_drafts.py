"""What the team sees of a fan who opted out, or paused the program: before the draft is withdrawn, and after."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from artists import holds, review, withdrawal
from artists.models import Draft
from catalog.models import Artist
from fans import experiences, mutes, opt_ins
from tests import factories
from tests.artists.studio.pages import HTMX_HEADERS, member_client, shown_draft_id, visible_text

OPTED_OUT = "The fan opted out, so nothing of this goes out."
MUTED = "The fan paused this program, so nothing of this goes out."
BOTH_STOPS = pytest.mark.parametrize(("how", "sentence"), [("opt out", OPTED_OUT), ("pause", MUTED)])


@pytest.fixture
def artist(db: None) -> Artist:
    return factories.create_artist()


def a_draft(artist: Artist) -> Draft:
    """For a fan whose name stands in its words and nowhere else."""
    draft = factories.create_pending_draft(artist, factories.create_fan("Xenophon", opted_in=artist))
    assert "Xenophon" in draft.text
    return draft


def stop_for_fan(draft: Draft, how: str) -> None:
    if how == "pause":
        mutes.pause(draft.person, draft.version.program_id, draft.artist)
    else:
        opt_ins.opt_out(draft.person, draft.artist)


def review_path(draft: Draft, action: str = "") -> str:
    return f"/studio/{draft.artist.slug}/review/{draft.pk}{action}"


def reveals_fan(*answers: object) -> list[bool]:
    """Whether each answer tells the fan's name or a stretch of the words."""
    return ["Xenophon" in visible_text(answer) or "That was" in visible_text(answer) for answer in answers]


def test_the_page_of_one_that_is_closed_shows_no_name_and_no_words_of_who_opted_out(artist: Artist) -> None:
    draft = a_draft(artist)
    review.decline(draft.pk, by=factories.get_member(artist, "reviewer"), reason="not now")
    mara = member_client(artist, "principal")
    before = mara.get(review_path(draft))
    stop_for_fan(draft, "opt out")

    page = mara.get(review_path(draft))

    assert reveals_fan(before, page) == [True, False]
    assert "A fan 3rd listen" in visible_text(page)
    assert "This fan ended the opt-in. Name and words are no longer shown to the team." in visible_text(page)
    assert "Already decided by Mara reviewer" in visible_text(page)
    assert ["Made from" in visible_text(before), "Made from" in visible_text(page)] == [True, False]


def test_one_that_is_withdrawn_says_why_on_its_page_and_among_what_went_no_further(artist: Artist) -> None:
    draft = a_draft(artist)
    stop_for_fan(draft, "opt out")
    withdrawal.withdraw_next()
    mara = member_client(artist, "principal")

    page, stopped, out, overview = (
        mara.get(path) for path in (review_path(draft), *(f"/studio/{artist.slug}/{rest}" for rest in (
            "delivered?state=stopped", "delivered", ""
        )))
    )  # fmt: skip

    assert reveals_fan(page, stopped, out, overview) == [False] * 4
    assert "This draft no longer waits: withdrawn: the fan opted out." in visible_text(page)
    assert "Withdrawn: the fan opted out." in visible_text(stopped)
    assert "Nothing has reached a fan yet" in visible_text(out)
    assert "stopped before delivery 1" in visible_text(overview)


def test_one_of_a_paused_program_keeps_its_name_and_says_why(artist: Artist) -> None:
    draft = a_draft(artist)
    stop_for_fan(draft, "pause")
    withdrawal.withdraw_next()

    stopped = member_client(artist, "principal").get(f"/studio/{artist.slug}/delivered?state=stopped")

    assert reveals_fan(stopped) == [True]
    assert "Withdrawn: the fan paused this program." in visible_text(stopped)


@BOTH_STOPS
def test_before_it_is_withdrawn_it_is_handed_to_nobody(artist: Artist, how: str, sentence: str) -> None:
    draft, other = a_draft(artist), factories.create_pending_draft(artist)
    third = factories.create_pending_draft(artist)
    stop_for_fan(draft, how)

    page = member_client(artist, "principal").get(f"/studio/{artist.slug}/review")
    beside = member_client(artist, "principal").get(f"/studio/{artist.slug}/review/line", headers=HTMX_HEADERS)

    assert shown_draft_id(page) == other.pk
    assert ["Xenophon" in visible_text(answer) for answer in (page, beside)] == [False, False]
    assert [review_path(each) in beside.content.decode() for each in (draft, third)] == [False, True]
    assert holds.hold_next(artist, by=factories.get_member(artist, "principal"), skipped=[other.pk, third.pk]) is None


@BOTH_STOPS
def test_before_it_is_withdrawn_its_page_says_so_and_offers_no_decision(
    artist: Artist, how: str, sentence: str
) -> None:
    draft = a_draft(artist)
    stop_for_fan(draft, how)
    mara = member_client(artist, "principal")

    pages = [mara.get(review_path(draft)), mara.get(review_path(draft, "/edit"))]

    assert [sentence in visible_text(page) for page in pages] == [True, True]
    assert ["data-key" in page.content.decode() for page in pages] == [False, False]
    assert reveals_fan(*pages) == [how == "pause"] * 2


@BOTH_STOPS
@pytest.mark.parametrize("action", ["approve", "edit", "decline"])
def test_whoever_had_it_open_reads_why_nothing_comes_of_it(
    artist: Artist, how: str, sentence: str, action: str
) -> None:
    draft = a_draft(artist)
    mara = member_client(artist, "principal")
    mara.get(review_path(draft))
    stop_for_fan(draft, how)

    heard = mara.get(f"/studio/{artist.slug}/review/line?on={draft.pk}", headers=HTMX_HEADERS)
    answer = mara.post(review_path(draft, f"/{action}"), {"text": "Thank you.", "revision": 1}, headers=HTMX_HEADERS)

    draft.refresh_from_db()
    assert (answer.status_code, draft.state) == (409, "pending")
    assert [sentence in visible_text(heard), sentence in visible_text(answer)] == [True, True]
    assert reveals_fan(answer) == [how == "pause"]


def test_who_opted_out_is_shown_to_nobody_who_may_not_decide_either(artist: Artist) -> None:
    draft = a_draft(artist)
    holds.hold_draft(draft, by=factories.get_member(artist, "principal"))
    stop_for_fan(draft, "opt out")

    page = member_client(artist, "reviewer").get(review_path(draft))

    assert (OPTED_OUT in visible_text(page), reveals_fan(page)) == (True, [False])


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ("opt out", "Approved for a fan. They opted out since, so it does not go out."),
        ("pause", "Approved for Xenophon . They paused this program since, so it does not go out."),
    ],
)
def test_what_was_approved_for_a_fan_who_then_stops_it_cannot_be_undone(
    artist: Artist, how: str, sentence: str
) -> None:
    draft = a_draft(artist)
    mara = member_client(artist, "principal")
    mara.post(review_path(draft, "/approve"), {"revision": 1})
    stop_for_fan(draft, how)

    page = mara.get(f"/studio/{artist.slug}/review?done={draft.pk}")
    tried = mara.post(review_path(draft, "/undo"))

    assert sentence in visible_text(page)
    assert review_path(draft, "/undo") not in page.content.decode()
    assert (tried.status_code, "so nothing of this goes out." in visible_text(tried)) == (409, True)


def test_the_history_leads_to_what_was_decided(artist: Artist) -> None:
    draft = a_draft(artist)
    review.decline(draft.pk, by=factories.get_member(artist, "reviewer"))

    page = member_client(artist, "editor").get(f"/studio/{artist.slug}/history").content.decode()

    assert f'<a href="{review_path(draft)}" dir="auto">declined draft {draft.pk}</a>' in page


@pytest.mark.parametrize("address", ["review/{}", "review?done={}", "delivered?state=stopped"])
def test_a_fan_who_opted_out_costs_no_query_more(artist: Artist, address: str) -> None:
    draft = a_draft(artist)
    review.decline(draft.pk, by=factories.get_member(artist, "reviewer"))
    mara, path = member_client(artist, "principal"), f"/studio/{artist.slug}/{address.format(draft.pk)}"

    def queries() -> int:
        mara.get(path)
        with CaptureQueriesContext(connection) as captured:
            mara.get(path)
        return len(captured)

    before = queries()
    stop_for_fan(draft, "opt out")

    assert queries() <= before


def test_whether_a_fan_opened_it_is_not_the_teams_to_know(artist: Artist) -> None:
    fan = factories.create_fan("Ana", opted_in=artist)
    experiences.mark_opened(factories.create_experience(artist, fan), by=fan)

    with CaptureQueriesContext(connection) as asked:
        page = member_client(artist, "principal").get(f"/studio/{artist.slug}/delivered")

    assert ("Ana" in visible_text(page), "opened" in visible_text(page).lower()) == (True, False)
    assert [query["sql"] for query in asked if "opened_at" in query["sql"]] == []
