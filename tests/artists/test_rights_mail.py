"""Mail and notices about the roster and about claims: both sides are told, and nobody is told too often."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.mail import EmailMessage

from accounts import roles
from accounts.models import Person, Role
from artists import ownership, songs
from artists.label import roster as label_roster
from catalog.models import Artist
from live.models import Notice
from rights import claims, parties, roster
from rights.models import Party
from tests import factories
from tests.artists.studio.pages import member_client, visible_text
from tests.fans.pages import get_page
from tests.rights import factories as owners

pytestmark = pytest.mark.django_db
type Capture = Callable[..., AbstractContextManager[Any]]


def confirm_address(person: Person) -> Person:
    EmailAddress.objects.get_or_create(user=person, email=person.email, verified=True, primary=True)
    return person


@pytest.fixture
def artist() -> Artist:
    made = factories.create_artist()
    confirm_address(factories.get_member(made, Role.PRINCIPAL))
    return made


@pytest.fixture
def label() -> Party:
    made = owners.create_party()
    confirm_address(owners.get_signer(made))
    return made


def told(kind: str) -> set[Person]:
    return {notice.person for notice in Notice.objects.filter(kind=kind).select_related("person")}


def test_an_artist_is_told_and_mailed_that_a_label_asks(
    artist: Artist, label: Party, mailoutbox: list[EmailMessage], django_capture_on_commit_callbacks: Capture
) -> None:
    reviewer, editor = factories.get_member(artist, "reviewer"), factories.get_member(artist, "editor")
    confirm_address(reviewer)
    with django_capture_on_commit_callbacks(execute=True):
        label_roster.propose(label, artist, by=owners.get_signer(label), fresh=True)

    principal = factories.get_member(artist, Role.PRINCIPAL)
    [mail] = mailoutbox
    assert (mail.to, mail.subject) == ([principal.email], "Harbor Lane wants you on its roster")
    assert "http://127.0.0.1:8000/studio/mara-veil/labels" in mail.body
    assert told("roster.proposed") == {principal, reviewer, editor, owners.get_signer(label)}


def test_a_label_is_told_and_mailed_what_the_artist_answered(
    artist: Artist, label: Party, mailoutbox: list[EmailMessage], django_capture_on_commit_callbacks: Capture
) -> None:
    entry = owners.propose(label, artist)
    with django_capture_on_commit_callbacks(execute=True):
        label_roster.answer(entry, accepted=False, by=factories.get_member(artist, Role.PRINCIPAL), fresh=True)

    [mail] = mailoutbox
    assert (mail.to, mail.subject) == ([owners.get_signer(label).email], "Mara Veil answered")
    assert "Mara Veil said no to being on the roster of Harbor Lane." in mail.body
    assert owners.get_signer(label) in told("roster.refused")


def test_a_claim_that_waits_is_told_to_who_signs_once_an_hour(
    artist: Artist, label: Party, mailoutbox: list[EmailMessage], django_capture_on_commit_callbacks: Capture
) -> None:
    editor = factories.get_member(artist, "editor")
    with django_capture_on_commit_callbacks(execute=True):
        for title in ("Salt Radio", "Night Bus"):
            song = factories.create_recording(artist, title)
            ownership.add_claim(song, None, role="recording_owner", party=label, share=5000, by=editor)

    [mail] = mailoutbox
    assert (mail.to, mail.subject) == ([owners.get_signer(label).email], "A share waits for your yes")
    assert f"/label/{label.pk}/claims" in mail.body
    assert "“" not in mail.subject
    assert Notice.objects.filter(kind="claim.waiting", person=owners.get_signer(label)).count() == 2


def test_whoever_can_confirm_a_share_is_not_mailed_about_what_they_added(
    artist: Artist, mailoutbox: list[EmailMessage], django_capture_on_commit_callbacks: Capture
) -> None:
    principal, editor = factories.get_member(artist, Role.PRINCIPAL), factories.get_member(artist, "editor")
    own, song = parties.get_artist_party(artist), factories.create_recording(artist)
    with django_capture_on_commit_callbacks(execute=True):
        ownership.add_claim(song, None, role="featured_artist", party=own, share=10_000, by=principal)
    assert mailoutbox == []

    with django_capture_on_commit_callbacks(execute=True):
        ownership.add_claim(song, None, role="recording_owner", party=own, share=10_000, by=editor)
    assert [mail.to for mail in mailoutbox] == [[principal.email]]


def test_both_sides_are_told_of_a_dispute_and_of_its_settlement(
    artist: Artist, label: Party, mailoutbox: list[EmailMessage], django_capture_on_commit_callbacks: Capture
) -> None:
    other, song = owners.create_party("label", "Second Shore"), factories.create_recording(artist)
    both = {owners.get_signer(label), confirm_address(owners.get_signer(other))}
    owners.own(label, song)
    with django_capture_on_commit_callbacks(execute=True):
        disputed = ownership.add_claim(
            song, None, role="recording_owner", party=other, share=10_000, by=factories.get_member(artist, "editor")
        )
    on_page = [get_page(factories.signed_in_client(signer), f"/label/{party.pk}/").words
               for signer, party in ((owners.get_signer(label), label), (owners.get_signer(other), other))]  # fmt: skip
    staff = factories.fresh_client(factories.get_staff())
    with django_capture_on_commit_callbacks(execute=True):
        staff.post(f"/desk/claims/{disputed.pk}", {"note": "A contract of 2024 says so.", "verdict": "wrong"})

    subjects = [(mail.to[0], mail.subject) for mail in mailoutbox]
    assert sorted(subjects) == sorted(
        (person.email, subject) for person in both for subject in ("A share is disputed", "A dispute is settled")
    )
    assert ["A contract of 2024 says so." in mail.body for mail in mailoutbox] == [False, False, True, True]
    assert both <= told("claim.disputed")
    assert both <= told("claim.settled")
    assert ["1 disputed share" in page for page in on_page] == [True, True]


def test_the_note_of_each_settlement_is_mailed_to_both_sides(
    artist: Artist, label: Party, mailoutbox: list[EmailMessage], django_capture_on_commit_callbacks: Capture
) -> None:
    rival, staff = owners.create_party("label", "Second Shore"), factories.fresh_client(factories.get_staff())
    both = [owners.get_signer(label).email, confirm_address(owners.get_signer(rival)).email]
    for title in ("Salt Radio", "Night Bus"):
        song = factories.create_recording(artist, title)
        owners.own(label, song)
        owners.own(rival, song)
    mailoutbox.clear()

    with django_capture_on_commit_callbacks(execute=True):
        for number, claim in enumerate(rival.claims.order_by("pk")):
            staff.post(f"/desk/claims/{claim.pk}", {"note": f"Note {number}.", "verdict": "wrong"})

    told = sorted((mail.to[0], "Note 0." in mail.body, "Note 1." in mail.body) for mail in mailoutbox)
    assert told == sorted((email, first, not first) for email in both for first in (False, True))


def test_the_holder_of_an_isrc_is_told_of_the_dispute_about_it(
    artist: Artist, label: Party, mailoutbox: list[EmailMessage], django_capture_on_commit_callbacks: Capture
) -> None:
    parties.register_isrc_prefix(label, "PTABC", by=factories.get_staff())
    song, editor = factories.create_recording(artist), factories.get_member(artist, "editor")
    owners.own(owners.create_party("label", "Second Shore"), song)

    with django_capture_on_commit_callbacks(execute=True):
        songs.edit(song, by=editor, isrc="PTABC2600001")
        songs.edit(song, by=editor, isrc="PTABC2600002")

    assert [(mail.to[0], mail.subject) for mail in mailoutbox] == [
        (owners.get_signer(label).email, "A share is disputed")
    ]
    assert "Harbor Lane claims one or gives out its ISRC" in mailoutbox[0].body
    assert owners.get_signer(label) in told("claim.disputed")


def test_nobody_is_mailed_at_an_address_that_is_not_confirmed(
    artist: Artist, mailoutbox: list[EmailMessage], django_capture_on_commit_callbacks: Capture
) -> None:
    label = owners.create_party()
    song, editor = factories.create_recording(artist), factories.get_member(artist, "editor")
    with django_capture_on_commit_callbacks(execute=True):
        ownership.add_claim(song, None, role="recording_owner", party=label, share=1, by=editor)

    assert mailoutbox == []
    assert owners.get_signer(label) in told("claim.waiting")


def test_a_mail_that_cannot_be_sent_stops_nothing(
    artist: Artist, label: Party, settings: Any, django_capture_on_commit_callbacks: Capture
) -> None:
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": {"port": 1}}}
    with django_capture_on_commit_callbacks(execute=True):
        entry = label_roster.propose(label, artist, by=owners.get_signer(label), fresh=True)

    assert roster.list_of_artist(artist).get() == entry


def test_who_acts_by_a_mandate_is_told_too(artist: Artist, label: Party) -> None:
    writer = parties.add_party("writer", "Ida Koro", by=factories.get_staff())
    parties.represent(writer, label, mandate="Contract 7", by=factories.get_staff())
    song = factories.create_recording(artist)

    claims.claim(writer, "writer", by=factories.get_staff(), work=owners.create_work(song))

    assert owners.get_signer(label) in told("claim.waiting")


def test_the_overview_of_the_artist_names_shares_that_wait_and_disputes(artist: Artist, label: Party) -> None:
    song = factories.create_recording(artist)
    claims.claim(
        parties.get_artist_party(artist), "recording_owner", by=factories.get_staff(), recording=song, share=6000
    )
    claims.claim(label, "recording_owner", by=factories.get_staff(), recording=song, share=5000)

    page = visible_text(member_client(artist, "reviewer").get("/studio/mara-veil/"))

    assert "Your share of “Salt Radio” waits for your yes" in page
    assert "Who owns “Salt Radio” is disputed" in page


def test_the_labels_first_page_says_what_to_do_now(artist: Artist, label: Party) -> None:
    assert label.team
    owner = factories.create_person("Nia")
    roles.add_member(label.team, owner, "owner", by=owners.get_signer(label))
    before = get_page(factories.signed_in_client(owner), f"/label/{label.pk}/").words
    claims.claim(label, "recording_owner", by=factories.get_staff(), recording=factories.create_recording(artist))

    shown = [
        get_page(factories.signed_in_client(person), f"/label/{label.pk}/").words
        for person in (owners.get_signer(label), owner)
    ]

    assert "What to do now" not in before
    assert "What to do now 1 claim to confirm or say that it is not yours" in shown[0]
    assert "What to do now 1 claim to confirm whoever signs confirms" in shown[1]
