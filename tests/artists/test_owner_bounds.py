"""Owners state how far remixes may go: limits of artists beyond it are neither saved nor signed, and stop counting."""

import datetime as dt
import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from ai.remix.bounds import OuterBounds, within
from ai.remix.envelope import Export
from artists import delivery
from artists.exceptions import InvalidRequest, Refused
from artists.models import ExperienceRequest, RemixEnvelope
from artists.remixes import envelopes, owner_bounds, sounds
from catalog.models import Artist
from fans.models import Experience, RemixOffer
from rights import agreements, clearance
from rights.agreement_terms import Permission, write_terms
from rights.agreements import Terms
from rights.grants import Songs
from rights.models import AgreementVersion, Party, Use
from tests import factories
from tests.adversarial.test_database_constraints import refused, sql
from tests.adversarial.test_envelope_constraints import BRING, SIGN, decide, draw_changes
from tests.ai.remix.samples import make_envelope, make_source
from tests.artists import remix_drafts, remix_request_scene, remix_scene
from tests.artists.remix_scene import Scene
from tests.artists.studio.pages import visible_text
from tests.module_scenes import share_scene_with_audio
from tests.rights import factories as owners

pytestmark = pytest.mark.django_db
SLOW = OuterBounds(tempo_percent=(70, 105))


@pytest.fixture
def artist(shared_artist: Artist) -> Artist:
    return shared_artist


module_scene, scene = share_scene_with_audio(remix_scene.create_scene_in)


def agree(scene: Scene, bounds: OuterBounds, number: str = "B-1", country: str = "") -> AgreementVersion:
    """The label and the artist agree to remixes inside these bounds."""
    artist = scene.recording.artist
    label = Party.objects.get(name="Harbor Lane")
    members = [label, Party.objects.get(artist=artist)]
    words = "; ".join(owner_bounds.describe(bounds))
    permission = Permission(
        ("remix",), (Songs(artist),), (country,), remix_bounds=bounds.to_json() if words else "", how_far=words
    )
    terms = write_terms(members, permission, Terms("", ()))
    version = agreements.propose(number, members, terms, by=owners.get_signer(label))
    for party in members:
        agreements.accept(version, party, by=owners.get_signer(party), fresh=True)
    return version


def missing(scene: Scene, country: str = "") -> tuple[str, ...]:
    found = clearance.find_missing(Use.REMIX, scene.recording.artist, [scene.recording], territory=country)
    return found.missing if found is not None else ()


def test_the_paper_says_how_far_and_the_database_keeps_it(scene: Scene) -> None:
    version = agree(scene, SLOW)

    sentence = (
        "A remix may go no further than this: tempo at most 105 % of the recording. Artists sign limits inside it."
    )
    assert f"\n\nHow far: {sentence}\n\n" in version.wording
    refused("permission denied", "UPDATE rights_agreementversion SET remix_bounds = ''")
    refused("permission denied", "INSERT INTO rights_remixlimits VALUES (%s, '{}')", scene.recording.pk)
    refused("permission denied", "DELETE FROM rights_remixlimits")
    refused(
        "bounds_can_be_read",
        "INSERT INTO rights_agreementversion (agreement_id, version, wording, wording_hash, remix_bounds, proposed_by)"
        " VALUES (%s, 9, 'x', '', '[1]', 'x')",
        version.agreement_id,
    )


def test_limits_beyond_what_an_owner_agreed_to_are_not_saved_and_the_page_names_owner_and_bound(scene: Scene) -> None:
    agree(scene, SLOW)
    path = f"/studio/{scene.recording.artist.slug}/songs/{scene.recording.pk}/remixes"

    with pytest.raises(InvalidRequest, match=r"Harbor Lane \(label\) agreed to less: tempo at most 105 %"):
        scene.save()
    page = visible_text(factories.fresh_client(scene.principal).get(path))

    assert "Harbor Lane (label) agreed to no more than this: tempo at most 105 % of the recording" in page
    assert scene.sign(scene.save(tempo_percent=(90, 105))).in_force_from


def test_limits_that_an_owner_narrowed_meanwhile_are_not_signed_also_by_raw_sql(scene: Scene) -> None:
    envelope = scene.save()
    remix_scene.hear(envelope, scene.principal)
    agree(scene, SLOW, country="DE")

    with pytest.raises(InvalidRequest, match="agreed to less"):
        envelopes.sign(envelope, by=scene.principal, fresh=True)
    sql(SIGN, decide(envelope, scene.principal, "principal").pk, envelope.pk)
    refused("no further than the owners", BRING, envelope.pk)


def test_what_is_in_force_counts_no_more_once_an_owner_narrows_it_and_again_inside(scene: Scene) -> None:
    agree(scene, OuterBounds())
    scene.sign(scene.save())
    before = missing(scene)
    cleared = clearance.clear(Use.REMIX, scene.recording.artist, [scene.recording])
    assert isinstance(cleared, clearance.Clearance)

    agree(scene, SLOW)
    narrowed, still = missing(scene), clearance.still_clear([cleared.id])
    offered = RemixOffer.objects.open().count()
    envelope = scene.save(tempo_percent=(90, 105))
    ended = RemixOffer.objects.open().count()
    scene.sign(envelope)

    sentence = "Harbor Lane (label) agreed to less than the limits that were signed for Low Tide Choir"
    assert (before, still, offered, ended) == ((), set(), 1, 0)
    assert sentence in narrowed
    assert missing(scene) == ()
    assert RemixEnvelope.objects.in_force().get() == envelope


def test_bounds_for_one_country_stop_remixes_there_alone(scene: Scene) -> None:
    scene.sign(scene.save())
    agree(scene, SLOW, country="DE")

    assert missing(scene, "FR") == ()
    assert len(missing(scene, "DE")) == 2  # the label, and the artist who accepted the same


def test_a_label_types_bounds_and_types_them_again_for_the_next_version(scene: Scene, client: Client) -> None:
    label = Party.objects.get(name="Harbor Lane")
    owners.add_to_roster(label, scene.recording.artist)
    client = factories.fresh_client(owners.get_signer(label))
    typed: dict[str, Any] = {
        "title": "Remixes", "artists": [scene.recording.artist_id], "uses": ["remix"], "zone": "UTC",
        "after_end": "plays_on", "second_key": "", "do": "preview", "tempo_to": 110, "vocals": "1",
        "no_exports": ["share"], "may_not_mute": ["vocals"], "in_order": "on", "level_vocals_from": "-4.5",
        "level_drums_from": "-6", "level_drums_to": "2", "expires": "2027-03-31",
    }  # fmt: skip
    path = f"/label/{label.pk}/agreements"
    seen = client.post(f"{path}/new", typed)
    client.post(f"{path}/new", typed | {"do": "send", "shown": seen.context["shown"]})
    version = AgreementVersion.objects.get()
    again = client.get(f"{path}/{version.pk}/next").context["form"]
    upside_down = client.post(f"{path}/new", typed | {"tempo_from": 120})
    wrong = {"level_drums_from": "3", "level_vocals_from": "-4.3", "level_bass_to": "1e400"}
    wrong_levels = client.post(f"{path}/new", typed | wrong)

    assert json.loads(version.remix_bounds) == {
        "tempo_percent": [70, 110], "vocals_pitch_semitones": 1, "order": "recorded", "may_not_mute": ["vocals"],
        "export": {"stream": True, "download": True, "share": False},
        "gain_half_db": {"drums": [-12, 4], "vocals": [-9, 12]}, "expires": "2027-03-31",
    }  # fmt: skip
    levels = "the level of drums from −6 dB to +2 dB and the voice at least −4.5 dB"
    assert f"never without the voice; {levels}; fans may not offer it to other fans here" in visible_text(seen)
    names = ("tempo_from", "tempo_to", "vocals", "no_exports", "in_order", "expires")
    assert {name: again.initial[name] for name in names} == {
        "tempo_from": 70, "tempo_to": 110, "vocals": 1, "no_exports": ["share"], "in_order": True,
        "expires": dt.date(2027, 3, 31),
    }  # fmt: skip
    ends = ("drums_from", "drums_to", "vocals_from", "vocals_to")
    assert [again.initial[f"level_{end}"] for end in ends] == [-6, 2, -4.5, 6]
    assert wrong_levels.context["form"].errors.keys() == wrong.keys()
    assert (upside_down.status_code, "This end is above the other one." in visible_text(upside_down)) == (422, True)


def test_the_dry_run_counts_songs_whose_signed_limits_lie_beyond_and_says_so_on_page_and_api(scene: Scene) -> None:
    artist = scene.recording.artist
    label = Party.objects.get(name="Harbor Lane")
    owners.add_to_roster(label, artist)
    scene.sign(scene.save())
    client = factories.fresh_client(owners.get_signer(label))
    terms: dict[str, Any] = {
        "title": "Remixes", "uses": ["remix"], "artists": [artist.slug], "remix_bounds": {"tempo_percent": [70, 105]}
    }  # fmt: skip
    path = f"/api/v1/labels/{label.pk}/agreements"

    def run(**changes: Any) -> dict[str, Any]:
        answer = client.post(f"{path}/dry-run", terms | changes, content_type="application/json").json()
        return dict(answer["dry_run"])

    seen, wider = run(), run(remix_bounds={"tempo_percent": [70, 140]})
    assert (seen["reached"], seen["beyond_bounds"], seen["beyond_songs"]) == (1, 1, "Low Tide Choir")
    assert (wider["beyond_bounds"], wider["beyond_songs"], run(remix_bounds=None)["beyond_bounds"]) == (0, "", 0)
    stored = client.post(path, terms, content_type="application/json").json()
    assert stored["remix_bounds"] == {"tempo_percent": [70, 105]}
    assert client.get(f"{path}/{stored['id']}").json()["remix_bounds"] == stored["remix_bounds"]
    page = visible_text(client.get(f"/label/{label.pk}/agreements/{stored['id']}"))
    sentence = (
        "For 1 recording the artist signed limits of remixes that go further than these terms ( Low Tide Choir )."
    )
    assert sentence in page
    assert "Fans can ask for no remix of it until the artist signs narrower limits." in page
    for wrong in ({"tempo_percent": [105, 70]}, {"loudness": 3}, "loud"):
        refusal = client.post(f"{path}/dry-run", terms | {"remix_bounds": wrong}, content_type="application/json")
        assert (refusal.status_code, [*refusal.json()["errors"]]) == (400, ["remix_bounds"])


@pytest.mark.usefixtures("no_undo_time")
def test_what_was_delivered_under_plays_on_plays_on_when_an_owner_narrows_and_new_requests_are_refused(
    scene: Scene,
) -> None:
    agree(scene, OuterBounds())
    scene.sign(scene.save())
    asking = remix_request_scene.Asking(
        scene, remix_request_scene.create_offer(scene.recording.artist), factories.create_fan("Ben")
    )
    request = asking.ask()
    assert sounds.want_next()
    remix_drafts.approve_asked(request)
    assert delivery.deliver_next()
    experience = Experience.objects.get(person=asking.fan)
    assert experience.after_end == "plays_on"

    agree(scene, SLOW)

    client = factories.signed_in_client(asking.fan)
    assert client.get(f"/experiences/{experience.pk}/sound/stream").status_code == 200
    assert "Stopped" not in visible_text(client.get(f"/experiences/{experience.pk}"))
    with pytest.raises(Refused, match="cannot be remixed where you are, or not any more"):
        asking.ask(tempo_percent=93)
    assert ExperienceRequest.objects.get() == request


@st.composite
def bounds(draw: st.DrawFn) -> OuterBounds:
    """At most three bounds, near the sample: each decides some of the pairs."""
    choices: dict[str, Any] = {
        "tempo_percent": draw(st.sampled_from([[85, 110], [86, 120], [70, 140]])),
        "pitch_semitones": draw(st.sampled_from([[-2, 2], [-1, 2], [-2, 3]])),
        "vocals_pitch_semitones": draw(st.integers(0, 2)),
        "seconds": draw(st.sampled_from([[8, 120], [10, 120], [1, 130]])),
        "max_times": draw(st.integers(1, 3)),
        "order": draw(st.sampled_from(["recorded", "free"])),
        "may_not_mute": draw(st.sampled_from([[], ["drums"], ["vocals", "bass"]])),
        "gain_half_db": draw(st.sampled_from([{}, {"drums": [-12, 4]}, {"vocals": [-10, 12], "bass": [-12, 4]}])),
        "rooms": draw(st.sampled_from([[], ["hall"], ["none", "kitchen", "hall"]])),
        "colours": draw(st.sampled_from([[], ["warm"], ["warm", "radio", "echo"]])),
        "export": {name: draw(st.booleans()) for name in ("stream", "download", "share")},
        "expires": draw(st.sampled_from(["2027-05-30", "2027-05-31", "2027-06-01"])),
    }
    stated = draw(st.sets(st.sampled_from(sorted(choices)), max_size=3))
    return OuterBounds.parse(json.dumps({name: choices[name] for name in stated}))


@hypothesis_settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(outer=bounds(), data=st.data())
def test_the_database_compares_limits_with_bounds_as_the_code_does(db: None, outer: OuterBounds, data: Any) -> None:
    limits = make_envelope(make_source(), **draw_changes(data))

    with connection.cursor() as cursor:
        cursor.execute("SELECT rights_is_within(%s::jsonb, %s::jsonb)", [limits.to_json(), outer.to_json()])
        inside = cursor.fetchone()[0]
    beyond = within(limits, outer)

    assert inside is (beyond == [])
    assert all(owner_bounds.describe(outer) for _ in beyond)
    if inside and outer.tempo_percent:
        assert outer.tempo_percent[0] <= limits.tempo_percent[0] <= limits.tempo_percent[1] <= outer.tempo_percent[1]


def test_limits_without_a_part_are_inside_no_bounds_on_it(db: None) -> None:
    whole: dict[str, Any] = json.loads(make_envelope(make_source()).to_json())
    outer = OuterBounds(
        (70, 140), (-5, 5), 5, (1, 1200), 8, "recorded", ("drums",), {}, ("kitchen", "hall"), ("warm",),
        Export(stream=True, download=True, share=True),
    )  # fmt: skip
    for name in ("tempo_percent", "pitch_semitones", "vocals", "seconds", "sections", "order", "stems", "rooms",
                 "colours", "export"):  # fmt: skip
        part = json.dumps({key: value for key, value in whole.items() if key != name})
        with connection.cursor() as cursor:
            cursor.execute("SELECT rights_is_within(%s::jsonb, %s::jsonb) IS TRUE", [part, outer.to_json()])
            assert cursor.fetchone()[0] is False, name
    for limits in (
        whole | {"stems": {"drums": {"may_mute": True}}},
        whole | {"stems": {"drums-2": whole["stems"]["drums"]}},
    ):
        levels = OuterBounds(gain_half_db={"drums": (-11, 4)})
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT rights_is_within(%s::jsonb, %s::jsonb) IS TRUE", [json.dumps(limits), levels.to_json()]
            )
            assert cursor.fetchone()[0] is False
