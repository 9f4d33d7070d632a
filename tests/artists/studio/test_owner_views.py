"""Works and owners on the page of a song: what the team says, what waits for others, and what is missing."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from artists import ownership
from catalog.models import Artist, Recording, Work
from rights import claims as claims_of_rights
from rights import parties
from rights.models import Claim, Use
from rights.shares import Role
from tests import factories
from tests.artists.studio.pages import fresh_member_client, member_client, visible_text
from tests.rights import factories as owners

pytestmark = pytest.mark.django_db
ISWC, TYPED_ISWC = "T0345246801", "t-034.524.680-1"


@pytest.fixture
def song(artist: Artist) -> Recording:
    return factories.create_recording(artist)


@pytest.fixture
def editor(artist: Artist) -> Client:
    return member_client(artist, "editor")


def song_path(song: Recording, action: str = "") -> str:
    return f"/studio/{song.artist.slug}/songs/{song.pk}{action}"


def share(
    party: str = "", percent: str = "100", role: str = "recording_owner", work: Work | None = None
) -> dict[str, Any]:
    return {"party": party, "share": percent, "role": role, **({"work": work.pk} if work else {})}


def claims() -> list[tuple[Any, ...]]:
    return list(Claim.objects.order_by("pk").values_list("role", "party__name", "share", "work", "recording"))


def test_the_page_says_what_is_missing_before_the_song_may_be_used(song: Recording, editor: Client) -> None:
    text = visible_text(editor.get(song_path(song)))

    for sentence in (
        "Nobody knows who owns Salt Radio", "Nobody knows who wrote Salt Radio", "Mara Veil (artist): remixes are off",
    ):  # fmt: skip
        assert sentence in text


def test_a_team_names_the_work_its_writers_and_the_owners(song: Recording, editor: Client) -> None:
    label, writer = owners.create_party(), owners.create_party("writer", "Ida Koro")
    publisher = owners.create_party("publisher", "Kestrel Row")
    editor.post(song_path(song, "/works"), {"iswc": TYPED_ISWC})
    work = Work.objects.get()

    answers = [
        editor.post(song_path(song, "/owners"), share("harbor lane", "66.67")),
        editor.post(song_path(song, "/owners"), share("", "33,33 %")),
        editor.post(song_path(song, "/owners"), share("Ida Koro", "99.99", "writer", work)),
        editor.post(song_path(song, "/owners"), share("Kestrel Row", "100", "publisher", work)),
    ]

    assert [answer.status_code for answer in answers] == [302] * 4
    assert (work.title, work.iswc, list(song.works)) == ("Salt Radio", ISWC, [work])
    assert claims() == [
        ("recording_owner", label.name, 6667, None, song.pk),
        ("recording_owner", "Mara Veil", 3333, None, song.pk),
        ("writer", writer.name, 9999, work.pk, None),
        ("publisher", publisher.name, 10_000, work.pk, None),
    ]
    text = visible_text(editor.get(song_path(song)))
    for sentence in (
        "T-034.524.680-1", "66.67 %", "33.33 %", "Waits for Harbor Lane to confirm it",
        "Shares of the writers add up to 99.99 %: 0.01 % is missing.",
        "Harbor Lane (label) has not confirmed that they own Salt Radio",
    ):  # fmt: skip
        assert sentence in text
    assert "Shares of the owners" not in text


def test_the_artist_confirms_the_own_share_and_nobody_elses(artist: Artist, song: Recording, editor: Client) -> None:
    owners.create_party()
    editor.post(song_path(song, "/owners"), share("", "50"))
    editor.post(song_path(song, "/owners"), share("Harbor Lane", "50"))
    own, theirs = Claim.objects.order_by("pk")
    principal = fresh_member_client(artist, "principal")

    answers = [
        editor.post(song_path(song, f"/claims/{own.pk}"), {"do": "confirm"}),
        principal.post(song_path(song, f"/claims/{theirs.pk}"), {"do": "confirm"}),
        principal.post(song_path(song, f"/claims/{own.pk}"), {"do": "confirm"}),
    ]

    assert [answer.status_code for answer in answers] == [409, 409, 302]
    assert [(claim.confirmed_at is None, claim.live_until) for claim in Claim.objects.order_by("pk")] == [
        (False, None),
        (True, None),
    ]


def test_a_share_that_ended_makes_room_for_another(artist: Artist, song: Recording) -> None:
    owner = fresh_member_client(artist, "owner")
    owner.post(song_path(song, "/owners"), share("", "60"))
    again = owner.post(song_path(song, "/owners"), share("", "70"))
    owner.post(song_path(song, f"/claims/{Claim.objects.get().pk}"), {"do": "end"})
    owner.post(song_path(song, "/owners"), share("", "70"))

    assert (again.status_code, "Mara Veil has a share there already" in visible_text(again)) == (422, True)
    [recording] = ownership.list_owned(song)
    assert [one.percent for one in recording.shares] == ["70\xa0%"]


def test_more_than_all_of_it_is_disputed(song: Recording, editor: Client) -> None:
    owners.create_party()
    editor.post(song_path(song, "/owners"), share("", "60"))
    editor.post(song_path(song, "/owners"), share("Harbor Lane", "40.01"))

    text = visible_text(editor.get(song_path(song)))

    assert "Disputed: our staff settle it with both sides" in text
    assert "Shares of the owners add up to 100.01 %: 0.01 % is too much." in text


@pytest.mark.parametrize(
    ("change", "field", "problem"),
    [
        ({"share": "0"}, "share", "A share is from 0.01 to 100 percent"),
        ({"share": "100.01"}, "share", "A share is from 0.01 to 100 percent"),
        ({"share": "33.333"}, "share", "A share is from 0.01 to 100 percent"),
        ({"share": "-5"}, "share", "A share is from 0.01 to 100 percent"),
        ({"share": "1e1"}, "share", "A share is from 0.01 to 100 percent"),
        ({"share": "NaN"}, "share", "A share is from 0.01 to 100 percent"),
        ({"share": ""}, "share", "Fill this in"),
        ({"role": "writer"}, "role", "Select a valid choice"),
        ({"party": "Nobody Known"}, "party", "Nobody here goes by that. Only our staff add rightsholders"),
        ({"party": "Kestrel Row"}, "party", "Nobody here goes by that."),
        ({"party": "Twice"}, "party", "Several go by this name."),
    ],
)
def test_a_wrong_share_is_refused_at_its_field(
    song: Recording, editor: Client, change: dict[str, str], field: str, problem: str
) -> None:
    owners.create_party("publisher", "Kestrel Row")
    owners.create_party("label", "Twice")
    owners.create_party("distributor", "Twice")

    page = editor.post(song_path(song, "/owners"), share("", "50") | change)

    assert (page.status_code, Claim.objects.count()) == (422, 0)
    [form] = [form for _, form in page.context["owned"] if form.errors]
    assert list(form.errors) == [field]
    assert problem in visible_text(page)


def test_a_wrong_iswc_stays_in_its_field(song: Recording, editor: Client) -> None:
    page = editor.post(song_path(song, "/works"), {"title": "Salt", "iswc": "T-034.524.680-2"})

    assert (page.status_code, Work.objects.count()) == (422, 0)
    assert list(page.context["work_form"].errors) == ["iswc"]
    assert 'value="T-034.524.680-2"' in page.content.decode()


def test_a_party_that_is_not_verified_is_not_found(song: Recording) -> None:
    parties.get_artist_party(factories.create_artist("Ove Lind"))

    assert ownership.find_party("ove lind", Role.RECORDING_OWNER, recording=song).name == "Ove Lind"
    with pytest.raises(ownership.UnknownParty):
        ownership.find_party("ove lind", Role.PUBLISHER, recording=song)


def test_a_reviewer_reads_owners_and_changes_nothing(artist: Artist, song: Recording, editor: Client) -> None:
    editor.post(song_path(song, "/owners"), share())
    reviewer = member_client(artist, "reviewer")

    page = reviewer.get(song_path(song))
    answers = [
        reviewer.post(song_path(song, "/owners"), share("", "1", "featured_artist")),
        reviewer.post(song_path(song, "/works"), {"title": "Mine"}),
        reviewer.post(song_path(song, f"/claims/{Claim.objects.get().pk}"), {"do": "end"}),
    ]

    assert ("100 %" in visible_text(page), 'method="post"' in page.content.decode().partition("<main")[2]) == (
        True,
        False,
    )
    assert [answer.status_code for answer in answers] == [409, 409, 409]
    assert (Work.objects.count(), len(claims()), Claim.objects.get().live_until) == (0, 1, None)


def test_works_and_claims_of_another_song_are_not_found(artist: Artist, song: Recording, editor: Client) -> None:
    other = owners.create_owned_song(factories.create_artist("Ove Lind"))
    theirs = Claim.objects.filter(recording=other.recording).get()

    answers = [
        editor.post(song_path(song, "/owners"), share("", "50", "writer", other.work)),
        editor.post(song_path(song, f"/claims/{theirs.pk}"), {"do": "end"}),
        editor.post(f"/studio/{artist.slug}/songs/{other.recording.pk}/owners", share()),
        editor.post(f"/studio/{artist.slug}/songs/{other.recording.pk}/works", {}),
        editor.post(f"/studio/{artist.slug}/songs/{other.recording.pk}/claims/{theirs.pk}", {"do": "end"}),
    ]

    assert [answer.status_code for answer in answers] == [404] * 5


def test_a_song_that_everybody_allows_says_so(artist: Artist) -> None:
    song = owners.create_owned_song(artist)

    text = visible_text(member_client(artist, "reviewer").get(song_path(song.recording)))

    assert "Everybody said yes to remixes of it" in text
    assert Use.REMIX.label == "Remixes"


def test_the_same_iswc_is_the_same_work(artist: Artist, song: Recording, editor: Client) -> None:
    other = factories.create_recording(artist, "Salt Radio (Live)")
    for each in (song, other, song):
        editor.post(song_path(each, "/works"), {"iswc": TYPED_ISWC})

    assert list(song.works) == list(other.works) == [Work.objects.get()]


def test_the_page_says_what_is_missing_before_a_remix_may_be_sold(artist: Artist) -> None:
    owned = owners.create_owned_song(artist)

    with CaptureQueriesContext(connection) as queries:
        text = visible_text(member_client(artist, "editor").get(song_path(owned.recording)))

    for party in ("Mara Veil (artist)", "Harbor Lane (label)", "Kestrel Row (publisher)", "Ida Koro (writer)"):
        assert f"{party} has not accepted how income from remixes is split" in text
    assert "Before a remix of it may be sold" in text
    assert "Everybody said yes to remixes of it" in text
    assert sum("rights_claim" in query["sql"] for query in queries) == 2  # who owns it, and what staff settled


def test_a_cover_inherits_the_owners_of_the_work_and_stops_no_song_of_others(artist: Artist) -> None:
    original = owners.create_owned_song(artist)
    Work.objects.filter(pk=original.work.pk).update(iswc=ISWC)
    cover = factories.create_recording(factories.create_artist("Hraundis"), "Cover")
    owners.create_party("publisher", "Nobody")
    editor = member_client(cover.artist, "principal")
    api = f"/api/v1/studio/{cover.artist.slug}/recordings/{cover.pk}/shares"

    tied = editor.post(song_path(cover, "/works"), {"iswc": TYPED_ISWC})
    answers = [
        editor.post(song_path(cover, "/owners"), share("Nobody", "50", "publisher", original.work)),
        editor.post(song_path(cover, "/owners"), share("", "100", "writer", original.work)),
        editor.post(api, share("Nobody", "50", "publisher", original.work) | {"share": 5000}, "application/json"),
    ]

    assert (tied.status_code, [answer.status_code for answer in answers]) == (302, [409, 409, 403])
    assert "Songs of others are of “Low Tide Choir”, too." in visible_text(answers[0])
    assert ownership.resolve_remix_sale(original.recording).unused == ()
    text = visible_text(editor.get(song_path(cover)))
    assert "Ida Koro · Writer" in text
    assert "Kestrel Row · Publisher" in text


def test_a_team_takes_back_a_mistake_that_nobody_has_confirmed(artist: Artist, song: Recording, editor: Client) -> None:
    label = owners.create_party()
    editor.post(song_path(song, "/owners"), share("Harbor Lane", "60"))
    wrong = Claim.objects.get()
    reviewer, page = member_client(artist, "reviewer"), song_path(song)
    assert "Take back" not in visible_text(reviewer.get(page))
    assert "Take back the share of Harbor Lane" in visible_text(editor.get(page))
    assert reviewer.post(song_path(song, f"/claims/{wrong.pk}"), {"do": "end"}).status_code == 409

    assert editor.post(song_path(song, f"/claims/{wrong.pk}"), {"do": "end"}).status_code == 302

    editor.post(song_path(song, "/owners"), share("Harbor Lane", "40"))
    right = Claim.objects.get(live_until=None)
    claims_of_rights.confirm(right, by=owners.get_signer(label), fresh=True)
    assert right.share == 4000
    assert "Take back" not in visible_text(editor.get(page))
    answer = editor.post(song_path(song, f"/claims/{right.pk}"), {"do": "end"})
    assert (answer.status_code, "Only Harbor Lane and staff may end this claim." in visible_text(answer)) == (409, True)
