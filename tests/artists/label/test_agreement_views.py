"""A label writes an agreement, sees what it would do, sends it, accepts it and ends it."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import roles
from catalog.models import Artist
from rights import agreements, clearance, grants, roster
from rights.grants import Songs
from rights.models import AgreementVersion, Use
from rights.shares import Role
from tests import factories
from tests.artists.label.agreements import Scene, accept, create_scene, propose
from tests.artists.studio.pages import visible_text
from tests.rights import factories as owners

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(artist: Artist) -> Scene:
    return create_scene(artist)


@pytest.fixture
def client(scene: Scene) -> Client:
    return factories.fresh_client(owners.get_signer(scene.label))


def preview(client: Client, scene: Scene, **changes: Any) -> Any:
    return client.post(scene.path("/new"), scene.form(**changes))


def shown(response: Any) -> str:
    match = re.search(r'name="shown" value="([0-9a-f]{64})"', response.content.decode())
    assert match, visible_text(response)
    return match[1]


def send(client: Client, scene: Scene, **changes: Any) -> Any:
    fingerprint = shown(preview(client, scene, **changes))
    return client.post(scene.path("/new"), scene.form(do="send", shown=fingerprint, **changes))


def test_a_label_sees_what_an_agreement_would_do_and_sends_it(client: Client, scene: Scene) -> None:
    seen = visible_text(preview(client, scene))
    stored_before = AgreementVersion.objects.count()
    answer = send(client, scene)
    version = AgreementVersion.objects.get()
    page = visible_text(client.get(answer["Location"]))

    assert "1 recording could be used, of 1" in seen
    assert "1 artist, of the 1 in it" in seen
    assert "Between Harbor Lane (label); Mara Veil (artist); Kestrel Row (publisher); Ida Koro (writer)." in seen
    assert stored_before == 0
    assert answer["Location"] == scene.path(f"/{version.pk}")
    assert version.wording_hash == shown(preview(client, scene))
    assert "Waits for you and 3 more" in page
    assert "Accept for Harbor Lane" in page


def test_who_cannot_sign_is_told_who_can_before_and_after(scene: Scene) -> None:
    editor = factories.create_person("edda")
    assert scene.label.team
    roles.add_member(scene.label.team, editor, "editor", by=factories.get_staff())
    client, signer = factories.fresh_client(editor), owners.get_signer(scene.label).display_name
    can_send = f"Only who signs for Harbor Lane can send it: {signer} ."

    form, seen = client.get(scene.path("/new")), preview(client, scene)
    answer = send(client, scene, own_words="Two copies.")

    assert can_send in visible_text(form)
    assert can_send in visible_text(seen)
    assert 'value="send"' not in seen.content.decode()
    assert (answer.status_code, AgreementVersion.objects.count()) == (409, 0)
    assert "Two copies.</textarea>" in answer.content.decode()
    assert "If everybody accepts" in visible_text(answer)


def test_the_defaults_are_the_careful_ones(client: Client, scene: Scene) -> None:
    page = client.get(scene.path("/new")).content.decode()

    assert not re.search(r'name="covers_later"[^>]*checked', page)
    assert re.findall(r'name="uses" value="(\w+)"', page) == ["remix", "playlist", "dj"]


@pytest.mark.parametrize("use", ["voice", "train", "personal_message", "tier"])
def test_no_form_permits_a_voice_training_or_personal_messages(client: Client, scene: Scene, use: str) -> None:
    answer = preview(client, scene, uses=["remix", use])

    assert (answer.status_code, AgreementVersion.objects.count()) == (422, 0)


def test_the_one_button_is_to_ask(client: Client, scene: Scene) -> None:
    before = preview(client, scene, others=scene.song.writer.name)
    after = preview(client, scene, others=scene.song.writer.name, ask="Kestrel Row")

    text = visible_text(before)
    assert "Kestrel Row (publisher) has not said yes to remixes." in text
    assert 'name="ask" value="Kestrel Row"' in before.content.decode()
    assert "1 recording could be used" in visible_text(after)
    assert "Ida Koro\nKestrel Row</textarea>" in after.content.decode()


def test_an_artists_own_no_has_a_lock_and_no_button(client: Client, scene: Scene) -> None:
    by = owners.get_signer(scene.song.artist)
    owners.permit(scene.song.artist)
    grants.refuse(scene.song.artist, Use.REMIX, Songs(scene.artist, scene.song.recording), by=by)

    answer = preview(client, scene)

    assert "Mara Veil said no to remixes. Low Tide Choir This no stands. No agreement can overrule it." in visible_text(
        answer
    )
    assert 'name="ask"' not in answer.content.decode()


def test_the_form_keeps_what_was_typed_and_says_what_to_change(client: Client, scene: Scene) -> None:
    answer = preview(
        client,
        scene,
        others="Nobody Known",
        countries="Jappan, PT",
        songs="Missing Song",
        zone="Mars/Crater",
        title="",
        last_day="2001-01-01",
        first_day="x",
    )

    page, text = answer.content.decode(), visible_text(answer)
    assert answer.status_code == 422
    for typed in ("Nobody Known", "Jappan, PT", "Missing Song", "Mars/Crater"):
        assert typed in page
    for problem in (
        "Nobody here goes by “Nobody Known”",
        "We know no country “Jappan”",
        "None of your songs has the title, ISRC or ISWC “Missing Song”",
        "We know no time zone of this name",
        "Fill this in",
    ):
        assert problem in text


def test_terms_that_changed_since_they_were_shown_are_not_sent(client: Client, scene: Scene) -> None:
    fingerprint = shown(preview(client, scene))

    answer = client.post(scene.path("/new"), scene.form(do="send", shown=fingerprint, own_words="And one thing more."))

    assert (answer.status_code, AgreementVersion.objects.count()) == (200, 0)
    assert "And one thing more." in visible_text(answer)


def test_a_form_that_is_sent_twice_proposes_once(client: Client, scene: Scene) -> None:
    first, second = send(client, scene), send(client, scene)

    assert first["Location"] == second["Location"]
    assert AgreementVersion.objects.count() == 1


def test_two_agreements_have_two_numbers(client: Client, scene: Scene) -> None:
    send(client, scene)
    send(client, scene, uses=["playlist"])

    numbers = AgreementVersion.objects.order_by("pk").values_list("agreement__number", flat=True)
    assert list(numbers) == [f"{scene.label.pk}-1", f"{scene.label.pk}-2"]


def test_an_artist_who_is_not_on_the_roster_cannot_be_chosen(client: Client, scene: Scene) -> None:
    other = factories.create_artist("Ove Lind")
    strange = preview(client, scene, artists=[other.pk])
    (entry,) = scene.label.roster.all()
    roster.end(entry, by=owners.get_signer(scene.label))
    left = preview(client, scene)

    assert (strange.status_code, left.status_code) == (422, 422)
    assert "Ove Lind" not in visible_text(strange)


def test_a_day_begins_and_ends_in_the_zone_that_was_chosen(client: Client, scene: Scene) -> None:
    day = timezone.now().date() + timedelta(days=40)
    send(client, scene, zone="Pacific/Kiritimati", first_day=day.isoformat(), last_day=day.isoformat())
    version = AgreementVersion.objects.get()
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)

    assert version.starts_at == midnight - timedelta(hours=14)
    assert version.ends_at == midnight + timedelta(hours=10)
    assert f"until the end of {day.day} {day:%B %Y} in the time of Pacific/Kiritimati" in version.wording


@pytest.mark.parametrize(("first", "last"), [(5, 4), (None, -2)])
def test_a_period_that_is_over_or_turned_round_is_refused(
    client: Client, scene: Scene, first: int | None, last: int
) -> None:
    today = timezone.now().date()
    days = {"last_day": (today + timedelta(days=last)).isoformat()}
    days |= {"first_day": (today + timedelta(days=first)).isoformat()} if first else {}

    answer = preview(client, scene, **days)

    assert answer.status_code == 422
    assert "The last day is before the first, or in the past." in visible_text(answer)


def test_everybody_accepts_and_it_is_in_force(client: Client, scene: Scene) -> None:
    path = send(client, scene)["Location"]
    version = AgreementVersion.objects.get()
    accept(version, scene.song.artist, scene.song.publisher, scene.song.writer)

    answer = client.post(f"{path}/accept", follow=True)

    text = visible_text(answer)
    assert "Everybody has accepted. It is in force." in text
    assert "In force" in text
    assert clearance.find_missing(Use.REMIX, scene.artist, [scene.song.recording]) is None
    acceptance = version.acceptances.get(party=scene.label)
    assert (acceptance.country, len(acceptance.address_hash)) == (owners.get_signer(scene.label).country, 64)


def test_a_replayed_acceptance_changes_nothing(client: Client, scene: Scene) -> None:
    path = send(client, scene)["Location"]
    answers = [client.post(f"{path}/accept").status_code for _ in range(2)]

    assert answers == [302, 302]
    assert AgreementVersion.objects.get().acceptances.count() == 1


def test_an_overlap_says_what_to_do(client: Client, scene: Scene) -> None:
    members = [scene.label, scene.song.artist]
    accept(propose(*members), *members)
    other = propose(*members)
    page = visible_text(client.get(scene.path(f"/{other.pk}")))
    accept(other, scene.song.artist)

    answer = client.post(scene.path(f"/{other.pk}/accept"))

    assert "Agreement T-1 of yours permits the same at the same time." in page
    assert answer.status_code == 409
    assert "End it first, or let this one begin when it ends." in visible_text(answer)


def test_the_page_says_what_an_end_stops_before_it_is_pressed(client: Client, scene: Scene) -> None:
    members = [scene.label, scene.song.artist, scene.song.publisher, scene.song.writer]
    version = propose(*members)
    accept(version, *members)

    asked = visible_text(client.get(scene.path(f"/{version.pk}?end=1")))
    still_clear = clearance.find_missing(Use.REMIX, scene.artist, [scene.song.recording]) is None
    ended = client.post(scene.path(f"/{version.pk}/end"), follow=True)
    again = client.post(scene.path(f"/{version.pk}/end"), follow=True)

    assert "1 recording can no longer be used 4 yeses of the parties end" in asked
    assert "What fans received before plays on." in asked
    assert still_clear
    assert "Ended. Nothing new is made from it." in visible_text(ended)
    assert again.status_code == 200
    assert clearance.find_missing(Use.REMIX, scene.artist, [scene.song.recording]) is not None


def test_a_proposal_is_taken_back_and_nobody_can_accept_it_then(client: Client, scene: Scene) -> None:
    version = propose(scene.label, scene.song.artist)

    taken_back = client.post(scene.path(f"/{version.pk}/end"), follow=True)
    late = client.post(scene.path(f"/{version.pk}/accept"))

    assert "The proposal is closed." in visible_text(taken_back)
    assert "Closed before everybody accepted" in visible_text(taken_back)
    assert late.status_code == 409
    assert "This proposal was taken back, refused, or replaced by a newer version." in visible_text(late)


def test_terms_whose_last_day_has_passed_are_accepted_by_nobody(client: Client, scene: Scene) -> None:
    soon = timezone.now() + timedelta(milliseconds=300)
    version = propose(scene.label, scene.song.artist, ends_at=soon)
    while timezone.now() < soon:
        pass

    answer = client.post(scene.path(f"/{version.pk}/accept"))

    assert answer.status_code == 409
    assert "The last day of these terms has passed" in visible_text(answer)


def test_the_next_version_begins_with_what_the_last_one_says(client: Client, scene: Scene) -> None:
    form = {"countries": "PT, Japan", "own_words": "Be kind.\n\nAlways.", "monthly_limit": "500", "second_key": "own"}
    path = send(client, scene, key_above="20", **form)["Location"]
    page = client.get(f"{path}/next").content.decode()
    data = scene.form(key_above="20", **form)
    sent = client.post(f"{path}/next", data | {"do": "send", "shown": shown(client.post(f"{path}/next", data))})

    for typed in ("Kestrel Row\nIda Koro</textarea>", 'value="JP, PT"', "Be kind.", 'value="500"', 'value="20"'):
        assert typed in page
    assert sent["Location"] == path  # the same terms wait already
    changed = data | {"uses": ["remix", "dj"]}
    fingerprint = shown(client.post(f"{path}/next", changed))
    client.post(f"{path}/next", changed | {"do": "send", "shown": fingerprint})
    assert list(AgreementVersion.objects.order_by("pk").values_list("agreement__number", "version")) == [
        (f"{scene.label.pk}-1", 1),
        (f"{scene.label.pk}-1", 2),
    ]


def test_the_split_is_a_bar_with_an_example_in_money(client: Client, scene: Scene) -> None:
    shares = {"platform": 2_000, "recording_owner": 3_601, "featured_artist": 2_399, "publisher": 1_200, "writer": 800}
    scheme = agreements.add_scheme(Use.REMIX, shares, by=factories.get_staff())
    answer = preview(client, scene, scheme=scheme.pk)
    page, text = answer.content.decode(), visible_text(answer)

    widths = [int(width) for width in re.findall(r'<rect class="f-\w+" x="\d+" y="0" width="(\d+)"', page)]
    amounts = [float(amount) for amount in re.findall(r'<span class="money">([\d.]+)</span>', page)]
    assert sum(widths) in (999, 1000)
    assert round(sum(amounts), 2) == 10
    assert "Of €10.00 for remixes" in text
    assert "36.01\N{NO-BREAK SPACE}%" in page
    assert len(amounts) == len(shares) == len(Role) - 1


def test_a_split_for_another_use_is_refused(client: Client, scene: Scene) -> None:
    scheme = agreements.add_scheme(Use.PLAYLIST, {"platform": 10_000}, by=factories.get_staff())

    assert "This split is for playlists" in visible_text(preview(client, scene, scheme=scheme.pk))


@pytest.mark.parametrize("role", ["owner", "editor", "reviewer"])
def test_members_who_do_not_sign_see_it_and_cannot_accept(scene: Scene, role: str) -> None:
    assert scene.label.team
    person = factories.create_person(role)
    roles.add_member(scene.label.team, person, role, by=factories.get_staff())
    client, version = factories.fresh_client(person), propose(scene.label, scene.song.artist)

    page = client.get(scene.path(f"/{version.pk}"))
    answer = client.post(scene.path(f"/{version.pk}/accept"))

    assert "Only who signs for Harbor Lane can accept." in visible_text(page)
    assert answer.status_code == 409
    assert "Only whoever signs for Harbor Lane may accept an agreement." in visible_text(answer)


def test_the_list_says_how_far_each_version_is(client: Client, scene: Scene) -> None:
    members = [scene.label, scene.song.artist]
    first = propose(*members)
    accept(first, *members)
    agreements.end(first, by=owners.get_signer(scene.label))
    accept(propose(*members), *members)
    accept(propose(*members, starts_at=timezone.now() + timedelta(days=9)), scene.label)

    text = visible_text(client.get(scene.path()))

    assert text.index("Waits for Mara Veil") < text.index("In force") < text.index("Ended")


def test_the_list_asks_as_often_for_many_agreements(client: Client, scene: Scene) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get(scene.path())
        return len(asked)

    propose(scene.label, scene.song.artist)
    one = count()
    for _ in range(2):
        propose(scene.label, scene.song.artist)

    assert count() == one
