"""Stages of the smoke run about a message that a fan pays for: the card is held, and charged once it is approved."""

import time
from functools import partial
from typing import Any

from artists import programs
from artists.models import ExperienceRequest, ProgramVersion
from billing import authorisations
from billing.models import Authorisation
from catalog.models import Artist
from config.smoke.checks import require, wait_for
from config.smoke.money import pay_at_provider, send_form
from config.smoke.people import SmokeRun, find_person
from config.smoke.setup import STUDIO
from ledger.balances import read_balance
from rights.money import format_money

PRICE, GRACE_SECONDS = 500, 3
SENTENCES = "Dear {recipient}[, {relation}, {name}, asked me to write]. This is for {occasion}. {artist}"
CHOSEN = {"recipient": "Leyla", "occasion": "exam", "relation": "sister", "may_share_name": "on", "start": "now"}


def principal_offers_messages(run: SmokeRun) -> None:
    mara = find_person(run, "principal")
    program = programs.create(Artist.objects.get(slug="mara-veil"), name="Ask me", by=mara)
    wording = {"locale": "en", "templates": [SENTENCES], "fragments": {}}
    terms = {"free_tries": 0, "prices": {"EUR": PRICE}}
    version = programs.edit(
        program, by=mara, moment="request", nth=1, wording=wording, review_seconds=86_400, terms=terms
    )
    programs.sign(version, by=mara, fresh=True)
    run.people["principal"].call_api("PUT", f"{STUDIO}/review-settings", {"grace_seconds": GRACE_SECONDS})
    run.report(f"Mara signed an offer: a message for {format_money(PRICE, 'EUR')}, with {GRACE_SECONDS} s to undo")


def fan_asks_for_a_message(run: SmokeRun) -> None:
    """The card is held, and nothing is charged."""
    browser = run.fans["approved"].browser
    offer = ProgramVersion.objects.offers().get(artist__slug="mara-veil")
    session = send_form(browser, f"/artists/mara-veil/ask/{offer.program_id}", CHOSEN)
    request = ExperienceRequest.objects.get()
    require(request.state == "paying", f"before the card is held nobody is asked: {request.state}")
    pay_at_provider(run, session)
    require(wait_for(partial(has_status, request, "held"), seconds=20), "the card is held")
    page = browser.http.get(f"{run.site}/requests/{request.pk}", timeout=30)
    require(page.status_code == 200, f"Ana sees where it stands: {page.status_code}")
    hold = find_hold(request)
    until = f"{hold.capture_before:%d %b %H:%M} UTC" if hold.capture_before else "?"
    run.report(f"Ana asked for a message to Leyla; {format_money(PRICE, 'EUR')} are held until {until}")


def approved_message_is_charged(run: SmokeRun) -> None:
    """Not at the approval: after the time to undo. Then it arrives."""
    request, mara = ExperienceRequest.objects.get(), run.people["principal"]
    draft = wait_for(partial(_find_draft, run), seconds=20)
    require(draft, "its draft waits for the team")
    assert draft
    began = time.monotonic()
    mara.call_api("POST", f"/api/v1/drafts/{draft['id']}/approve", {"revision": draft["revision"]})
    require(has_status(request, "held"), "the approval charges nothing")
    require(wait_for(partial(has_status, request, "captured"), seconds=30), "after the time to undo it is charged")
    waited = time.monotonic() - began
    require(waited >= GRACE_SECONDS - 0.5, f"and not before: {waited:.1f} s")
    fan = run.fans["approved"]
    assert fan.socket
    before = 1  # the message for her listens
    told = wait_for(lambda: len(fan.socket.notices("experience.delivered")) > before, seconds=20)  # type: ignore[union-attr]
    require(told, "Ana's open page is told of her message")
    reference = fan.socket.notices("experience.delivered")[-1][1]["reference"].partition(":")[2]
    message = fan.browser.call_api("GET", f"/api/v1/experiences/{reference}")
    require("Leyla" in message["text"], f"it greets whom she chose: {message['text']}")
    account = f"deferred:request-{find_hold(request).pk}:{request.created_at:%Y%m}"
    deferred = read_balance(account, "EUR", book="simulated")
    require(deferred == 0, f"what was paid for it is earned: {deferred}")
    run.report(f"Mara approved it; {waited:.1f} s later the card was charged, and Ana reads: “{message['text']}”")


def _find_draft(run: SmokeRun) -> dict[str, Any] | None:
    listed = run.people["principal"].call_api("GET", f"{STUDIO}/drafts?state=pending")["results"]
    found: dict[str, Any] | None = listed[0] if listed else None
    return found


def find_hold(request: ExperienceRequest) -> Authorisation:
    found = authorisations.find(f"request:{request.pk}")
    require(found, "there is a hold")
    assert found
    return found


def has_status(request: ExperienceRequest, status: str) -> bool:
    return find_hold(request).status == status
