"""Notices and a daily mail to a rightsholder about drafts that wait for its key."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.mail import EmailMessage

from accounts.models import Person
from artists import approval_mail, expiry, review, second_key, withdrawal
from artists.models import Draft
from catalog.models import Artist
from fans import opt_ins
from live.models import Notice
from rights import parties
from rights.agreements import Key
from rights.models import Party
from tests import factories
from tests.artists.remix_notes import agree, approve, write_remix_note
from tests.artists.studio.pages import signed_in_client, visible_text
from tests.module_scenes import share_scene
from tests.rights import factories as owners
from tests.rights.factories import OwnedSong
from web.models import RateWindow

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_undo_time")]


type Capture = Callable[..., AbstractContextManager[Any]]


@pytest.fixture
def artist(shared_artist: Artist) -> Artist:
    return shared_artist


def create_song(artist: Artist) -> OwnedSong:
    song = owners.create_owned_song(artist, permitted=False)
    agree(song, keys=(Key(song.label), Key(song.publisher)))
    for party in (song.label, song.publisher):
        person = owners.get_signer(party)
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return song


module_scene, song = share_scene(create_song)


def signer(party: Party) -> Person:
    return owners.get_signer(party)


def say_yes(draft: Draft, party: Party) -> Draft:
    return second_key.approve(draft.pk, party, by=signer(party), fresh=True)


def told(kind: str) -> list[tuple[str, str]]:
    """Who was told about what, of notices of this kind, in their order."""
    found = Notice.objects.filter(kind=kind).order_by("pk")
    return [(notice.person.name, notice.reference) for notice in found.select_related("person")]


def mails_of(mailoutbox: list[EmailMessage], party: Party) -> list[EmailMessage]:
    return [mail for mail in mailoutbox if mail.to == [signer(party).email]]


@pytest.fixture
def look(monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Capture) -> Callable[[], None]:
    """What the job does, as often as a test says."""
    monkeypatch.setattr(approval_mail, "LOOK_EVERY_SECONDS", 0)

    def look() -> None:
        with django_capture_on_commit_callbacks(execute=True):
            assert approval_mail.mail_if_due() is False

    return look


def pass_a_day() -> None:
    RateWindow.objects.all().delete()


def test_everybody_whose_key_is_asked_for_is_told_when_the_artist_has_said_yes(song: OwnedSong) -> None:
    draft = write_remix_note(song)
    assert told("key.asked") == []

    approve(draft)

    both = [(signer(party).name, f"draft:{draft.pk}") for party in (song.label, song.publisher)]
    assert sorted(told("key.asked")) == both
    assert told("key.closed") == []


def test_who_represents_a_party_is_told_and_hears_of_each_draft_once(song: OwnedSong) -> None:
    parties.represent(song.publisher, song.label, mandate="Contract 7", by=factories.get_staff())

    draft = approve(write_remix_note(song))

    both = [(signer(party).name, f"draft:{draft.pk}") for party in (song.label, song.publisher)]
    assert sorted(told("key.asked")) == both


def test_both_are_told_when_a_key_is_given_and_the_draft_waits_for_fewer(song: OwnedSong) -> None:
    draft = approve(write_remix_note(song))

    say_yes(draft, song.label)
    both = [(signer(party).name, f"draft:{draft.pk}") for party in (song.label, song.publisher)]
    assert sorted(told("key.closed")) == both
    say_yes(draft, song.publisher)

    assert sorted(told("key.closed")) == sorted([*both, both[1]])


@pytest.mark.parametrize("end", ["decline", "undo", "expire", "withdraw"])
def test_those_who_still_had_to_answer_are_told_when_nothing_waits_any_more(song: OwnedSong, end: str) -> None:
    draft = approve(write_remix_note(song))
    if end == "decline":
        second_key.decline(draft.pk, song.label, by=signer(song.label))
    elif end == "undo":
        review.undo(draft.pk, by=factories.get_member(draft.artist, "principal"))
    elif end == "expire":
        factories.pass_deadline(draft)
        assert expiry.expire_next()
    else:
        opt_ins.opt_out(draft.person, draft.artist)
        assert withdrawal.withdraw_next()

    both = [(signer(party).name, f"draft:{draft.pk}") for party in (song.label, song.publisher)]
    assert sorted(told("key.closed")) == both


def test_a_message_and_a_draft_that_the_team_has_not_approved_tell_no_rightsholder(song: OwnedSong) -> None:
    artist = song.artist.artist
    assert artist
    approve(factories.create_pending_draft(artist))
    factories.pass_deadline(write_remix_note(song))
    assert expiry.expire_next()

    assert told("key.asked") + told("key.closed") == []


def test_a_mail_a_day_says_how_many_wait(
    song: OwnedSong, mailoutbox: list[EmailMessage], look: Callable[[], None]
) -> None:
    first = approve(write_remix_note(song))
    approve(write_remix_note(song))
    say_yes(first, song.publisher)

    look()
    approve(write_remix_note(song))
    look()

    [mail], [other] = mails_of(mailoutbox, song.label), mails_of(mailoutbox, song.publisher)
    assert (mail.subject, other.subject) == ("2 drafts wait for your yes", "1 draft waits for your yes")
    assert "2 drafts wait for the yes of Harbor Lane." in mail.body
    assert "1 draft waits for the yes of Kestrel Row." in other.body
    assert f"http://127.0.0.1:8000/label/{song.label.pk}/approvals" in mail.body
    assert len(mailoutbox) == 2
    pass_a_day()
    look()
    assert [each.subject for each in mails_of(mailoutbox, song.label)][1:] == ["3 drafts wait for your yes"]


def test_no_mail_goes_out_while_nothing_waits(
    song: OwnedSong, mailoutbox: list[EmailMessage], look: Callable[[], None]
) -> None:
    draft = write_remix_note(song)
    look()
    approve(draft)
    say_yes(draft, song.label)
    look()

    assert [mail.to for mail in mailoutbox] == [[signer(song.publisher).email]]
    say_yes(draft, song.publisher)
    pass_a_day()
    look()
    assert len(mailoutbox) == 1


def test_no_fan_is_named_in_it(song: OwnedSong, mailoutbox: list[EmailMessage], look: Callable[[], None]) -> None:
    draft = approve(write_remix_note(song))
    look()

    words = (draft.person.name, draft.person.handle, str(draft.person_id), str(draft.text))
    assert [word for word in words for mail in mailoutbox if word in mail.subject + mail.body] == []
    assert len(mailoutbox) == 2


def test_it_looks_once_a_minute(song: OwnedSong, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    monkeypatch.setattr(second_key, "list_asked", lambda: looked.append(1) or [])

    assert [approval_mail.mail_if_due() for _ in range(3)] == [False] * 3

    assert looked == [1]


def test_the_first_page_lists_the_drafts_that_wait(song: OwnedSong) -> None:
    client, path = signed_in_client(signer(song.label)), f"/label/{song.label.pk}/"
    assert "for your yes" not in visible_text(client.get(path))

    approve(write_remix_note(song))

    assert "1 draft waits for your yes approve or decline" in visible_text(client.get(path))
