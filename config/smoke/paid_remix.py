"""Stages of the smoke run about a remix that a fan makes and pays for: it is heard, approved, charged and played."""

import hashlib
import subprocess
import tempfile
from functools import partial
from typing import Any

import requests

from artists import programs
from artists.models import Draft, ExperienceRequest
from artists.remixes import hearing, offers
from catalog.models import Artist, Recording
from config.demo import remixes
from config.demo.music.score import Section, Song
from config.processes import manage_argv
from config.smoke.browser import CSRF_FIELD
from config.smoke.checks import require, wait_for
from config.smoke.money import pay_at_provider, send_form
from config.smoke.paid_request import has_status
from config.smoke.people import SmokeRun, find_person
from config.smoke.setup import STUDIO
from fans.models import Experience
from rights import agreements, parties, split_schemes
from rights.agreements import Scope, Terms
from rights.models import Use
from rights.money import format_money
from rights.shares import Role

PRICE = 600
SHARES: dict[str, int] = {Role.PLATFORM: 2_000, Role.RECORDING_OWNER: 5_000, Role.WRITER: 3_000}
DESK = "/artists/mara-veil/remix"
VERSE = Section("verse", "Verse", 2, "1 6", "5:1 6:1 5:1 3:1", "sa la", beat="verse", bass="walk", keys="halves")
SONG = Song(
    title="Short Wave",
    bpm_milli=120_000,
    key="a-minor",
    tonic=57,
    seconds=14,
    sections=(
        VERSE,
        Section("chorus", "Chorus", 2, "6 7", "8:2 9:2", "o na", beat="chorus", bass="eighths", keys="push"),
        Section("outro", "Outro", 1, "1", "1:4", "u", bass="long", keys="long"),
    ),
)
"""14 seconds, so that the run does not wait long for people who hear it to its end."""


def principal_opens_a_song(run: SmokeRun) -> None:
    """Stems, limits and every corner heard; then an offer with a price, and who shares it."""
    mara, staff = find_person(run, "principal"), find_person(run, "staff")
    artist = Artist.objects.get(slug="mara-veil")
    song = {"title": SONG.title, "duration_ms": SONG.seconds * 1000}
    run.people["staff"].call_api("POST", "/api/v1/staff/artists/mara-veil/recordings", song, expect=201)
    recording = artist.recordings.get(title=SONG.title)
    remixes.own_and_permit(recording, mara)
    party = parties.get_artist_party(artist)
    scheme = split_schemes.add_scheme(Use.REMIX, SHARES, by=staff)
    terms = Terms("Remixes.", (Scope(Use.REMIX, covers_later=True),), scheme=scheme)
    agreements.accept(agreements.propose("R-1", (party,), terms, by=staff), party, by=mara, fresh=True)
    is_open = wait_for(partial(remixes.advance, recording, SONG, mara), seconds=150, every=0.5)
    require(is_open, "the stems are checked, every corner is heard, and the limits are signed")
    offer = offers.create(artist, by=mara)
    version = offers.save(offer, by=mara, terms={"free_tries": 0, "prices": {"EUR": PRICE}}, review_seconds=86_400)
    programs.sign(version, by=mara, fresh=True)
    run.report(f"Mara opened “{SONG.title}” for remixes and heard every corner; one costs {format_money(PRICE, 'EUR')}")


def fan_asks_for_a_remix(run: SmokeRun) -> None:
    """A mood at the desk, a try-out, and a card that is held."""
    browser, recording = run.fans["approved"].browser, _recording()
    page = browser.http.get(f"{browser.site}{DESK}/{recording.pk}", timeout=30)
    token = CSRF_FIELD.search(page.text)
    require(token, f"the desk is open: {page.status_code}")
    assert token
    mood = {"do": "mood:old_radio", "csrfmiddlewaretoken": token[1]}
    desk = browser.http.post(f"{browser.site}{DESK}/{recording.pk}", mood, timeout=30)
    require(desk.status_code == 200, f"the desk takes a mood: {desk.status_code}")
    session = send_form(browser, f"{DESK}/{recording.pk}/ask", {"start": "now"})
    pay_at_provider(run, session)
    request = _request()
    require(wait_for(partial(has_status, request, "held"), seconds=20), "the card is held")
    run.report(f"Ana made it sound like an old radio and asked for it; {format_money(PRICE, 'EUR')} are held")


def remix_is_heard_and_approved(run: SmokeRun) -> None:
    """The principal plays the fan's own file to its end, as the page does, and approves it."""
    mara = run.people["principal"]
    draft = wait_for(partial(_find_draft, run), seconds=60)
    require(draft, "its sound is made and waits for the team")
    assert draft
    path = f"/studio/mara-veil/review/{draft['id']}"
    sound = mara.http.get(f"{mara.site}{path}/sound/stream", timeout=30)
    require(sound.headers.get("Content-Type") == "audio/mpeg", f"Mara hears it: {sound.status_code}")
    heard = wait_for(partial(_is_heard, run, path, draft["id"]), seconds=60, every=1)
    require(heard, "it counts as heard once its length has passed")
    mara.call_api("POST", f"/api/v1/drafts/{draft['id']}/approve", {"revision": draft["revision"]})
    require(wait_for(partial(has_status, _request(), "captured"), seconds=30), "after the time to undo it is charged")
    run.drafts["remix"] = {**draft, "sha256": hashlib.sha256(sound.content).hexdigest()}
    run.report("Mara heard all of it and approved it; after the time to undo the card was charged")


def fan_plays_exactly_that(run: SmokeRun) -> None:
    """The same bytes arrive, marked as the fan's own making, and a copy of it leads to its receipt."""
    fan = run.fans["approved"]
    found = wait_for(Experience.objects.filter(kind="remix").first, seconds=20)
    require(found, "it is delivered")
    assert found
    require(found.mark_words == "Remixed by you, approved by Mara Veil", found.mark_words)
    address = f"{run.site}/experiences/{found.pk}/sound/stream"
    sound = fan.browser.http.get(address, timeout=30)
    digest = hashlib.sha256(sound.content).hexdigest()
    require(digest == run.drafts["remix"]["sha256"], f"Ana plays the very file that Mara heard: {sound.status_code}")
    part = fan.browser.http.get(address, headers={"Range": "bytes=100-199"}, timeout=30)
    require((part.status_code, part.content) == (206, sound.content[100:200]), f"and any part: {part.status_code}")
    stranger = run.people["stranger"].http.get(address, timeout=30)
    require(stranger.status_code == requests.codes.not_found, f"nobody else does: {stranger.status_code}")
    named = _identify(sound.content)
    require(found.receipt_key in named, f"the file leads to its receipt: {named}")
    run.report(f"Ana plays it: “{found.mark_words}”. `identify` finds its receipt in the file")


def _identify(content: bytes) -> str:
    with tempfile.NamedTemporaryFile(suffix=".mp3") as file:
        file.write(content)
        file.flush()
        command = manage_argv("identify", file.name)
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603 - our own


def _is_heard(run: SmokeRun, path: str, draft_id: int) -> bool:
    """Say that all of it was heard, as the page does, and look whether that counts by now."""
    mara = run.people["principal"]
    token = mara.http.cookies.get("csrftoken", "")
    mara.http.post(f"{mara.site}{path}/heard", headers={"X-CSRFToken": token}, timeout=30, allow_redirects=False)
    draft = Draft.objects.get(pk=draft_id)
    return hearing.find_heard(draft, by=find_person(run, "principal")) == hearing.count_seconds(draft)


def _find_draft(run: SmokeRun) -> dict[str, Any] | None:
    listed = run.people["principal"].call_api("GET", f"{STUDIO}/drafts?state=pending")["results"]
    return next((draft for draft in listed if draft["maker"] == "desk"), None)


def _request() -> ExperienceRequest:
    return ExperienceRequest.objects.get(program__kind="remix")


def _recording() -> Recording:
    return Recording.objects.get(title=SONG.title)
