import pytest
from django.db import IntegrityError, transaction

from accounts.exceptions import NotAllowed, ReauthenticationRequired
from audit.models import Entry
from rights import grants
from rights.models import Grant, Use
from tests import factories

MESSAGES = Use.PERSONAL_MESSAGE
pytestmark = pytest.mark.django_db


def audit_entries() -> list[tuple[str, str]]:
    entries = Entry.objects.filter(action__startswith="grant.").order_by("pk")
    return list(entries.values_list("action", "subject"))


def test_every_use_is_off_until_it_is_switched_on() -> None:
    artist = factories.create_artist(granted=False)

    assert list(grants.list_versions(artist)) == []


def test_a_new_version_ends_the_one_before() -> None:
    artist = factories.create_artist(granted=False)
    principal = factories.get_member(artist, "principal")

    [first] = grants.switch_on(artist, MESSAGES, by=principal, fresh=True)
    second, third = grants.switch_on(artist, MESSAGES, by=principal, fresh=True, territories=["PT", "DE"])

    first.refresh_from_db()
    assert (first.version, first.ended_by) == (1, principal.actor)
    assert first.ended_at is not None
    assert [(grant.version, grant.ended_at, grant.country) for grant in (second, third)] == [
        (2, None, "DE"),
        (2, None, "PT"),
    ]
    assert list(grants.list_versions(artist)) == [third, second, first]
    assert audit_entries() == [
        ("grant.switched_on", f"grant:{first.pk}"),
        ("grant.ended", f"grant:{first.pk}"),
        ("grant.switched_on", f"grant:{second.pk}"),
        ("grant.switched_on", f"grant:{third.pk}"),
    ]


@pytest.mark.parametrize("role", ["owner", "editor", "reviewer"])
def test_only_a_principal_switches_personal_messages_on(role: str) -> None:
    artist = factories.create_artist(granted=False)

    with pytest.raises(NotAllowed, match="Only a principal of Mara Veil, the artist in person, may switch on personal"):
        grants.switch_on(artist, MESSAGES, by=factories.get_member(artist, role), fresh=True)
    assert Grant.objects.count() == 0


def test_a_principal_of_another_artist_may_not_switch_it_on() -> None:
    artist, other = factories.create_artist(granted=False), factories.create_artist("Ove Lind", granted=False)

    with pytest.raises(NotAllowed):
        grants.switch_on(artist, MESSAGES, by=factories.get_member(other, "principal"), fresh=True)


def test_switching_on_needs_a_password_that_was_just_typed() -> None:
    artist = factories.create_artist(granted=False)

    with pytest.raises(ReauthenticationRequired):
        grants.switch_on(artist, MESSAGES, by=factories.get_member(artist, "principal"), fresh=False)
    assert Grant.objects.count() == 0


@pytest.mark.parametrize("role", ["principal", "owner"])
def test_a_principal_and_an_owner_may_switch_off_without_a_password(role: str) -> None:
    artist = factories.create_artist()
    member = factories.get_member(artist, role)

    grants.switch_off(artist, MESSAGES, by=member)
    grants.switch_off(artist, MESSAGES, by=member)

    assert [(grant.version, grant.ended_by) for grant in grants.list_versions(artist)] == [(1, member.actor)]


@pytest.mark.parametrize("role", ["editor", "reviewer"])
def test_editors_and_reviewers_may_not_switch_off(role: str) -> None:
    artist = factories.create_artist()

    with pytest.raises(NotAllowed):
        grants.switch_off(artist, MESSAGES, by=factories.get_member(artist, role))
    assert [grant.ended_at for grant in grants.list_versions(artist)] == [None]


def test_the_database_allows_one_live_grant_a_use() -> None:
    artist = factories.create_artist()
    live = grants.list_versions(artist).get()

    with pytest.raises(IntegrityError, match="one_live_grant_a_scope"), transaction.atomic():
        Grant.objects.create(party=live.party, artist=artist, use=MESSAGES, version=2, by=live.by)


def test_a_song_is_switched_off_once_and_stays_off_when_all_are_switched_on_again() -> None:
    artist = factories.create_artist()
    song, principal = factories.create_recording(artist), factories.get_member(artist, "principal")
    for _ in range(2):
        grants.switch_off(artist, MESSAGES, by=principal, recording=song)
    grants.switch_off(artist, MESSAGES, by=principal)
    grants.switch_on(artist, MESSAGES, by=principal, fresh=True)

    said = Grant.objects.filter(ended_at=None).order_by("pk").values_list("recording", "allows")

    assert list(said) == [(song.pk, False), (None, True)]
    assert grants.switch_on(artist, MESSAGES, by=principal, fresh=True, recording=song) == []
    assert list(said.all()) == [(None, True)]


def test_one_song_is_switched_on_alone() -> None:
    artist = factories.create_artist(granted=False)
    song, principal = factories.create_recording(artist), factories.get_member(artist, "principal")

    [grant] = grants.switch_on(artist, MESSAGES, by=principal, fresh=True, recording=song)

    assert (grant.recording, grant.allows, grant.covers_later) == (song, True, False)
    grants.switch_off(artist, MESSAGES, by=principal, recording=song)
    assert not Grant.objects.filter(ended_at=None).exists()
