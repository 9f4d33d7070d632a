"""A fan asks for the remix on the desk: what pays, its sound, the draft for review, and how it ends before that."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from django.db.models import F
from django.urls import reverse
from pytest_django import Settings

from ai.remix.engine import engine_version
from ai.remix.source import Source
from artists import moments
from artists.exceptions import InvalidRequest, NotOffered, TermsChanged
from artists.models import Draft, ExperienceRequest, Moment
from artists.remixes import asking, drafting, envelopes, sounds
from artists.requests import following, paying
from billing.models import Authorisation
from billing.simulated.server import FakeStripe
from catalog import audio
from catalog.models import Artist
from fans import remix_paper, render_worker, renders
from fans.desk import state
from fans.desk_models import Choice
from fans.models import Render, RenderFile
from rights.models import Place
from rights.shares import Role
from tests import factories
from tests.artists import remix_request_scene as scene
from tests.artists import remix_scene
from tests.artists.remix_notes import agree
from tests.artists.remix_request_scene import Asking
from tests.billing.hold_scene import HoldScene
from tests.catalog import audio as files
from tests.fans.pages import signed_in_client
from tests.rights import factories as owners
from tests.rights.albums import add_scheme

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def render_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield tmp_path_factory.mktemp("renders")
    render_worker._get_process().close()
    render_worker._get_process.cache_clear()


@pytest.fixture
def sounding(artist: Artist, settings: Settings, tmp_path: Path, render_cache: Path) -> Asking:
    settings.RENDER_CACHE = render_cache
    return scene.create(artist, settings, tmp_path)


@pytest.fixture
def silent(artist: Artist, settings: Settings, tmp_path: Path) -> Asking:
    return scene.create_silent(artist, settings, tmp_path)


def read(request: ExperienceRequest) -> ExperienceRequest:
    return ExperienceRequest.objects.select_related("moment", "program").get(pk=request.pk)


def test_what_was_asked_for_is_rendered_whole_and_waits_for_review_as_exactly_that(sounding: Asking) -> None:
    request = sounding.ask(tempo_percent=95, room="hall")
    assert (request.paid_by, request.state, request.remix.choice) == ("free", "waiting", "hand")
    sounding.desk.row.delete()  # what is on the desk later does not matter

    draft = sounding.draft()

    paper = remix_paper.read(draft.text or "")
    render = Render.objects.get(kind="full")
    source = Source.parse(sounding.song.source.content)
    envelope = envelopes.find_current(sounding.song.recording)
    assert envelope
    assert (draft.state, draft.use, draft.maker, draft.moment.state) == ("pending", "remix", "desk", "drafted")
    assert draft.moment.render_id == render.pk
    assert paper.recipe.to_json() == request.remix.recipe
    assert (paper.envelope, paper.version, paper.envelope_hash) == (envelope.pk, 1, envelope.envelope_hash)
    assert paper.stems == {stem.id: stem.sha256 for stem in source.stems}
    assert (paper.engine, paper.render, paper.sound) == (engine_version(), render.pk, render.sha256)
    for name, facts in paper.files.items():
        stored = audio.local_path(renders.fan_file_name(render, name)).read_bytes()
        assert (hashlib.sha256(stored).hexdigest(), len(stored)) == (facts.sha256, facts.bytes)
        assert remix_paper.find_file(draft.text, name) == facts
    assert (remix_paper.find_file("Dear Leyla", "stream"), remix_paper.find_file(None, "stream")) == (None, None)
    said = [(fact["label"], fact["value"]) for fact in draft.facts or []]
    assert said[:2] == [("Tempo", "120 → 114"), ("Room", "hall")]
    assert sounding.fan.email not in str(draft.facts)


def test_without_a_wish_of_the_fan_the_rules_made_it(sounding: Asking) -> None:
    desk = sounding.desk
    state.surprise_me(desk)
    scene.ask(sounding.fan, sounding.version, desk)

    assert sounding.draft().maker == "rules"


def test_what_the_artist_suggested_is_not_the_fans_choice(silent: Asking) -> None:
    desk = silent.desk
    suggested = msgspec.structs.replace(desk.recipe, tempo_percent=95)
    kept = state.keep_suggestion(silent.fan, desk.offer.recording, suggested, instead_of=1)
    state.use_try(desk, kept.number)

    request = scene.ask(silent.fan, silent.version, desk)

    assert (request.remix.choice, drafting.MAKERS[Choice(request.remix.choice)]) == ("team", "team")


def test_the_desk_of_another_tab_is_not_asked_for(silent: Asking) -> None:
    """The words name every change, so a page that shows other changes has another hash."""
    desk = silent.desk
    state.change(desk, msgspec.structs.replace(desk.recipe, tempo_percent=95))
    client = signed_in_client(silent.fan)
    address = reverse("ask-remix", args=[desk.offer.artist.slug, desk.offer.recording_id])
    shown = client.get(address)
    assert "120 → 114" in shown.content.decode()
    state.change(silent.desk, msgspec.structs.replace(desk.recipe, tempo_percent=105))

    answer = client.post(address, {"words_hash": shown.context["words"].words_hash})
    assert (answer.status_code, ExperienceRequest.objects.count()) == (409, 0)
    assert "not what you saw" in answer.content.decode()

    answer = client.post(address, {"words_hash": answer.context["words"].words_hash})
    request = ExperienceRequest.objects.get()
    assert answer["Location"] == reverse("request", args=[request.pk])
    page = client.get(answer["Location"]).content.decode()
    assert "One remix" in page
    assert "It is being made" in page
    assert "120 → 126" in page
    assert "a remix of" in client.get(reverse("requests")).content.decode()
    assert sounds.want_next()
    assert Render.objects.filter(kind="full", is_awaited=True).update(percent=42) == 1
    assert "42 %" in client.get(answer["Location"]).content.decode()


def test_what_cannot_be_asked_for_is_refused_and_nothing_is_stored(silent: Asking) -> None:
    with pytest.raises(InvalidRequest, match="Change something"):
        scene.ask(silent.fan, silent.version, silent.desk)
    desk = silent.desk
    state.change(desk, msgspec.structs.replace(desk.recipe, tempo_percent=95))
    with pytest.raises(TermsChanged):
        asking.ask(silent.fan, silent.version, desk, words_hash="0" * 64, starts_now=True)
    envelopes.end(silent.song.recording, by=silent.song.owner)
    with pytest.raises(NotOffered, match="cannot be remixed"):
        scene.ask(silent.fan, silent.version, desk)

    assert not ExperienceRequest.objects.exists()


@pytest.mark.usefixtures("fake_provider")
def test_nobody_pays_for_what_could_not_be_shared_out_and_nobody_under_18_pays(silent: Asking) -> None:
    version = scene.create_offer(silent.version.artist, free_tries=0, prices={"EUR": 400})
    desk = silent.desk
    state.change(desk, msgspec.structs.replace(desk.recipe, tempo_percent=95))
    with pytest.raises(NotOffered, match="not sold"):
        scene.ask(silent.fan, version, desk)

    young = scene.open_desk(factories.create_fan("Young", age_band="16_17"), silent.song)
    state.change(young, desk.recipe)
    with pytest.raises(NotOffered, match="start at 18"):
        scene.ask(young.row.person, version, young)
    free = scene.create_offer(silent.version.artist, prices={"EUR": 400})
    assert scene.ask(young.row.person, free, young).paid_by == "free"


def test_a_place_of_a_quantity_is_taken_when_the_fan_asks_and_returned_when_it_ends(
    artist: Artist, settings: Settings, tmp_path: Path
) -> None:
    files.use_folder(settings, tmp_path)
    owned = owners.create_owned_song(artist, permitted=False)
    agree(owned, monthly_limit=1)
    asked = scene.create_of(remix_scene.open_song(owned.recording, tmp_path))
    first = asked.ask()
    second = Asking(asked.song, asked.version, factories.create_fan("Ben"))
    with pytest.raises(NotOffered, match="one place"):
        second.ask()

    following.take_back(first, by=asked.fan)

    assert second.ask().state == "waiting"
    assert Place.objects.filter(free_from=None).count() == 1


@pytest.mark.parametrize("change", ["closed", "narrower"])
def test_what_is_outside_the_limits_by_now_ends_and_costs_nothing(silent: Asking, change: str) -> None:
    request = silent.ask(tempo_percent=90)
    if change == "closed":
        envelopes.end(silent.song.recording, by=silent.song.owner)
    else:
        silent.song.sign(silent.song.save(tempo_percent=(95, 105)))

    assert drafting.work()
    assert following.follow_next()

    assert (read(request).state, read(request).ending) == ("ended", "uncleared")
    assert not Render.objects.filter(kind="full").exists()
    assert "cannot be made any more" in signed_in_client(silent.fan).get(f"/requests/{request.pk}").content.decode()
    assert silent.version.program.moments.get().reason.startswith("uncleared: ")


def test_what_is_inside_narrower_limits_goes_on(silent: Asking) -> None:
    silent.ask(tempo_percent=95)
    silent.song.sign(silent.song.save(tempo_percent=(95, 105)))

    assert sounds.want_next()

    moment = silent.version.program.moments.select_related("render").get()
    assert moment.render
    assert (moment.state, moment.render.state, renders.find_offer(moment.render).version) == ("rendering", "wanted", 2)


def test_limits_that_narrow_while_it_is_rendered_end_it_before_anybody_hears_it(sounding: Asking) -> None:
    request = sounding.ask(tempo_percent=90)
    assert sounds.want_next()
    assert render_worker.render_next()
    sounding.song.sign(sounding.song.save(tempo_percent=(95, 105)))

    assert drafting.work()
    assert following.follow_next()

    assert (read(request).ending, Draft.objects.count()) == ("uncleared", 0)
    render = Render.objects.get(kind="full")
    assert render.expires_at
    assert audio.storage().exists(renders.fan_file_name(render, "master"))
    Render.objects.filter(pk=render.pk).update(expires_at=F("created_at"))
    assert renders.delete_expired() == 1
    assert not audio.storage().exists(renders.fan_file_name(render, "master"))
    assert not RenderFile.objects.exists()
    assert read(request).moment


def test_a_sound_that_cannot_be_made_ends_it_and_says_so_to_the_team_and_the_fan(silent: Asking) -> None:
    """The stems of this song are no sound."""
    request = silent.ask()
    scene.work()

    assert following.follow_next()

    assert (read(request).state, read(request).ending) == ("ended", "unsayable")
    page = signed_in_client(silent.fan).get(f"/requests/{request.pk}").content.decode()
    assert "Its sound could not be made here" in page
    assert "Your free try is yours again" in page
    assert silent.version.program.moments.get().reason == drafting.PROBLEMS["stem_broken"]
    team = factories.fresh_client(silent.song.principal)
    offer = team.get(f"/studio/{silent.version.artist.slug}/offers/{silent.version.program_id}").content.decode()
    assert "Its sound could not be made: a part of the song is damaged. The fan paid nothing." in offer


def test_what_is_taken_back_while_it_waits_to_be_rendered_is_not_rendered(silent: Asking) -> None:
    request = silent.ask()
    assert sounds.want_next()

    following.take_back(request, by=silent.fan)

    moment = Moment.objects.select_related("render").get(pk=read(request).moment_id)
    assert moment.render
    assert (moment.state, moment.render.state) == ("refused", "replaced")
    assert not drafting.write_next()


def test_a_draft_is_written_once_by_however_many_workers(sounding: Asking) -> None:
    """A worker that dies has stored nothing: what it does is one transaction."""
    sounding.ask()
    draft = sounding.draft()

    assert not drafting.work()
    assert Draft.objects.get() == draft
    assert moments.CHANNEL == "moments"  # which migration 0002 wakes when a sound is made


@pytest.mark.usefixtures("fake_provider")
def test_an_artist_offers_remixes_once_signs_and_closes_the_offer(silent: Asking, artist: Artist) -> None:
    """A version that is saved and not signed changes nothing for fans."""
    team = factories.fresh_client(factories.get_member(artist, "principal"))
    program = silent.version.program
    page = f"/studio/{artist.slug}/offers/{program.pk}"
    state.change(silent.desk, msgspec.structs.replace(silent.desk.recipe, tempo_percent=95))
    fan, address = signed_in_client(silent.fan), f"/artists/{artist.slug}/remix/{silent.song.recording.pk}/ask"
    assert "A remix" in team.get(f"/studio/{artist.slug}/offers").content.decode()
    assert team.post(f"/studio/{artist.slug}/offers", {"kind": "remix"}).status_code == 422
    assert team.post(page, {"days": 0, "free_tries": 0}).status_code == 422

    saved = team.post(page, {"days": 3, "free_tries": 0, "price_EUR": "4.00"})
    assert saved["Location"] == page
    assert "A request costs €4.00" in team.get(page).content.decode()
    assert fan.get(address).context["price"].paid_by == "free"
    signed = team.post(f"/studio/{artist.slug}/programs/{program.pk}/versions/2/sign")
    assert team.get(signed["Location"])["Location"] == page
    assert "It is not sold at the moment" in fan.get(address).content.decode()

    team.post(f"/studio/{artist.slug}/programs/{program.pk}/pause")
    assert "takes no requests for remixes" in fan.get(address).content.decode()
    assert fan.post(address, {"words_hash": ""}).status_code == 409
    assert not ExperienceRequest.objects.exists()
    assert team.get(f"/studio/{artist.slug}/programs").status_code == 200
    assert team.get(f"/studio/{artist.slug}/programs/{program.pk}/versions/1")["Location"] == page


def test_a_card_is_held_for_a_remix_and_its_place_becomes_that_of_its_moment(
    fake_provider: FakeStripe, artist: Artist, settings: Settings, tmp_path: Path
) -> None:
    files.use_folder(settings, tmp_path)
    owned = owners.create_owned_song(artist, permitted=False)
    shares = {Role.PLATFORM: 2_000, Role.RECORDING_OWNER: 4_000, Role.PUBLISHER: 2_000, Role.WRITER: 2_000}
    agree(owned, scheme=add_scheme(shares), monthly_limit=1)
    asking_fan = scene.create_of(remix_scene.open_song(owned.recording, tmp_path), free_tries=0, prices={"EUR": 400})
    holds = HoldScene(fake_provider, asking_fan.fan, artist)
    request = asking_fan.ask()
    session = paying.start(request)
    assert Place.objects.get(free_from=None).item == str(request)
    assert not drafting.work()

    holds.pay(session)
    holds.tell()
    assert following.follow_next()

    paid = read(request)
    assert paid.moment
    assert (paid.state, Place.objects.get(free_from=None).item) == ("waiting", paid.moment.item)
    with pytest.raises(NotOffered, match="one place"):
        Asking(asking_fan.song, asking_fan.version, factories.create_fan("Ben")).ask()
    assert sounds.want_next()
    following.take_back(paid, by=asking_fan.fan)
    assert Authorisation.objects.get(reference=str(request)).back_wanted_at
    assert not Place.objects.filter(free_from=None).exists()
