"""Pictures in the storage: stored once, served for ever, deleted when nothing shows them."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.test import Client
from PIL import Image
from pytest_django import DjangoAssertNumQueries, Settings

from catalog import pictures, registration
from catalog.models import Artist, Picture
from catalog.picture_encoding import EncodedPicture, encode
from tests import factories
from tests.catalog.pictures import png

pytestmark = pytest.mark.django_db
NOBODY = "system:operator"
MISSING_KEY = "0" * 64


@pytest.fixture(autouse=True)
def media_root(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def encoded() -> EncodedPicture:
    return encode(png())


def stored_files(folder: Path) -> int:
    return len([path for path in folder.rglob("*") if path.is_file()])


def long_ago(picture: Picture | None) -> None:
    assert picture
    Picture.objects.filter(pk=picture.pk).update(stored_at=datetime.now(UTC) - timedelta(days=2))


def test_a_picture_is_public_and_may_be_kept_for_ever(
    encoded: EncodedPicture, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    picture = pictures.store(encoded)
    client = factories.signed_in_client(factories.create_fan())

    with django_assert_num_queries(0):
        large, small = (client.get(f"/pictures/{picture.key}-{size}.webp") for size in ("large", "small"))

    assert [Image.open(io.BytesIO(answer.content)).size for answer in (large, small)] == [(300, 300), (240, 240)]
    headers = ("Content-Type", "Cache-Control", "X-Content-Type-Options", "Vary", "Set-Cookie")
    assert [large.headers.get(name) for name in headers] == [
        "image/webp",
        "public, max-age=31536000, immutable",
        "nosniff",
        None,
        None,
    ]
    assert Client().get(f"/pictures/{picture.key}-large.webp").content == large.content


@pytest.mark.parametrize(
    "name",
    [
        f"{MISSING_KEY}-large.webp", f"{MISSING_KEY}-huge.webp", f"{MISSING_KEY}.webp", "x-large.webp",
        "../../etc/passwd-large.webp", f"{MISSING_KEY}-large.webp/", f"{'A' * 64}-large.webp",
        f"{MISSING_KEY}-large.webp%0a",
    ],
)  # fmt: skip
def test_nothing_else_is_at_these_addresses(name: str) -> None:
    assert Client().get(f"/pictures/{name}").status_code == 404


def test_the_same_picture_is_stored_once(encoded: EncodedPicture, media_root: Path) -> None:
    first, second = pictures.store(encoded), pictures.store(encode(png()))

    assert (first.pk, Picture.objects.count(), stored_files(media_root)) == (second.pk, 1, 2)


def test_a_file_that_a_crash_left_incomplete_is_written_again(encoded: EncodedPicture, media_root: Path) -> None:
    picture = pictures.store(encoded)
    path = Path(default_storage.path(pictures.file_name(picture.key, "large")))
    path.write_bytes(encoded.large[:10])

    pictures.store(encoded)

    assert pictures.read(picture.key, "large") == encoded.large


def test_a_picture_that_nothing_shows_is_deleted_after_a_day(encoded: EncodedPicture, media_root: Path) -> None:
    artist, yesterday = factories.create_artist(), datetime.now(UTC) - timedelta(days=1)
    registration.set_artist_picture(artist, encoded, by=NOBODY)
    shown = artist.picture
    long_ago(shown)
    unused = pictures.store(encode(png((500, 500))))
    recent = pictures.store(encode(png((600, 600))))
    long_ago(unused)

    deleted = [pictures.delete_unused(yesterday), pictures.delete_unused(yesterday)]

    assert deleted == [1, 0]
    assert set(Picture.objects.all()) == {shown, recent}
    assert stored_files(media_root) == 4


def test_a_picture_that_is_uploaded_again_is_not_deleted(encoded: EncodedPicture) -> None:
    long_ago(pictures.store(encoded))

    pictures.store(encoded)

    assert pictures.delete_unused(datetime.now(UTC) - timedelta(days=1)) == 0


def test_a_picture_that_is_shown_cannot_be_deleted(encoded: EncodedPicture) -> None:
    artist = factories.create_artist()
    registration.set_artist_picture(artist, encoded, by=NOBODY)

    with pytest.raises(ProtectedError):
        Artist.objects.get(pk=artist.pk).picture.delete()


@pytest.mark.parametrize("key", ["", "../secret", "A" * 64, "0" * 63])
def test_a_picture_is_named_by_a_hash_and_nothing_else(key: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Picture.objects.create(key=key, side=300)
