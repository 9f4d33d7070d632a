"""New artists and recordings."""

import uuid

import pytest
from django.core.exceptions import ValidationError

from audit.models import Entry
from catalog import registration, text_keys
from catalog.models import Artist, Recording

pytestmark = pytest.mark.django_db
STAFF = "system:operator"


def test_a_new_artist_has_a_team_and_an_audit_entry() -> None:
    ada = registration.add_artist("Ada", "ada", "Team Ada", by=STAFF)

    assert (ada.name, ada.slug, ada.team.name, ada.team.members.count()) == ("Ada", "ada", "Team Ada", 0)
    entry = Entry.objects.get()
    assert (entry.action, entry.actor, entry.subject) == ("artist.added", STAFF, f"artist:{ada.pk}")
    assert entry.facts == {"team": ada.team_id}


def test_a_recording_is_credited_to_its_artist_unless_it_says_otherwise() -> None:
    ada = registration.add_artist("Ada", "ada", by=STAFF)

    plain = registration.add_recording(ada, "Night Train", by=STAFF)
    shared = registration.add_recording(ada, "Night Train", artist_credit="Ada & Bo", isrc="GBAYE6800011", by=STAFF)

    assert [bytes(Recording.objects.get(pk=recording.pk).text_key) for recording in (plain, shared)] == [
        text_keys.compute("Night Train", "Ada"),
        text_keys.compute("Night Train", "Ada & Bo"),
    ]
    assert Entry.objects.filter(action="recording.added", subject=f"recording:{shared.pk}").count() == 1


def test_what_is_there_already_is_refused_and_leaves_nothing() -> None:
    mbid = uuid.uuid4()
    ada = registration.add_artist("Ada", "ada", by=STAFF, mbid=mbid)
    registration.add_recording(ada, "Night Train", by=STAFF, isrc="GBAYE6800011")
    traces = Entry.objects.count()

    with pytest.raises(registration.AlreadyInCatalog, match="address"):
        registration.add_artist("Another Ada", "ada", by=STAFF)
    with pytest.raises(registration.AlreadyInCatalog, match="MBID"):
        registration.add_artist("Another Ada", "ada-2", by=STAFF, mbid=mbid)
    with pytest.raises(registration.AlreadyInCatalog, match="title and credit"):
        registration.add_recording(ada, "NIGHT TRAIN", by=STAFF)
    with pytest.raises(registration.AlreadyInCatalog, match="ISRC"):
        registration.add_recording(ada, "Day Train", by=STAFF, isrc="GBAYE6800011")

    assert (Artist.objects.count(), Recording.objects.count(), Entry.objects.count()) == (1, 1, traces)


def test_two_recordings_of_one_title_need_an_isrc_each() -> None:
    ada = registration.add_artist("Ada", "ada", by=STAFF)
    for isrc in ("GBAYE6800011", "GBAYE6800012"):
        registration.add_recording(ada, "Don’t Stop", by=STAFF, isrc=isrc)
    registration.add_recording(ada, "Day Train", by=STAFF)

    for title, isrc in [("Don't Stop", None), ("Don't Stop", "GBAYE6800012"), ("Day Train", "GBAYE6800013")]:
        with pytest.raises(registration.AlreadyInCatalog):
            registration.add_recording(ada, title, by=STAFF, isrc=isrc)

    assert list(Recording.objects.order_by("pk").values_list("title", "isrc")) == [
        ("Don’t Stop", "GBAYE6800011"),
        ("Don’t Stop", "GBAYE6800012"),
        ("Day Train", None),
    ]


def test_one_recording_of_a_song_is_marked_main() -> None:
    ada = registration.add_artist("Ada", "ada", by=STAFF)
    first = registration.add_recording(ada, "Night Train", by=STAFF, isrc="GBAYE6800011")
    second = registration.add_recording(ada, "Night Train", by=STAFF, isrc="GBAYE6800012")

    for recording in (first, second, second):
        registration.mark_main(recording, by=STAFF)

    assert list(Recording.objects.filter(is_main=True)) == [second]
    entry = Entry.objects.filter(action="recording.marked_main").latest("pk")
    assert (entry.actor, entry.subject, entry.facts) == (STAFF, f"recording:{second.pk}", {"artist": ada.pk})


@pytest.mark.parametrize(("title", "isrc"), [("", None), ("x" * 1025, None), ("Night Train", "gb-aye-68-00011")])
def test_an_invalid_title_or_isrc_is_refused(title: str, isrc: str | None) -> None:
    ada = registration.add_artist("Ada", "ada", by=STAFF)

    with pytest.raises(ValidationError):
        registration.add_recording(ada, title, by=STAFF, isrc=isrc)


def test_an_artist_has_one_of_the_colours_and_a_line_about_them() -> None:
    ada = registration.add_artist("Ada", "ada", by=STAFF)

    registration.describe_artist(ada, spot="coral", about="Slow songs.", by=STAFF)
    with pytest.raises(ValidationError):
        registration.describe_artist(ada, spot="brass", about="Slow songs.", by=STAFF)

    described = Artist.objects.get()
    assert (described.spot, described.about) == ("coral", "Slow songs.")
    assert Entry.objects.get(action="artist.described").facts == {"spot": "coral"}


@pytest.mark.parametrize("name", ["\u3164", "\u200b\u200b", "\u2800"])
def test_an_artist_has_one_visible_character(name: str) -> None:
    with pytest.raises(ValidationError, match="Nobody can see this name"):
        registration.add_artist(name, "nobody", by=STAFF)


def test_a_team_has_a_letter_or_digit() -> None:
    assert registration.add_artist("!!!", "chk-chk-chk", by=STAFF).team.name == "Team of !!!"
    with pytest.raises(ValidationError, match="letter or a digit"):
        registration.add_artist("Ada", "ada", "…", by=STAFF)
