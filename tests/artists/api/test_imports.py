"""What rightsholders imported, over the API: an artist's list and songs, and what a file names confirmed together."""

import pytest
from django.test import Client

from artists.api.imports import ImportedPagination
from catalog.models import Artist, Recording
from rights.models import CatalogImport, Claim, Party
from tests import factories
from tests.rights import factories as owners
from tests.rights.imports.factories import bring_in

pytestmark = pytest.mark.django_db
JSON = "application/json"
STUDIO = "/api/v1/studio/mara-veil/imports"
ROWS = [
    "Salt Radio,Mara Veil,PTPLR2500417,Ida Koro 50; Mara Veil 50,Kestrel Row",
    "Low Tide,Mara Veil,,Mara Veil,Kestrel Row",
    "Hers,Ifeoma,,,",
    "Bad,Mara Veil,,Nobody,",
]


@pytest.fixture
def brought(label: Party, artist: Artist) -> CatalogImport:
    for kind, name in (("writer", "Ida Koro"), ("publisher", "Kestrel Row")):
        owners.create_party(kind, name)
    for each in (artist, factories.create_artist("Ifeoma")):
        owners.add_to_roster(label, each)
    return bring_in(label, *ROWS, heading="title,artist,isrc,writers,publishers")


@pytest.fixture
def principal(artist: Artist) -> Client:
    return factories.fresh_client(factories.get_member(artist, "principal"))


def confirmed() -> set[tuple[str, str]]:
    rows = Claim.objects.filter(catalog_import__isnull=False, confirmed_at__isnull=False)
    return set(rows.exclude(role="recording_owner").values_list("party__name", "role"))


def test_the_studio_lists_the_imports_and_their_songs_with_who_is_named(
    brought: CatalogImport, principal: Client
) -> None:
    [listed] = principal.get(STUDIO).json()["results"]
    first, second = principal.get(f"{STUDIO}/{brought.pk}").json()["results"]

    assert listed.pop("imported_at")
    assert listed == {"id": brought.pk, "party": "Harbor Lane", "added": 2, "changed": 0}
    assert (first["title"], first["verdict"], first["isrc"]) == ("Salt Radio", "new", "PTPLR2500417")
    assert first["recording"] == Recording.objects.get(isrc="PTPLR2500417").pk
    ids = dict(Party.objects.values_list("name", "pk"))
    assert first["named"] == [
        {"role": "publisher", "party": ids["Kestrel Row"], "name": "Kestrel Row", "share": 10_000},
        *sorted(
            (
                {"role": "writer", "party": ids["Ida Koro"], "name": "Ida Koro", "share": 5000},
                {"role": "writer", "party": ids["Mara Veil"], "name": "Mara Veil", "share": 5000},
            ),
            key=lambda named: named["party"],
        ),
    ]
    assert second["title"] == "Low Tide"


def test_the_lines_of_a_label_say_who_is_named(brought: CatalogImport) -> None:
    client = factories.fresh_client(owners.get_signer(brought.party))

    lines = client.get(f"/api/v1/labels/{brought.party_id}/imports/{brought.pk}/lines").json()["results"]

    assert [sorted(named["name"] for named in line["named"]) for line in lines] == [
        ["Ida Koro", "Kestrel Row", "Mara Veil"], ["Kestrel Row", "Mara Veil"], [], []
    ]  # fmt: skip
    assert [line["verdict"] for line in lines] == ["new", "new", "new", "waits"]


def test_an_artist_confirms_all_that_a_file_names_and_nothing_twice(brought: CatalogImport, principal: Client) -> None:
    [waits] = principal.get(f"{STUDIO}/named").json()
    before = confirmed()
    path, body = f"{STUDIO}/{brought.pk}/confirm", {"waiting": waits["waiting"]}

    wrong = principal.post(path, {"waiting": 3}, content_type=JSON)
    unread = principal.post(path, {}, content_type=JSON)
    untouched = confirmed()
    done = principal.post(path, body, content_type=JSON)
    again = principal.post(path, body, content_type=JSON)

    assert waits.pop("imported_at")
    assert waits == {"id": brought.pk, "party": "Harbor Lane", "waiting": 2, "at_once": 2}
    assert (before, untouched) == (set(), set())
    assert (wrong.status_code, wrong.json()["detail"]) == (
        409,
        "Nothing was confirmed. 2 shares in this file wait now.",
    )
    assert (unread.status_code, list(unread.json()["errors"])) == (400, ["waiting"])
    assert (done.status_code, done.json()) == (200, {"confirmed": 2, "waiting": 0})
    assert (again.status_code, again.json()["code"]) == (409, "Recounted")
    assert confirmed() == {("Mara Veil", "writer")}
    assert principal.get(f"{STUDIO}/named").json() == []


def test_a_publisher_confirms_all_that_a_file_names(brought: CatalogImport) -> None:
    kestrel = Party.objects.get(name="Kestrel Row")
    client, path = factories.fresh_client(owners.get_signer(kestrel)), f"/api/v1/labels/{kestrel.pk}/claims/imports"

    [waits] = client.get(path).json()
    done = client.post(f"{path}/{waits['id']}", {"waiting": waits["waiting"]}, content_type=JSON)

    assert (waits["party"], waits["waiting"]) == ("Harbor Lane", 2)
    assert (done.status_code, done.json()) == (200, {"confirmed": 2, "waiting": 0})
    assert confirmed() == {("Kestrel Row", "publisher")}
    assert client.get(path).json() == []


def test_the_import_of_a_stranger_is_not_there(brought: CatalogImport) -> None:
    """Ove is in no line of the file; Ifeoma has a song in it, and no share to confirm."""
    ove, ifeoma = factories.create_artist("Ove Lind"), Artist.objects.get(name="Ifeoma")
    second = owners.create_party(name="Second Shore")
    studio = "/api/v1/studio/{}/imports"
    client = factories.fresh_client(factories.get_member(ove, "principal"))
    hers = factories.fresh_client(factories.get_member(ifeoma, "principal"))
    foreign = factories.fresh_client(owners.get_signer(second))
    body = {"waiting": 2}

    assert client.get(f"{studio.format('ove-lind')}/{brought.pk}").status_code == 404
    assert client.get(studio.format("ove-lind")).json()["results"] == []
    confirm = f"{studio.format('ove-lind')}/{brought.pk}/confirm"
    assert client.post(confirm, body, content_type=JSON).status_code == 404
    [line] = hers.get(f"{studio.format('ifeoma')}/{brought.pk}").json()["results"]
    assert line["title"] == "Hers"
    confirm = f"{studio.format('ifeoma')}/{brought.pk}/confirm"
    assert hers.post(confirm, body, content_type=JSON).status_code == 404
    path = f"/api/v1/labels/{second.pk}/claims/imports/{brought.pk}"
    assert foreign.post(path, body, content_type=JSON).status_code == 404
    assert confirmed() == set()


def test_who_does_not_sign_reads_and_confirms_nothing(brought: CatalogImport, artist: Artist) -> None:
    editor = factories.fresh_client(factories.get_member(artist, "editor"))

    answer = editor.post(f"{STUDIO}/{brought.pk}/confirm", {"waiting": 2}, content_type=JSON)

    assert (answer.status_code, answer.json()["code"]) == (403, "NotAllowed")
    assert len(editor.get(f"{STUDIO}/named").json()) == 1
    assert confirmed() == set()


def test_a_long_list_of_imports_goes_on_after_the_cursor(
    brought: CatalogImport, principal: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ImportedPagination, "page_size", 1)
    again = bring_in(brought.party, "Third,Mara Veil", heading="title,artist")

    first = principal.get(STUDIO).json()
    second = principal.get(first["next"]).json()

    assert [each["id"] for each in first["results"] + second["results"]] == [again.pk, brought.pk]
    assert second["next"] is None
