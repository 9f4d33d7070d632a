"""What plays of a remix, to whom, and what its page and its receipt say."""

import json
from pathlib import Path

import pytest
from django.test import Client

from ai.remix.recipe import original
from ai.remix.source import Source
from artists import erasure
from artists.models import DraftHearing
from artists.remixes import envelopes
from billing.simulated.server import FakeStripe
from catalog import audio
from catalog.models import Artist
from fans import experiences, renders
from fans.models import Experience, Render
from fans.remixes import find_remix
from rights import grants
from rights.grants import Songs
from rights.models import AfterEnd, Grant, Use
from tests import factories
from tests.artists import remix_drafts, remix_scene
from tests.artists.remix_scene import Scene
from tests.artists.studio.pages import visible_text
from tests.billing import factories as billing
from tests.billing import fan_scene
from tests.module_scenes import share_scene_with_audio
from tests.rights import factories as owners

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_undo_time")]


@pytest.fixture
def artist(shared_artist: Artist) -> Artist:
    return shared_artist


module_scene, scene = share_scene_with_audio(remix_scene.create_signed_scene_in)


def sound_of(experience: Experience, name: str = "stream") -> str:
    return f"/experiences/{experience.pk}/sound/{name}"


def stored(render: Render, name: str = "stream") -> Path:
    return Path(audio.storage().path(renders.fan_file_name(render, name)))


def render_of(experience: Experience) -> Render:
    remix = find_remix(experience.maker, experience.text)
    assert remix
    return remix.render


def test_its_fan_hears_exactly_what_was_decided_on_and_nobody_else_does(scene: Scene) -> None:
    experience = remix_drafts.deliver(remix_drafts.write_remix(scene))
    client = factories.signed_in_client(experience.person)

    whole, part = client.get(sound_of(experience)), client.get(sound_of(experience), headers={"range": "bytes=2-5"})

    assert (whole.status_code, whole["Content-Type"], whole["Cache-Control"]) == (
        200,
        "audio/mpeg",
        "private, no-store",
    )
    assert (part.status_code, part.content) == (206, whole.content[2:6])
    others = (factories.create_fan(), scene.principal, factories.get_staff())
    assert [factories.signed_in_client(one).get(sound_of(experience)).status_code for one in others] == [404] * 3
    assert client.get(sound_of(experience, "other")).status_code == 404
    assert Client().get(sound_of(experience)).status_code == 302


def test_a_file_that_was_replaced_is_not_served(scene: Scene) -> None:
    experience = remix_drafts.deliver(remix_drafts.write_remix(scene))
    client = factories.signed_in_client(experience.person)
    assert client.get(sound_of(experience)).status_code == 200
    path = stored(render_of(experience))
    path.write_bytes(path.read_bytes().replace(b"render", b"RENDER"))

    assert client.get(sound_of(experience)).status_code == 404

    path.unlink()
    assert client.get(sound_of(experience)).status_code == 404
    assert client.get(f"/experiences/{experience.pk}").status_code == 200


@pytest.mark.parametrize("may", [True, False])
def test_a_fan_keeps_a_file_where_the_limits_say_so(scene: Scene, may: bool) -> None:
    if may:
        export = scene.bounds.export.__class__(stream=True, download=True, share=False)
        envelopes.sign(scene.sign(scene.save(export=export)), by=scene.owner, fresh=True)
    experience = remix_drafts.deliver(remix_drafts.write_remix(scene))
    client = factories.signed_in_client(experience.person)

    assert client.get(sound_of(experience, "master")).status_code == (200 if may else 404)
    assert ("Download it as FLAC" in visible_text(client.get(f"/experiences/{experience.pk}"))) is may


def test_where_a_tier_includes_downloads_a_file_is_for_who_has_it(scene: Scene, fake_provider: FakeStripe) -> None:
    export = scene.bounds.export.__class__(stream=True, download=True, share=False)
    envelopes.sign(scene.sign(scene.save(export=export)), by=scene.owner, fresh=True)
    experience = remix_drafts.deliver(remix_drafts.write_remix(scene))
    client, master = factories.signed_in_client(experience.person), sound_of(experience, "master")
    version = billing.create_tier(experience.artist, has_downloads=True)

    page = visible_text(client.get(f"/experiences/{experience.pk}"))
    assert "You can keep it as a file with a tier that includes downloads" in page
    assert client.get(master).status_code == 404

    payer = fan_scene.Scene(fake_provider, experience.person, billing.get_price(version))
    payer.subscribe()
    fan_scene.reconcile_all(payer)
    assert "Download it as FLAC" in visible_text(client.get(f"/experiences/{experience.pk}"))
    assert client.get(master).status_code == 200


def test_taken_back_stopped_or_erased_it_is_silent_at_the_next_range(scene: Scene) -> None:
    one, third = (remix_drafts.deliver(remix_drafts.write_remix(scene, tempo_percent=tempo)) for tempo in (90, 105))
    parties = [each.party for each in Grant.objects.filter(use=Use.REMIX, ended_at=None).select_related("party")]
    for party in parties:
        owners.permit(party, after_end=AfterEnd.STOPS)
    another = remix_drafts.deliver(remix_drafts.write_remix(scene, tempo_percent=95))
    clients = {each: factories.signed_in_client(each.person) for each in (one, another, third)}
    ask = {"headers": {"range": "bytes=0-3"}}
    assert {clients[each].get(sound_of(each), **ask).status_code for each in clients} == {206}

    experiences.withdraw(one.pk, by="system:operator", reason="a test")
    erasure.erase_experience(third.pk, by="system:operator", reason="a test")
    grants.refuse(parties[0], Use.REMIX, Songs(), by=owners.get_signer(parties[0]))

    assert {clients[each].get(sound_of(each), **ask).status_code for each in clients} == {404}
    assert "The sound is gone" in visible_text(clients[one].get(f"/experiences/{one.pk}"))


def test_erasing_deletes_the_fans_files_and_the_receipt_stays(scene: Scene) -> None:
    experience = remix_drafts.deliver(remix_drafts.write_remix(scene))
    render = render_of(experience)
    unmarked = Path(audio.storage().path(renders.file_name(render.cache_key)))
    unmarked.parent.mkdir(parents=True)
    unmarked.write_bytes(b"fLaC")

    erasure.erase_experience(experience.pk, by="system:operator", reason="a test")
    renders.delete_expired()

    assert [stored(render, name).exists() for name in ("master", "stream")] == [False, False]
    assert (unmarked.exists(), Render.objects.filter(cache_key=render.cache_key).exists()) == (True, False)
    made = renders.find_made(render.cache_key)
    assert made
    assert (made["sha256"], made["frames"], bytes(made["peaks"])) == (render.sha256, 1, bytes(render.peaks or b""))
    assert renders.find_made("f" * 64) is None
    receipt = Client().get(f"/r/{experience.receipt_key}.json").json()
    assert (receipt["remix"], receipt["parts"][0]["by"]) == (None, "a fan, at the remix desk")


def test_its_page_says_what_was_changed_and_its_card_what_it_is(scene: Scene) -> None:
    experience = remix_drafts.deliver(remix_drafts.write_remix(scene))
    client = factories.signed_in_client(experience.person)

    page, feed = client.get(f"/experiences/{experience.pk}"), client.get("/")

    text = visible_text(page)
    name = scene.recording.artist.name
    assert f"Remixed by you, approved by {name}" in text
    assert "Tempo 120 → 108" in text
    assert "You chose it at the desk." in text
    assert f'src="{sound_of(experience)}"' in page.content.decode()
    assert f"A remix of {scene.recording.title} for you." in visible_text(feed)
    assert "envelope_hash" not in page.content.decode() + feed.content.decode()


def test_its_receipt_discloses_each_part_and_names_no_fan(scene: Scene) -> None:
    fan = factories.create_fan("Zeynep", opted_in=scene.recording.artist)
    experience = remix_drafts.deliver(remix_drafts.write_remix(scene, fan))
    name = scene.recording.artist.name

    page = visible_text(Client().get(f"/r/{experience.receipt_key}"))
    data = Client().get(f"/r/{experience.receipt_key}.json").json()

    assert f"Remixed by a fan, approved by {name}" in page
    assert "Zeynep" not in page + json.dumps(data)
    assert {part["part"]: part["by"] for part in data["parts"]} == {
        "changes": "a fan, at the remix desk",
        "sound": f"{name}’s own recording, rendered by rules, no model",
        "vocals": f"{name}’s recording, processed",
        "instrumentation": f"{name}’s recording, processed",
        "composition": f"{name}, as recorded",
        "post-production": f"{name}’s recording, processed",
        "lyrics": f"{name}, as recorded",
    }
    remix = data["remix"]
    assert remix["changes"] == [{"what": "Tempo", "how": "120 → 108"}, {"what": "Room", "how": "hall"}]
    assert (remix["heard"]["whole"], remix["envelope"]["version"], remix["render"]) == (
        True,
        1,
        render_of(experience).pk,
    )
    assert [file["name"] for file in remix["files"]] == ["master", "stream"]
    assert data["shape"]["name"] == name


def test_a_receipt_says_how_little_was_heard(scene: Scene) -> None:
    experience = remix_drafts.deliver(remix_drafts.write_remix(scene, frames=44_100 * 233))

    receipt = Client().get(f"/r/{experience.receipt_key}")

    assert experience.mark == "bounds"
    assert "heard 0:00 of 3:53" in visible_text(receipt)


def test_its_fan_compares_it_with_parts_of_the_recording_as_at_the_desk(scene: Scene) -> None:
    experience = remix_drafts.deliver(remix_drafts.write_remix(scene))
    url, client = f"/experiences/{experience.pk}/recording", factories.signed_in_client(experience.person)

    assert '<option value="chorus">Chorus</option>' in client.get(f"/experiences/{experience.pk}").content.decode()
    heard = client.post(url, {"section": "verse"}, headers={"HX-Request": "true"})
    enough = client.post(url, {"section": "chorus"}, headers={"HX-Request": "true"})

    [wanted] = Render.objects.filter(person=experience.person, kind="preview")
    assert (heard.status_code, f"/remix-previews/{wanted.pk}" in heard.content.decode()) == (200, True)
    assert wanted.recipe == original(Source.parse(scene.source.content)).to_json()
    assert (wanted.seconds, enough.status_code) == (10, 409)  # a third of the song
    assert "You have heard as much of the recording as can be heard here." in enough.content.decode()
    page, problem = client.post(url, {"section": "verse"}), client.post(url, {"section": "nowhere"})
    assert "← Your remix 20 seconds Making 10 seconds…" in visible_text(page)  # without JavaScript it is a page
    assert (problem.status_code, "← Your remix" in visible_text(problem)) == (409, True)
    again = Render.objects.filter(person=experience.person, kind="preview").latest("pk")
    assert "← The desk 20 seconds" in visible_text(client.get(f"/remix-previews/{again.pk}"))
    assert factories.signed_in_client(scene.principal).post(url, {"section": "verse"}).status_code == 404
    envelopes.end(scene.recording, by=scene.principal)
    assert client.post(url, {"section": "verse"}).status_code == 409
    assert "<option" not in client.get(f"/experiences/{experience.pk}").content.decode()


def test_the_bar_says_what_the_page_says(scene: Scene) -> None:
    experience = remix_drafts.deliver(remix_drafts.write_remix(scene))
    url, client = f"/experiences/{experience.pk}/player", factories.signed_in_client(experience.person)

    assert f'src="{sound_of(experience)}"' in client.get(url).content.decode()
    assert factories.signed_in_client(scene.principal).get(url).status_code == 404
    experiences.withdraw(experience.pk, by="system:operator", reason="a test")
    bar = client.get(url)
    assert "side took this back. You can no longer hear it." in visible_text(bar)
    assert "<audio" not in bar.content.decode()


def test_the_team_hears_the_fans_file_and_the_original_and_the_server_notes_it(scene: Scene, tmp_path: Path) -> None:
    draft = remix_drafts.write_remix(scene, frames=44_100 * 5)
    (tmp_path / "original.flac").write_bytes(b"fLaC of the original")
    remix_drafts.make_original(scene, tmp_path / "original.flac")
    url = f"/studio/{scene.recording.artist.slug}/review/{draft.pk}"
    client = factories.signed_in_client(scene.principal)

    page = client.get(url)
    stream, original = client.get(f"{url}/sound/stream"), client.get(f"{url}/sound/original")

    assert (stream.status_code, original.content) == (200, b"fLaC of the original")
    assert list(DraftHearing.objects.values_list("by", flat=True)) == [scene.principal.actor]
    text = visible_text(page)
    assert "What was done at the desk" in text
    assert "What the fan listens to is not shown here." in text
    assert "Remixed by a fan, approved by" not in text  # nobody has opened it: within bounds, so far
    assert client.get(f"{url}/sound/master").status_code == 404
    others = (factories.create_fan(), draft.person)
    assert [factories.signed_in_client(one).get(f"{url}/sound/stream").status_code for one in others] == [404] * 2


def test_the_player_reports_what_was_heard_and_the_mark_follows(scene: Scene) -> None:
    draft = remix_drafts.write_remix(scene)
    url = f"/studio/{scene.recording.artist.slug}/review/{draft.pk}"
    client = factories.signed_in_client(scene.principal)
    client.get(f"{url}/sound/stream")

    answer = client.post(f"{url}/heard", {"seconds": "12"}, headers={"HX-Request": "true"})

    assert f"Remixed by a fan, approved by {scene.recording.artist.name}" in answer.content.decode()
    assert client.post(f"{url}/heard", {"seconds": "-5"}).status_code == 302


def test_another_remix_is_suggested_with_the_controls_of_the_desk(scene: Scene) -> None:
    draft = remix_drafts.write_remix(scene)
    url = f"/studio/{scene.recording.artist.slug}/review/{draft.pk}/suggest"
    client = factories.signed_in_client(scene.principal)
    controls = {"tempo": "95", "pitch": "0", "room": "none", "colour": "none", "revision": "1"}
    controls |= {f"level-{stem}": "0" for stem in ("drums", "bass", "chords", "vocals")}
    controls |= {f"times-{section}": "1" for section in ("intro", "verse", "chorus", "bridge", "outro")}

    assert "Decline and suggest this" in visible_text(client.get(url))
    assert client.get(url.replace("suggest", "edit")).url == url
    assert client.post(url, controls | {"tempo": "60"}).status_code == 422
    assert client.post(url, controls).status_code == 302

    draft.refresh_from_db()
    assert draft.state == "declined"
    desk = factories.signed_in_client(draft.person).get(
        f"/artists/{scene.recording.artist.slug}/remix/{scene.recording.pk}"
    )
    assert f"Try 1, from {scene.recording.artist.name}" in visible_text(desk)
