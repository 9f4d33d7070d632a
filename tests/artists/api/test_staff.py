"""Staff create artists and recordings over the API."""

import pytest

from catalog import registration
from catalog.models import Artist, Recording
from tests import factories

pytestmark = pytest.mark.django_db
JSON = "application/json"


def test_staff_create_an_artist_and_name_the_principal() -> None:
    mara = factories.create_person("Mara")
    body = {"name": "Mara Veil", "slug": "mara-veil", "principal": mara.email.upper()}

    response = factories.fresh_client(factories.get_staff()).post("/api/v1/staff/artists", body, content_type=JSON)

    artist = Artist.objects.get(slug="mara-veil")
    assert (response.status_code, response.json()) == (201, {"id": artist.pk, "name": "Mara Veil", "slug": "mara-veil"})
    assert list(artist.team.members.values_list("person", "role")) == [(mara.pk, "principal")]


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        (
            {"principal": "nobody@example.com"},
            {"principal": ["Nobody with the address nobody@example.com has an account yet."]},
        ),
        ({"slug": "ove-lind"}, {"slug": ["ove-lind is taken."]}),
    ],
)
def test_an_artist_with_a_wrong_field_is_not_created(change: dict[str, str], errors: dict[str, list[str]]) -> None:
    factories.create_artist("Ove Lind")
    mara = factories.create_person("Mara")
    body = {"name": "Mara Veil", "slug": "mara-veil", "principal": mara.email, **change}

    response = factories.fresh_client(factories.get_staff()).post("/api/v1/staff/artists", body, content_type=JSON)

    assert (response.status_code, response.json()["errors"]) == (409, errors)
    assert not Artist.objects.filter(name="Mara Veil").exists()


def test_a_recording_is_added_once(artist: Artist) -> None:
    client, path = factories.signed_in_client(factories.get_staff()), "/api/v1/staff/artists/mara-veil/recordings"

    added = client.post(path, {"title": "Salt Radio", "isrc": "PTABC2600001"}, content_type=JSON)
    again = client.post(path, {"title": "Salt  RADIO"}, content_type=JSON)

    assert added.status_code == 201
    assert (again.status_code, list(again.json()["errors"])) == (409, ["title"])
    assert Recording.objects.filter(artist=artist).count() == 1


def test_staff_mark_the_main_recording_of_a_song(artist: Artist) -> None:
    client, path = factories.signed_in_client(factories.get_staff()), "/api/v1/staff/artists/mara-veil/recordings"
    for isrc in ("PTABC2600001", "PTABC2600002"):
        client.post(path, {"title": "Salt Radio", "isrc": isrc, "is_main": True}, content_type=JSON)
    before = list(Recording.objects.filter(is_main=True))
    second = Recording.objects.get(isrc="PTABC2600002")

    marked = client.post(f"/api/v1/staff/recordings/{second.pk}/main")

    assert (before, list(Recording.objects.filter(is_main=True))) == ([], [second])
    assert (marked.status_code, marked.json()["id"], marked.json()["is_main"]) == (200, second.pk, True)
    assert client.post("/api/v1/staff/recordings/999999/main").status_code == 404


@pytest.mark.parametrize("name", ["Маrа Vеіl", "MARA-VEIL", "Mara Vei1", "Mára Veïl", "rnara veil"])
def test_a_name_that_looks_like_another_asks_to_confirm(artist: Artist, name: str) -> None:
    body = {"name": name, "slug": "another", "principal": factories.create_person("Mara").email}
    client = factories.fresh_client(factories.get_staff())

    asked = client.post("/api/v1/staff/artists", body, content_type=JSON)
    confirmed = client.post("/api/v1/staff/artists", {**body, "confirm_lookalike": True}, content_type=JSON)

    problem = "This looks like Mara Veil (mara-veil). Confirm that it is somebody else."
    assert (asked.status_code, asked.json()["errors"]) == (409, {"confirm_lookalike": [problem]})
    assert confirmed.status_code == 201


@pytest.mark.parametrize("name", ["Mara Vail", "!!!", "力"])
def test_another_name_is_not_asked_about(artist: Artist, name: str) -> None:
    registration.add_artist("???", "question", by="system:operator")
    body = {"name": name, "slug": "another", "principal": factories.create_person("Mara").email}

    response = factories.fresh_client(factories.get_staff()).post("/api/v1/staff/artists", body, content_type=JSON)

    assert response.status_code == 201


def test_an_artist_has_a_name_that_one_sees() -> None:
    body = {"name": "\u200d", "slug": "nobody", "principal": factories.create_person("Mara").email}

    response = factories.fresh_client(factories.get_staff()).post("/api/v1/staff/artists", body, content_type=JSON)

    assert (response.status_code, response.json()["errors"]) == (400, {"name": ["Nobody can see this name."]})


def test_the_name_of_an_artist_holds_no_character_that_nobody_can_see() -> None:
    body = {"name": "Mara\u202eVeil", "slug": "mara-veil", "principal": factories.create_person("Mara").email}

    answer = factories.fresh_client(factories.get_staff()).post("/api/v1/staff/artists", body, content_type=JSON)

    said = "There is a character in it that nobody can see (U+202E). Take it out."
    assert (answer.status_code, answer.json()["errors"]) == (400, {"name": [said]})
    assert not Artist.objects.exists()
