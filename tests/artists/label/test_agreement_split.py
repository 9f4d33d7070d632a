"""What the page of an agreement says about its split: who gets how much of an example, and which piece is missing."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import Recording
from rights import claims
from rights.models import Party, SplitScheme
from rights.shares import Role
from tests import factories
from tests.artists.label.agreements import Scene, accept, preview, propose
from tests.artists.studio.pages import visible_text
from tests.rights import factories as owners
from tests.rights.albums import add_scheme

pytestmark = pytest.mark.django_db
SHARES = {
    Role.PLATFORM: 2_000, Role.RECORDING_OWNER: 3_601, Role.FEATURED_ARTIST: 2_399, Role.PUBLISHER: 1_200,
    Role.WRITER: 800,
}  # fmt: skip


@pytest.fixture
def client(scene: Scene) -> Client:
    return factories.fresh_client(owners.get_signer(scene.label))


@pytest.fixture
def scheme(db: None) -> SplitScheme:
    return add_scheme(SHARES)


def everybody(scene: Scene) -> list[Party]:
    return [scene.label, scene.song.artist, scene.song.publisher, scene.song.writer]


def list_lines(answer: Any) -> list[str]:
    """The lines of the list beside the bar: name, role, share and amount."""
    key = re.search(r'<ul class="key">.*?</ul>', answer.content.decode(), re.DOTALL)
    assert key
    return [" ".join(re.sub(r"<[^>]+>", " ", line).split()) for line in re.findall(r"<li.*?</li>", key[0], re.DOTALL)]


def add_bare_song(scene: Scene, title: str = "Bare Song") -> Recording:
    """A song of the label that nobody wrote and nobody publishes. It is the newest."""
    song = factories.create_recording(scene.artist, title)
    owners.own(scene.label, song)
    return song


def test_each_party_is_named_with_role_share_and_amount_before_anybody_signs(
    client: Client, scene: Scene, scheme: SplitScheme
) -> None:
    owners.own(scene.song.artist, scene.song.recording, Role.FEATURED_ARTIST)

    answer = preview(client, scene, scheme=scheme.pk)

    assert "Of €10.00 for remixes of Low Tide Choir" in visible_text(answer)
    assert list_lines(answer) == [
        "Mara Veil Featured artist, 23.99 % €2.40",
        "Ida Koro Writer, 8 % €0.80",
        "Harbor Lane Owner of the recording, 36.01 % €3.60",
        "Kestrel Row Publisher, 12 % €1.20",
        "Fanfare 20 % €2.00",
    ]
    assert "Complete: every share has somebody." in visible_text(answer)


def test_the_bar_fills_its_width_in_the_order_of_the_colours(client: Client, scene: Scene, scheme: SplitScheme) -> None:
    page = preview(client, scene, scheme=scheme.pk).content.decode()

    drawn = re.findall(r'<rect class="f-(\w+)" x="(\d+)" y="0" width="(\d+)"', page)
    assert [colour for colour, *_ in drawn] == ["nobody", "writer", "label", "publisher", "platform"]
    starts, widths = [int(start) for _, start, _ in drawn], [int(width) for *_, width in drawn]
    assert starts == [sum(widths[:number]) for number in range(len(widths))]
    assert sum(widths) == 1000


def test_a_role_that_nobody_has_is_empty_and_says_what_is_missing(
    client: Client, scene: Scene, scheme: SplitScheme
) -> None:
    answer = preview(client, scene, scheme=scheme.pk)

    assert "Nobody yet Featured artist, 23.99 % €2.40" in list_lines(answer)
    assert "This is missing: Nobody is named as featured artist of Low Tide Choir." in visible_text(answer)


def test_the_song_with_the_fewest_missing_pieces_is_shown_and_another_can_be_chosen(
    client: Client, scene: Scene, scheme: SplitScheme
) -> None:
    bare = add_bare_song(scene)
    version = propose(*everybody(scene), scheme=scheme)
    path = scene.path(f"/{version.pk}")

    first, chosen = client.get(path), client.get(path, {"song": bare.pk})
    foreign = client.get(path, {"song": factories.create_recording(factories.create_artist("Suha", slug="suha")).pk})
    in_form = preview(client, scene, scheme=scheme.pk, song=bare.pk)

    for answer in (first, foreign):
        assert "Of €10.00 for remixes of Low Tide Choir" in visible_text(answer)
    for answer in (chosen, in_form):
        assert "Of €10.00 for remixes of Bare Song" in visible_text(answer)
        assert "Nobody is named as writer of Bare Song." in visible_text(answer)
        assert f'<option value="{bare.pk}" selected>' in answer.content.decode()


def test_both_sides_see_the_same_bar_also_when_it_is_in_force(
    client: Client, scene: Scene, scheme: SplitScheme
) -> None:
    version = propose(*everybody(scene), scheme=scheme)
    studio = factories.fresh_client(owners.get_signer(scene.song.artist))
    paths = scene.path(f"/{version.pk}"), f"/studio/{scene.artist.slug}/agreements/{version.pk}"

    proposed = [list_lines(one.get(path)) for one, path in zip((client, studio), paths, strict=True)]
    accept(version, *everybody(scene))
    in_force = [list_lines(one.get(path)) for one, path in zip((client, studio), paths, strict=True)]

    assert proposed[0] == proposed[1] == in_force[0] == in_force[1]
    assert "Ida Koro Writer, 8 % €0.80" in proposed[0]


def test_terms_about_another_song_show_that_song(client: Client, scene: Scene, scheme: SplitScheme) -> None:
    add_bare_song(scene)

    answer = preview(client, scene, scheme=scheme.pk, songs="Bare Song")

    assert "Of €10.00 for remixes of Bare Song" in visible_text(answer)
    assert 'name="song"' not in answer.content.decode()


def test_a_label_without_a_song_sees_the_roles(client: Client, scene: Scene, scheme: SplitScheme) -> None:
    for claim in scene.label.claims.all():
        claims.end(claim, by=factories.get_staff())

    answer = preview(client, scene, scheme=scheme.pk)

    assert "Owner of the recording 36.01 % €3.60" in list_lines(answer)
    assert "This is missing" not in visible_text(answer)


@pytest.mark.parametrize("is_disputed", [False, True])
def test_the_owners_of_a_song_are_shown_once_the_own_share_counts(
    client: Client, scene: Scene, scheme: SplitScheme, is_disputed: bool
) -> None:
    staff = factories.get_staff()
    own = scene.label.claims.get()
    claims.end(own, by=staff)
    waiting = claims.claim(scene.label, own.role, by=staff, recording=scene.song.recording)
    if is_disputed:
        claims.confirm(waiting, by=owners.get_signer(scene.label), fresh=True)
        claims.dispute(waiting, by=staff)

    before = list_lines(preview(client, scene, scheme=scheme.pk))
    if is_disputed:
        claims.settle(waiting, by=staff, note="It stands.")
    else:
        claims.confirm(waiting, by=owners.get_signer(scene.label), fresh=True)

    assert "Writer 8 % €0.80" in before
    assert "Ida Koro Writer, 8 % €0.80" in list_lines(preview(client, scene, scheme=scheme.pk))


def test_a_page_asks_as_often_for_many_songs(client: Client, scene: Scene, scheme: SplitScheme) -> None:
    version = propose(*everybody(scene), scheme=scheme)
    add_bare_song(scene)

    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get(scene.path(f"/{version.pk}"))
        return len(asked)

    two = count()
    add_bare_song(scene, "Barer Song")

    assert count() == two


def test_nothing_is_drawn_without_a_split(client: Client, scene: Scene) -> None:
    assert '<ul class="key">' not in preview(client, scene).content.decode()


def test_the_api_answers_what_the_bar_shows(client: Client, scene: Scene, scheme: SplitScheme) -> None:
    bare = add_bare_song(scene)
    version = propose(*everybody(scene), scheme=scheme)
    path = f"/api/v1/labels/{scene.label.pk}/agreements/{version.pk}/dry-run"

    split = client.get(path).json()["split"]
    chosen = client.get(path, {"recording": bare.pk}).json()["split"]

    assert {name: split[name] for name in ("recording", "amount", "currency", "missing")} == {
        "recording": scene.song.recording.pk,
        "amount": 1000,
        "currency": "EUR",
        "missing": ["Nobody is named as featured artist of Low Tide Choir"],
    }
    assert {"role": "recording_owner", "party": "Harbor Lane", "share": 3601, "amount": 360} in split["lines"]
    assert sum(line["amount"] for line in split["lines"]) == 1000
    assert chosen["recording"] == bare.pk
