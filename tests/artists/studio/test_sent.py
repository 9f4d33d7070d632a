"""The lists of sent and of stopped drafts."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from artists import review
from artists.studio.sent import list_settled_drafts
from catalog.models import Artist
from tests import factories
from tests.artists.studio.pages import member_client


@pytest.fixture
def artist(db: None) -> Artist:
    return factories.create_artist()


def test_sent_drafts_are_in_the_order_of_delivery(artist: Artist) -> None:
    factories.remove_undo_time(artist)
    fans = [factories.create_fan(name, opted_in=artist) for name in ("Ana", "Bea", "Cem")]
    drafts = [factories.create_pending_draft(artist, fan) for fan in fans]
    for draft in (drafts[1], drafts[2], drafts[0]):
        review.approve(draft.pk, by=factories.get_member(artist, "principal"))

    first, cursor = list_settled_drafts(artist, size=2)
    second, end = list_settled_drafts(artist, before=cursor, size=1)

    assert [[draft.fan_name for draft in page] for page in (first, second)] == [["Ana", "Cem"], ["Bea"]]
    assert end is None


@pytest.mark.parametrize("before", ["x", "17", "1764114938000000-0199aaaa-0000-7000-8000-000000000000"])
def test_a_cursor_of_another_list_opens_the_first_page(artist: Artist, before: str) -> None:
    draft = factories.create_pending_draft(artist, factories.create_fan("Ana", opted_in=artist))
    review.decline(draft.pk, by=factories.get_member(artist, "principal"))

    page = member_client(artist, "reviewer").get(f"/studio/{artist.slug}/delivered?state=stopped&before={before}")

    assert [settled.fan_name for settled in page.context["drafts"]] == ["Ana"]
    assert page.context["is_later_page"] is False


def test_a_reason_that_ends_as_a_sentence_gets_no_second_full_stop(artist: Artist) -> None:
    reasons = ["I write to them myself.", "not this one"]
    for reason, name in zip(reasons, ("Ana", "Bea"), strict=True):
        draft = factories.create_pending_draft(artist, factories.create_fan(name, opted_in=artist))
        review.decline(draft.pk, by=factories.get_member(artist, "principal"), reason=reason)

    sentences = [draft.reason_sentence for draft in list_settled_drafts(artist, sent=False)[0]]

    assert sentences == ["Declined: not this one.", "Declined: I write to them myself."]


@pytest.mark.parametrize(
    ("state", "changes", "expected"),
    [
        ("approved", {}, True),
        ("declined", {}, True),
        ("delivered", {}, False),
        ("approved", {"deliver_after": timedelta(seconds=-1)}, False),
        ("approved", {"deadline": timedelta(seconds=-1)}, True),
        ("declined", {"deadline": timedelta(seconds=-1)}, False),
        ("approved", {"is_opted_in": False}, False),
        ("approved", {"is_muted": True}, False),
    ],
)
def test_a_decision_can_be_undone_in_time_and_with_the_fans_consent(
    state: str, changes: dict[str, Any], expected: bool
) -> None:
    now = timezone.now()
    values: dict[str, Any] = {"deliver_after": timedelta(seconds=5), "deadline": timedelta(seconds=5)}
    values |= {"is_opted_in": True, "is_muted": False, **changes}
    values |= {name: now + values[name] for name in ("deliver_after", "deadline")}

    assert review.can_undo(state, now=now, **values) is expected


@pytest.mark.parametrize("back", ["sent", "stopped"])
def test_an_undo_in_a_list_leads_back_to_the_list(artist: Artist, back: str) -> None:
    draft = factories.create_pending_draft(artist)
    decide = review.approve if back == "sent" else review.decline
    decide(draft.pk, by=factories.get_member(artist, "principal"))
    client = member_client(artist, "reviewer")

    answer = client.post(f"/studio/{artist.slug}/review/{draft.pk}/undo", {"back": back}, follow=True)

    draft.refresh_from_db()
    assert draft.state == "pending"
    assert answer.redirect_chain == [(f"/studio/{artist.slug}/delivered?state={back}", 302)]
    link = f'It waits for a decision again. <a href="/studio/{artist.slug}/review/{draft.pk}">Look at it</a>'
    assert (answer.context["drafts"], link in answer.text) == ([], True)


def test_an_undo_that_is_too_late_is_told_in_the_list(artist: Artist) -> None:
    draft = factories.create_approved_draft(artist)
    client = member_client(artist, "reviewer")

    answer = client.post(f"/studio/{artist.slug}/review/{draft.pk}/undo", {"back": "sent"}, follow=True)

    assert "The time to undo is over: it is on its way to the fan." in answer.text
    assert [settled.pk for settled in answer.context["drafts"]] == [draft.pk]
