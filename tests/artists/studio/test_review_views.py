"""The review page: its texts and buttons, decisions, and what refused decisions say."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext

from artists import programs, review
from artists.models import Draft
from catalog.models import Artist
from rights import grants
from rights.models import Use
from tests import factories
from tests.artists.studio.pages import (
    HTMX_HEADERS,
    approve_is_disabled,
    member_client,
    review_path,
    shown_draft_id,
    signed_in_client,
    visible_text,
)

NEEDS_ARTIST = "Mara Veil did not sign these words, so Mara Veil has to approve them."
SCRIPT_MARKUP = "<script>alert(1)</script>"


@pytest.fixture
def artist(shared_artist: Artist) -> Artist:
    return shared_artist


def test_the_page_shows_the_text_with_its_facts_and_their_sources(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist, factories.create_fan("Ελένη", opted_in=artist))

    page = member_client(artist, "principal").get(f"/studio/{artist.slug}/review")

    html = page.content.decode()
    assert '<span class="fact"><bdi>Ελένη</bdi>&#8288;<sup>a</sup></span>' in html
    assert '<span class="fact"><bdi>3</bdi>&#8288;<sup>b</sup></span>' in html
    assert "a Ελένη The fan’s name, as the fan typed it. b 3 Counted listens of your songs." in visible_text(page)
    assert "Mara Veil’s words, filled in for you" in visible_text(page)
    assert "After that it expires and nothing is sent." in visible_text(page)
    assert shown_draft_id(page) == draft.pk


def test_the_page_underlines_words_of_a_model_that_a_person_has_to_judge(artist: Artist) -> None:
    with factories.run_model("Thank you for the casserole, {name}."):
        factories.create_pending_draft(artist)

    page = member_client(artist, "principal").get(f"/studio/{artist.slug}/review")

    assert '<span class="doubtful">casserole</span>, <span class="fact">' in page.content.decode()
    assert "casserole : Nobody signed this word, and it is not an everyday one." in visible_text(page)


def test_approving_with_a_plain_form_shows_the_next_draft_and_the_undo_button(artist: Artist) -> None:
    first, second = factories.create_pending_draft(artist), factories.create_pending_draft(artist)
    mara = member_client(artist, "principal")

    page = mara.post(review_path(first, "/approve"), {"revision": 1}, follow=True)

    first.refresh_from_db()
    assert (first.state, shown_draft_id(page)) == ("approved", second.pk)
    assert re.search(r"Approved for Ana \. Goes out in [1-5] s\.", visible_text(page))


def test_an_htmx_response_has_the_draft_the_queue_the_count_and_the_undo_button(artist: Artist) -> None:
    first, second = factories.create_pending_draft(artist), factories.create_pending_draft(artist)

    answer = member_client(artist, "principal").post(
        review_path(first, "/approve"), {"revision": 1}, headers=HTMX_HEADERS
    )

    html = answer.content.decode()
    assert "<html" not in html
    assert [part in html for part in ("innerHTML:#head", "innerHTML:#review-queue", "innerHTML:#undo")] == [True] * 3
    assert (shown_draft_id(answer), answer.headers["HX-Replace-Url"]) == (second.pk, review_path(second))


def test_an_undo_shows_the_draft_again(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist)
    mara = member_client(artist, "principal")
    mara.post(review_path(draft, "/approve"), {"revision": 1})

    page = mara.post(review_path(draft, "/undo"), follow=True)

    draft.refresh_from_db()
    assert (draft.state, shown_draft_id(page)) == ("pending", draft.pk)


def test_an_undo_that_comes_too_late_shows_the_next_draft(artist: Artist) -> None:
    factories.remove_undo_time(artist)
    first, second = factories.create_pending_draft(artist), factories.create_pending_draft(artist)
    mara = member_client(artist, "principal")
    mara.post(review_path(first, "/approve"), {"revision": 1})

    page = mara.post(review_path(first, "/undo"))

    assert (page.status_code, shown_draft_id(page)) == (409, second.pk)
    assert "The time to undo is over: it is on its way to the fan." in visible_text(page)


def test_a_decline_stores_the_reason(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist)

    page = member_client(artist, "reviewer").post(
        review_path(draft, "/decline"), {"revision": 1, "reason": "not\x00 now"}, follow=True
    )

    draft.refresh_from_db()
    assert (draft.state, draft.reason) == ("declined", "declined: not now")
    assert "Declined for Ana . They get no message." in visible_text(page)


def test_a_refused_text_stays_in_the_field_with_the_error(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist)
    typed = f"Look at https://example.com {SCRIPT_MARKUP}"

    page = member_client(artist, "principal").post(review_path(draft, "/edit"), {"text": typed, "revision": 1})

    html = page.content.decode()
    assert page.status_code == 422
    assert "Look at https://example.com &lt;script&gt;alert(1)&lt;/script&gt;</textarea>" in html
    assert "Messages lead nowhere else. Take the link out" in visible_text(page)
    draft.refresh_from_db()
    assert (draft.state, draft.revision) == ("pending", 1)


def test_the_mark_preview_follows_the_typed_text(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist)

    def preview(role: str, text: str) -> str:
        client = member_client(artist, role)
        return visible_text(client.post(review_path(draft, "/mark"), {"text": text}, headers=HTMX_HEADERS))

    assert draft.text is not None
    assert [
        preview("principal", draft.text),
        preview("principal", "Thank you, Ana."),
        preview("reviewer", "Thank you, Ana."),
    ] == [
        "This will be marked: Mara Veil’s words, filled in for you",
        "This will be marked: Written by Mara Veil",
        "This will be marked: Written by Mara Veil’s team " + NEEDS_ARTIST,
    ]
    draft.refresh_from_db()
    assert draft.revision == 1


def test_an_edited_draft_of_a_model_is_marked_as_edited(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist, by_model=True)

    answer = member_client(artist, "principal").post(
        review_path(draft, "/mark"), {"text": "Thank you."}, headers=HTMX_HEADERS
    )

    assert visible_text(answer) == "This will be marked: AI draft, edited and approved by Mara Veil"


def test_an_edit_by_a_reviewer_waits_for_the_artist(artist: Artist) -> None:
    draft, following = factories.create_pending_draft(artist), factories.create_pending_draft(artist)

    page = member_client(artist, "reviewer").post(
        review_path(draft, "/edit"), {"text": "Thank you.", "revision": 1}, follow=True
    )

    draft.refresh_from_db()
    assert (draft.state, draft.text, draft.held_by) == ("pending", "Thank you.", None)
    assert (shown_draft_id(page), "Mara Veil has to approve it." in visible_text(page)) == (following.pk, True)


def test_a_reviewer_reads_why_the_draft_cannot_be_approved(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist, by_model=True)

    page = member_client(artist, "reviewer").get(review_path(draft))

    assert "Mara Veil did not sign these words, so only Mara Veil can approve them." in visible_text(page)
    assert approve_is_disabled(page, draft)


def test_a_second_decision_says_who_was_first(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist)
    review.approve(draft.pk, by=factories.get_member(artist, "principal"))

    answer = member_client(artist, "reviewer").post(
        review_path(draft, "/approve"), {"revision": 1}, headers=HTMX_HEADERS
    )

    assert answer.status_code == 409
    assert "Already decided by Mara principal : approved" in visible_text(answer)
    assert '<time datetime="' in answer.content.decode().partition("Already decided by")[2].partition("</p>")[0]
    assert "Next draft" in visible_text(answer)


def test_a_text_that_changed_since_the_page_was_opened_is_not_approved(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist)
    review.edit(draft.pk, "Thank you for this.", by=factories.get_member(artist, "reviewer"))

    page = member_client(artist, "principal").post(review_path(draft, "/approve"), {"revision": 1})

    assert (page.status_code, shown_draft_id(page)) == (409, draft.pk)
    assert "Somebody changed the words meanwhile. Look at them again." in visible_text(page)
    assert "Thank you for this." in visible_text(page)


def test_an_approval_without_a_permission_is_refused_on_the_page(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist)
    grants.switch_off(artist, Use.PERSONAL_MESSAGE, by=factories.get_member(artist, "principal"))

    page = member_client(artist, "principal").post(review_path(draft, "/approve"), {"revision": 1})

    assert (page.status_code, shown_draft_id(page)) == (409, draft.pk)
    assert "Not everyone has said yes" in visible_text(page)


def test_the_page_says_that_the_program_is_paused(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist)
    programs.pause(draft.version.program, by=factories.get_member(artist, "reviewer"))

    page = member_client(artist, "principal").get(review_path(draft))

    assert "The program is paused, so nothing of it goes out. Resume it first." in visible_text(page)


def test_unused_facts_are_listed_with_their_labels(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist, factories.create_fan("Ana", opted_in=artist))

    page = member_client(artist, "principal").get(review_path(draft))

    assert "Also known, not used: Artist:\xa0 Mara Veil ; Since:\xa01 Nov 2026." in visible_text(page)


def test_an_expired_draft_is_not_shown(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist)
    # The shortest review time is a second. No test waits that long.
    Draft.objects.filter(pk=draft.pk).update(deadline=Now() - timedelta(seconds=1))

    page = member_client(artist, "principal").get(f"/studio/{artist.slug}/review")

    assert (shown_draft_id(page), "Everything is decided" in visible_text(page)) == (None, True)


@pytest.mark.parametrize(
    "options", [{}, {"headers": {**HTMX_HEADERS, "HX-Current-URL": "http://testserver/studio/mara-veil/review/{}"}}]
)
def test_a_decision_after_the_session_ended_leads_back_to_the_draft(artist: Artist, options: dict[str, Any]) -> None:
    draft = factories.create_pending_draft(artist)
    headers = {name: value.format(draft.pk) for name, value in options.get("headers", {}).items()}

    answer = Client().post(review_path(draft, "/approve"), {"revision": 1}, headers=headers)

    url = answer.headers.get("HX-Redirect") or answer.headers["Location"]
    assert unquote(url) == f"/accounts/login/?next=/studio/mara-veil/review/{draft.pk}"


def test_markup_in_names_and_texts_is_shown_as_text(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist, factories.create_fan(SCRIPT_MARKUP, opted_in=artist))
    # An edit refuses such a text, and so does the composer.
    Draft.objects.filter(pk=draft.pk).update(text=f"Thank you {SCRIPT_MARKUP} \u202eevil")

    page = member_client(artist, "principal").get(review_path(draft)).content.decode()

    assert SCRIPT_MARKUP not in page
    assert "<bdi>&lt;script&gt;alert(1)&lt;/script&gt;</bdi>" in page


def test_an_erased_draft_can_be_opened(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist)
    factories.erase_text(draft)

    page = member_client(artist, "principal").get(review_path(draft))

    assert (page.status_code, shown_draft_id(page)) == (200, draft.pk)


@pytest.mark.parametrize("address", ["review", "review/{}", "review/queue?on={}", ""])
def test_three_drafts_need_as_many_queries_as_one(artist: Artist, address: str) -> None:
    draft = factories.create_pending_draft(artist)
    client = signed_in_client(factories.get_member(artist, "principal"))
    path = f"/studio/{artist.slug}/{address}".format(draft.pk)
    counts = []
    for _ in range(2):
        client.get(path)  # fills the cache
        with CaptureQueriesContext(connection) as captured:
            client.get(path)
        counts.append(len(captured))
        factories.create_pending_draft(artist)
        factories.create_pending_draft(artist)

    assert counts[0] == counts[1]


def test_a_signed_out_htmx_decision_leads_back_to_its_draft(artist: Artist) -> None:
    first, second = (
        factories.create_pending_draft(artist),
        factories.create_pending_draft(artist, factories.create_fan("Bea", opted_in=artist)),
    )
    headers = {**HTMX_HEADERS, "HX-Current-URL": "http://testserver/studio/mara-veil/review"}

    answer = Client().post(review_path(second, "/approve"), {"revision": 1}, headers=headers)

    assert unquote(answer.headers["HX-Redirect"]) == f"/accounts/login/?next=/studio/mara-veil/review/{second.pk}"
    assert first.pk != second.pk
