"""What an import tells: the artists of its songs, and those whom it asks to confirm shares. Their pages and mail."""

import pytest
from allauth.account.models import EmailAddress
from django.core.mail import EmailMessage
from django.test import Client

from accounts.models import Person, Role
from artists import import_news
from audit.models import Entry
from catalog.models import Artist
from live.models import Notice
from rights.imports import named_claims
from rights.models import CatalogImport, Claim, Party
from tests import factories
from tests.artists.studio.pages import member_client, visible_text
from tests.artists.test_rights_mail import Capture
from tests.rights import factories as owners
from tests.rights.imports.factories import bring_in

pytestmark = pytest.mark.django_db
HEADING = "title,artist,isrc,writers,publishers,owners"
ROWS = [
    "Salt Radio,Mara Veil,PTPLR2500417,Ida Koro 50; Mara Veil 50,Kestrel Row,",
    "Low Tide,Mara Veil,,Mara Veil,Kestrel Row,Harbor Lane 60; Kvöld Records 40",
    "Bad,Mara Veil,,Nobody,,",
]


def confirm_address(person: Person) -> Person:
    EmailAddress.objects.get_or_create(user=person, email=person.email, verified=True, primary=True)
    return person


@pytest.fixture
def label(label: Party, artist: Artist) -> Party:
    owners.add_to_roster(label, artist)
    for kind, name in (("writer", "Ida Koro"), ("publisher", "Kestrel Row"), ("label", "Kvöld Records")):
        confirm_address(owners.get_signer(owners.create_party(kind, name)))
    confirm_address(factories.get_member(artist, Role.PRINCIPAL))
    return label


@pytest.fixture
def brought(label: Party) -> CatalogImport:
    return bring_in(label, *ROWS, heading=HEADING)


def test_each_artist_and_each_party_that_an_import_names_gets_one_mail_and_one_notice(
    brought: CatalogImport,
    artist: Artist,
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: Capture,
) -> None:
    Notice.objects.all().delete()
    with django_capture_on_commit_callbacks(execute=True):
        assert import_news.tell_next()
    assert not import_news.tell_next()

    subjects = {mail.subject.partition("] ")[2] or mail.subject: mail for mail in mailoutbox}
    assert len(mailoutbox) == 5
    [to_artist] = [mail for mail in mailoutbox if "Harbor Lane imported songs of Mara Veil" in mail.subject]
    assert "Harbor Lane imported a catalogue and added 2 songs of Mara Veil." in to_artist.body
    assert f"/studio/mara-veil/imports/{brought.pk}" in to_artist.body
    asked = sorted(mail.body.split(" has ")[1].split(".")[0] for mail in mailoutbox if mail is not to_artist)
    assert asked == ["2 shares in songs or works"] * 2 + ["a share in a song or a work"] * 2
    assert len(subjects) == 3
    told = Notice.objects.exclude(person=owners.get_signer(brought.party))
    assert set(told.filter(kind="claim.waiting").values_list("reference", flat=True)) == {f"import:{brought.pk}"}
    assert told.filter(kind="catalog.imported", reference=f"artist:{artist.pk}").exists()
    brought.refresh_from_db()
    assert brought.told_at


def test_the_studio_lists_what_came_in_of_the_artist(brought: CatalogImport, artist: Artist) -> None:
    owners.add_to_roster(brought.party, factories.create_artist("Ifeoma"))
    bring_in(brought.party, "Hers,Ifeoma,", "Salt Radio (live),Mara Veil,PTPLR2500417", heading="title,artist,isrc")
    page = member_client(artist, "reviewer")

    listed = visible_text(page.get("/studio/mara-veil/imports"))
    first = visible_text(page.get(f"/studio/mara-veil/imports/{brought.pk}"))
    second = visible_text(page.get(f"/studio/mara-veil/imports/{brought.pk + 1}"))

    assert "Harbor Lane added 2 songs" in listed
    assert "Harbor Lane changed 1 song" in listed
    assert "New Low Tide No ISRC. Harbor Lane owns 60 % of the recording." in first
    assert (
        "Named by the file: Kestrel Row (publisher, 100 %), Kvöld Records (owner, 40 %), Mara Veil (writer, 100 %)"
        in first
    )
    assert "Bad" not in first
    assert "Changed Salt Radio (live) The title was “Salt Radio”." in second
    assert "Hers" not in second


def test_the_history_has_one_line_for_an_import(brought: CatalogImport, artist: Artist) -> None:
    page = member_client(artist, "reviewer").get("/studio/mara-veil/history?about=rights")

    assert "Harbor Lane added 2 songs ." in visible_text(page)
    assert f'href="/studio/mara-veil/imports/{brought.pk}"' in page.content.decode()
    assert "confirmed shares of" not in visible_text(page)
    label = factories.fresh_client(owners.get_signer(brought.party))
    assert "added 2 songs" in visible_text(label.get(f"/label/{brought.party_id}/artists/mara-veil"))


def test_the_artist_confirms_what_a_file_names_at_one_press(brought: CatalogImport, artist: Artist) -> None:
    principal = factories.fresh_client(factories.get_member(artist, "principal"))
    path = "/studio/mara-veil/imports"
    assert "Confirm 2 named by Harbor Lane" in visible_text(principal.get(path))
    assert "Harbor Lane says you have a share in 2 songs" in visible_text(principal.get("/studio/mara-veil/"))
    refused = member_client(artist, "editor").post(f"{path}/{brought.pk}/confirm")

    answer = principal.post(f"{path}/{brought.pk}/confirm", {"waiting": "2"}, follow=True)

    assert "Only whoever signs for Mara Veil may confirm what it owns." in visible_text(refused)
    assert "2 confirmed." in visible_text(answer)
    assert "wait for your yes" not in visible_text(answer)
    confirmed = Claim.objects.filter(party__artist=artist, confirmed_at__isnull=False)
    assert set(confirmed.values_list("confirmed_by", flat=True)) == {factories.get_member(artist, "principal").actor}
    assert confirmed.count() == 2
    assert Entry.objects.get(action="claims.confirmed").facts["number"] == 2


def test_a_publisher_confirms_what_a_file_names_at_one_press(brought: CatalogImport) -> None:
    kestrel = Party.objects.get(name="Kestrel Row")
    client: Client = factories.fresh_client(owners.get_signer(kestrel))
    path = f"/label/{kestrel.pk}/claims"

    said = "Harbor Lane says in a catalogue file that you have 2 shares in songs or works."
    assert said in visible_text(client.get(path))
    answer = client.post(f"{path}/imports/{brought.pk}", {"waiting": "2"}, follow=True)

    assert "2 confirmed." in visible_text(answer)
    assert "says in a catalogue file that you have" not in visible_text(answer)
    assert Claim.objects.filter(party=kestrel, confirmed_at=None).count() == 0
    assert Claim.objects.filter(confirmed_at=None).count() == 4


@pytest.mark.parametrize("form", [{"waiting": "2"}, {"waiting": "x"}, {}])
def test_what_was_not_shown_is_not_confirmed(
    brought: CatalogImport, artist: Artist, monkeypatch: pytest.MonkeyPatch, form: dict[str, str]
) -> None:
    """One press confirms one of the two here. The same form once more confirms nothing."""
    monkeypatch.setattr(named_claims, "MAX_TOGETHER", 1)
    kestrel, mara = Party.objects.get(name="Kestrel Row"), Party.objects.get(artist=artist)
    paths = {
        kestrel: f"/label/{kestrel.pk}/claims/imports/{brought.pk}",
        mara: f"/studio/mara-veil/imports/{brought.pk}/confirm",
    }
    for party, path in paths.items():
        client = factories.fresh_client(owners.get_signer(party))

        answers = [client.post(path, {"waiting": "2"}), client.post(path, form)]

        assert [answer.status_code for answer in answers] == [302, 409]
        assert "Nothing was confirmed. One share in this file waits now." in visible_text(answers[1])
        assert party.claims.filter(confirmed_at__isnull=False).count() == 1


def test_a_form_sent_again_after_all_was_confirmed_says_so(brought: CatalogImport, artist: Artist) -> None:
    principal = factories.fresh_client(factories.get_member(artist, "principal"))
    path = f"/studio/mara-veil/imports/{brought.pk}/confirm"
    principal.post(path, {"waiting": "2"})
    before = list(Claim.objects.order_by("pk").values_list("pk", "confirmed_at"))

    again = [principal.post(path, {"waiting": number}) for number in ("2", "0")]

    assert [answer.status_code for answer in again] == [409, 409]
    assert "Nothing was confirmed. No share in this file waits now." in visible_text(again[0])
    assert list(Claim.objects.order_by("pk").values_list("pk", "confirmed_at")) == before


def test_who_is_not_named_learns_nothing_of_an_import(brought: CatalogImport, artist: Artist) -> None:
    stranger = factories.create_artist("Stranger")
    other = owners.create_party(name="Second Shore")
    client = member_client(stranger, "principal")

    assert client.get(f"/studio/stranger/imports/{brought.pk}").status_code == 404
    assert client.post(f"/studio/stranger/imports/{brought.pk}/confirm", {"waiting": "2"}).status_code == 404
    foreign = factories.fresh_client(owners.get_signer(other))
    assert foreign.post(f"/label/{other.pk}/claims/imports/{brought.pk}", {"waiting": "2"}).status_code == 404
    assert Claim.objects.filter(confirmed_at=None).count() == 6
