"""What the team sees of a fan who opted out, or paused the program: before the draft is withdrawn, and after."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from artists import holds, review, withdrawal
from artists.models import Draft
from catalog.models import Artist
from fans import experiences, mutes, opt_ins
from tests import world
from tests.artists.studio.rooms import HTMX, browser_of, on_stage, said

OPTED_OUT = "The fan opted out, so nothing of this goes out."
MUTED = "The fan paused this program, so nothing of this goes out."
STOPS = pytest.mark.parametrize(("how", "sentence"), [("opt out", OPTED_OUT), ("pause", MUTED)])


@pytest.fixture
def artist(db: None) -> Artist:
    return world.an_artist()


def a_draft(artist: Artist) -> Draft:
    """For a fan whose name stands in its words and nowhere else."""
    draft = world.a_pending_draft(artist, world.a_fan("Xenophon", opted_in=artist))
    assert "Xenophon" in draft.text
    return draft


def stop(draft: Draft, how: str) -> None:
    if how == "pause":
        mutes.pause(draft.person, draft.version.program_id, draft.artist)
    else:
        opt_ins.opt_out(draft.person, draft.artist)


def path_of(draft: Draft, action: str = "") -> str:
    return f"/studio/{draft.artist.slug}/review/{draft.pk}{action}"


def names(*answers: object) -> list[bool]:
    """Whether each answer tells the fan's name or a stretch of the words."""
    return ["Xenophon" in said(answer) or "That was" in said(answer) for answer in answers]


def test_the_page_of_one_that_is_closed_shows_no_name_and_no_words_of_who_opted_out(artist: Artist) -> None:
    draft = a_draft(artist)
    review.decline(draft.pk, by=world.a_member(artist, "reviewer"), reason="not now")
    mara = browser_of(artist, "principal")
    before = mara.get(path_of(draft))
    stop(draft, "opt out")

    page = mara.get(path_of(draft))

    assert names(before, page) == [True, False]
    assert "A fan 3rd listen" in said(page)
    assert "This fan ended the opt-in. Name and words are no longer shown to the team." in said(page)
    assert "Already decided by Mara reviewer" in said(page)
    assert ["Made from" in said(before), "Made from" in said(page)] == [True, False]


def test_one_that_is_withdrawn_says_why_on_its_page_and_among_what_went_no_further(artist: Artist) -> None:
    draft = a_draft(artist)
    stop(draft, "opt out")
    withdrawal.withdraw_next()
    mara = browser_of(artist, "principal")

    page, stopped, out, overview = (
        mara.get(path) for path in (path_of(draft), *(f"/studio/{artist.slug}/{rest}" for rest in (
            "delivered?state=stopped", "delivered", ""
        )))
    )  # fmt: skip

    assert names(page, stopped, out, overview) == [False] * 4
    assert "This draft no longer waits: withdrawn: the fan opted out." in said(page)
    assert "Withdrawn: the fan opted out." in said(stopped)
    assert "Nothing has reached a fan yet" in said(out)
    assert "stopped before delivery 1" in said(overview)


def test_one_of_a_paused_program_keeps_its_name_and_says_why(artist: Artist) -> None:
    draft = a_draft(artist)
    stop(draft, "pause")
    withdrawal.withdraw_next()

    stopped = browser_of(artist, "principal").get(f"/studio/{artist.slug}/delivered?state=stopped")

    assert names(stopped) == [True]
    assert "Withdrawn: the fan paused this program." in said(stopped)


@STOPS
def test_before_it_is_withdrawn_it_is_handed_to_nobody(artist: Artist, how: str, sentence: str) -> None:
    draft, other = a_draft(artist), world.a_pending_draft(artist)
    third = world.a_pending_draft(artist)
    stop(draft, how)

    page = browser_of(artist, "principal").get(f"/studio/{artist.slug}/review")
    beside = browser_of(artist, "principal").get(f"/studio/{artist.slug}/review/line", headers=HTMX)

    assert on_stage(page) == other.pk
    assert ["Xenophon" in said(answer) for answer in (page, beside)] == [False, False]
    assert [path_of(each) in beside.content.decode() for each in (draft, third)] == [False, True]
    assert holds.hold_next(artist, by=world.a_member(artist, "principal"), skipped=[other.pk, third.pk]) is None


@STOPS
def test_before_it_is_withdrawn_its_page_says_so_and_offers_no_decision(
    artist: Artist, how: str, sentence: str
) -> None:
    draft = a_draft(artist)
    stop(draft, how)
    mara = browser_of(artist, "principal")

    pages = [mara.get(path_of(draft)), mara.get(path_of(draft, "/edit"))]

    assert [sentence in said(page) for page in pages] == [True, True]
    assert ["data-key" in page.content.decode() for page in pages] == [False, False]
    assert names(*pages) == [how == "pause"] * 2


@STOPS
@pytest.mark.parametrize("action", ["approve", "edit", "decline"])
def test_whoever_had_it_open_reads_why_nothing_comes_of_it(
    artist: Artist, how: str, sentence: str, action: str
) -> None:
    draft = a_draft(artist)
    mara = browser_of(artist, "principal")
    mara.get(path_of(draft))
    stop(draft, how)

    heard = mara.get(f"/studio/{artist.slug}/review/line?on={draft.pk}", headers=HTMX)
    answer = mara.post(path_of(draft, f"/{action}"), {"text": "Thank you.", "revision": 1}, headers=HTMX)

    draft.refresh_from_db()
    assert (answer.status_code, draft.state) == (409, "pending")
    assert [sentence in said(heard), sentence in said(answer)] == [True, True]
    assert names(answer) == [how == "pause"]


def test_who_opted_out_is_shown_to_nobody_who_may_not_decide_either(artist: Artist) -> None:
    draft = a_draft(artist)
    holds.hold_draft(draft, by=world.a_member(artist, "principal"))
    stop(draft, "opt out")

    page = browser_of(artist, "reviewer").get(path_of(draft))

    assert (OPTED_OUT in said(page), names(page)) == (True, [False])


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
    mara = browser_of(artist, "principal")
    mara.post(path_of(draft, "/approve"), {"revision": 1})
    stop(draft, how)

    page = mara.get(f"/studio/{artist.slug}/review?done={draft.pk}")
    tried = mara.post(path_of(draft, "/undo"))

    assert sentence in said(page)
    assert path_of(draft, "/undo") not in page.content.decode()
    assert (tried.status_code, "so nothing of this goes out." in said(tried)) == (409, True)


def test_the_history_leads_to_what_was_decided(artist: Artist) -> None:
    draft = a_draft(artist)
    review.decline(draft.pk, by=world.a_member(artist, "reviewer"))

    page = browser_of(artist, "editor").get(f"/studio/{artist.slug}/history").content.decode()

    assert f'<a href="{path_of(draft)}" dir="auto">declined draft {draft.pk}</a>' in page


@pytest.mark.parametrize("address", ["review/{}", "review?done={}", "delivered?state=stopped"])
def test_a_fan_who_opted_out_costs_no_query_more(artist: Artist, address: str) -> None:
    draft = a_draft(artist)
    review.decline(draft.pk, by=world.a_member(artist, "reviewer"))
    mara, path = browser_of(artist, "principal"), f"/studio/{artist.slug}/{address.format(draft.pk)}"

    def queries() -> int:
        mara.get(path)
        with CaptureQueriesContext(connection) as captured:
            mara.get(path)
        return len(captured)

    before = queries()
    stop(draft, "opt out")

    assert queries() <= before


def test_whether_a_fan_opened_it_is_not_the_teams_to_know(artist: Artist) -> None:
    fan = world.a_fan("Ana", opted_in=artist)
    experiences.open_(world.an_experience(artist, fan), by=fan)

    with CaptureQueriesContext(connection) as asked:
        page = browser_of(artist, "principal").get(f"/studio/{artist.slug}/delivered")

    assert ("Ana" in said(page), "opened" in said(page).lower()) == (True, False)
    assert [query["sql"] for query in asked if "opened_at" in query["sql"]] == []
