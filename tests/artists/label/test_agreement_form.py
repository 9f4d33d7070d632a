"""A label writes an agreement or its next version, sees what it would do, and sends it."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts import roles
from rights import grants, roster, split_schemes
from rights.grants import Songs
from rights.models import AgreementVersion, Use
from tests import factories
from tests.artists.label.agreements import Scene, preview, send, shown
from tests.artists.studio.pages import visible_text
from tests.rights import factories as owners

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(scene: Scene) -> Client:
    return factories.fresh_client(owners.get_signer(scene.label))


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
    can_send = f"Only people who sign for Harbor Lane can send it: {signer} ."

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
    assert re.findall(r'name="uses" value="(\w+)"', page) == ["remix", "share", "playlist", "dj", "tier"]


@pytest.mark.parametrize("use", ["voice", "train", "personal_message", "tier"])
def test_no_form_permits_a_voice_training_or_personal_messages(client: Client, scene: Scene, use: str) -> None:
    answer = preview(client, scene, uses=["remix", use])

    assert (answer.status_code, AgreementVersion.objects.count()) == (422, 0)


def test_the_next_version_keeps_the_bounds_of_every_part_that_the_version_before_names(
    client: Client, scene: Scene
) -> None:
    bounds = {"may_not_mute": ["strings", "other"], "gain_half_db": {"drums-2": [-6, 0], "other": [-12, 4]}}
    terms = {"title": "Remixes", "uses": ["remix"], "artists": [scene.artist.slug], "remix_bounds": bounds}
    first = client.post(f"/api/v1{scene.path()}".replace("label", "labels", 1), terms, content_type="application/json")
    path = scene.path(f"/{first.json()['id']}/next")

    form = client.get(path).context["form"]
    ends = {f"level_{part}_{end}" for part in ("drums-2", "other") for end in ("from", "to")}
    typed = scene.form(**{name: form.initial[name] for name in {"may_not_mute", *ends}})
    seen = client.post(path, typed)
    client.post(path, typed | {"do": "send", "shown": shown(seen)})

    words = "never without strings or other parts; the level of drums 2 from −3 dB to 0 dB and other parts from −6 dB"
    assert words in visible_text(seen)
    stored = AgreementVersion.objects.order_by("version").values_list("remix_bounds", flat=True)
    assert [json.loads(text) for text in stored] == [bounds, bounds]


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


def test_a_split_for_another_use_is_refused(client: Client, scene: Scene) -> None:
    scheme = split_schemes.add_scheme(Use.PLAYLIST, {"platform": 10_000}, by=factories.get_staff())

    assert "This split is for playlists" in visible_text(preview(client, scene, scheme=scheme.pk))
