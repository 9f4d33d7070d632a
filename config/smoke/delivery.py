"""The story from the moment on: drafts, decisions, what arrives, what does not, and the receipt."""

import hashlib
import statistics
import time
from functools import partial
from typing import Any

from accounts.models import Person
from config.smoke.checks import require
from config.smoke.people import Fan, SmokeRun, parse_timestamp
from config.smoke.setup import STUDIO
from config.smoke.sockets import wait_for

DRAFTED_OUTCOMES = ["approved", "edited", "declined", "expired", "opted out"]
MAX_P95_SECONDS = 0.250  # seconds from the end of the grace to the fan's socket, at p95


def drafts_wait_for_review(story: SmokeRun) -> None:
    reviewer, socket = story.people["reviewer"], story.reviewer_socket
    assert socket
    expected = len(DRAFTED_OUTCOMES) + len(story.crowd)
    require(
        wait_for(lambda: len(socket.notices("draft.pending")) >= expected, seconds=20),
        f"the reviewer's open page hears of {expected} drafts, not of {len(socket.notices('draft.pending'))}",
    )
    for _, notice in socket.notices("draft.pending"):
        draft = reviewer.ask("GET", f"/api/v1/drafts/{notice['reference'].partition(':')[2]}")
        story.drafts[fan_name_of(draft)] = draft
        story.people["stranger"].ask("GET", f"/api/v1/drafts/{draft['id']}", expect=404)
    require(len(story.drafts) == expected, f"{expected} different drafts wait")
    refused = story.people["principal"].ask("GET", "/api/v1/studio/ove-lind/moments/refused")["results"]
    require(
        len(refused) == 1 and "Ove Lind" in refused[0]["reason"], f"the uncleared moment says who is missing: {refused}"
    )
    story.tell(f"{expected} drafts wait, the reviewer's page heard of each; one moment refused: {refused[0]['reason']}")


def fan_name_of(draft: dict[str, Any]) -> str:
    """The fan's name, as the facts beside the draft give it."""
    [name] = [fact["value"] for fact in draft["facts"] if fact["slot"] == "name"]
    return str(name)


def draft_for(story: SmokeRun, fate: str) -> dict[str, Any]:
    return story.drafts[story.fans[fate].name]


def seen_revision(draft: dict[str, Any]) -> dict[str, int]:
    """Which revision somebody decides on."""
    return {"revision": draft["revision"]}


def reviewer_approves_one(story: SmokeRun) -> None:
    reviewer, draft = story.people["reviewer"], draft_for(story, "approved")
    approved = reviewer.ask("POST", f"/api/v1/drafts/{draft['id']}/approve", seen_revision(draft))
    require(approved["mark"] == "filled" and approved["credit"] == "Mara Veil's team", f"the mark is true: {approved}")
    again = reviewer.ask("POST", f"/api/v1/drafts/{draft['id']}/approve", seen_revision(draft), expect=409)
    require("lready decided by Inês at" in str(again), f"a second click is told who decided: {again}")
    story.tell(f"Inês approved one; her second click: “{again['detail']}”")


def principal_edits_one(story: SmokeRun) -> None:
    draft = draft_for(story, "edited")
    text = "Noa, I read every one of these names. Yours stayed with me tonight. Mara"
    edited = story.people["principal"].ask(
        "POST", f"/api/v1/drafts/{draft['id']}/edit", {"text": text, **seen_revision(draft)}
    )
    require(
        edited["state"] in {"approved", "delivered"} and edited["mark"] == "written", f"it is marked written: {edited}"
    )
    require(edited["credit"] == "Mara Veil", "the mark names Mara, for she decided")
    story.tell("Mara edited and approved one: its mark is written, in her name")


def principal_declines_one(story: SmokeRun) -> None:
    draft = draft_for(story, "declined")
    said = {"reason": "Not this one.", **seen_revision(draft)}
    declined = story.people["principal"].ask("POST", f"/api/v1/drafts/{draft['id']}/decline", said)
    require(declined["state"] == "declined", f"it is declined: {declined}")
    story.tell("Mara declined one")


def one_runs_into_its_deadline(story: SmokeRun) -> None:
    reviewer, draft = story.people["reviewer"], draft_for(story, "expired")
    state = wait_for(lambda: reviewer.ask("GET", f"/api/v1/drafts/{draft['id']}")["state"] == "expired", seconds=10)
    require(state, "a draft that nobody decided expires")
    reviewer.ask("POST", f"/api/v1/drafts/{draft['id']}/approve", seen_revision(draft), expect=409)
    story.tell("one ran into its deadline: silence is no")


def one_fan_opts_out(story: SmokeRun) -> None:
    fan, draft = story.fans["opted out"], draft_for(story, "opted out")
    require(not fan.visitor.ask("DELETE", "/api/v1/artists/mara-veil/opt-in")["opted_in"], "Emre opted out")
    reviewer = story.people["reviewer"]
    refused = reviewer.ask("POST", f"/api/v1/drafts/{draft['id']}/approve", seen_revision(draft), expect=409)
    state = wait_for(lambda: reviewer.ask("GET", f"/api/v1/drafts/{draft['id']}")["state"] == "withdrawn", seconds=10)
    require(state, "what waited for a fan who has opted out is withdrawn")
    gone = reviewer.ask("GET", f"/api/v1/drafts/{draft['id']}")
    require(gone["text"] is None and gone["facts"] is None, f"and the team reads its words no longer: {gone}")
    story.tell(f"a fan opted out: “{refused['detail']}” The draft is withdrawn")


def crowd_is_approved(story: SmokeRun) -> None:
    reviewer = story.people["reviewer"]
    for fan in story.crowd:
        draft = story.drafts[fan.name]
        story.drafts[fan.name] = reviewer.ask("POST", f"/api/v1/drafts/{draft['id']}/approve", seen_revision(draft))
    story.tell(f"Inês approved {len(story.crowd)} further ones")


def fans_hear_and_fetch(story: SmokeRun) -> None:
    reached = [story.fans["approved"], story.fans["edited"], *story.crowd]
    for fan in reached:
        require(wait_for(partial(delivery_notices, fan), seconds=10), f"{fan.name}'s open page hears of it")
        require(len(delivery_notices(fan)) == 1, f"{fan.name}'s page hears of it once")
        experience = fetch_experience(fan)
        require(
            experience["text"] and experience["mark_words"] and experience["why"], f"{fan.name} reads it: {experience}"
        )
    first = fetch_experience(story.fans["approved"])
    require("Ana" in first["text"], "Ana is greeted by name")
    require(first["mark_words"] == "Mara Veil's team's words, filled in for you", first["mark_words"])
    story.tell(f"Ana reads: “{first['text']}” ({first['mark_words']}). {first['why']['sentence']}")
    edited = fetch_experience(story.fans["edited"])
    require(edited["mark_words"] == "Written by Mara Veil", edited["mark_words"])
    if story.crowd:
        check_latency(story)


def delivery_notices(fan: Fan) -> list[tuple[float, dict[str, Any]]]:
    assert fan.socket
    return fan.socket.notices("experience.delivered")


def fetch_experience(fan: Fan) -> dict[str, Any]:
    reference = delivery_notices(fan)[0][1]["reference"].partition(":")[2]
    found: dict[str, Any] = fan.visitor.ask("GET", f"/api/v1/experiences/{reference}")
    return found


def check_latency(story: SmokeRun) -> None:
    waits = sorted(
        delivery_notices(fan)[0][0] - parse_timestamp(story.drafts[fan.name]["deliver_after"]) for fan in story.crowd
    )
    p50, p95 = statistics.median(waits), waits[max(0, round(len(waits) * 0.95) - 1)]
    story.tell(f"end of the grace to open page, {len(waits)} fans: p50 {p50 * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms")
    require(p95 <= MAX_P95_SECONDS, f"p95 is within {MAX_P95_SECONDS * 1000:.0f} ms, not {p95 * 1000:.0f} ms")


def nothing_else_arrives(story: SmokeRun) -> None:
    time.sleep(1)
    for fate in ("declined", "expired", "opted out", "uncleared", "never asked"):
        fan = story.fans[fate]
        require(delivery_notices(fan) == [], f"{fan.name}'s page hears nothing ({fate})")
        found = fan.visitor.ask("GET", "/api/v1/experiences")["results"]
        require(found == [], f"nothing reached {fan.name} ({fate})")
    why = {}
    for state in ("declined", "expired", "withdrawn"):
        listed = story.people["reviewer"].ask("GET", f"{STUDIO}/drafts?state={state}")["results"]
        require(len(listed) == 1 and listed[0]["reason"], f"the studio says why it was {state}: {listed}")
        why[state] = listed[0]["reason"]
    story.tell("declined, expired, opted out, uncleared: nothing arrived. The studio says: " + " / ".join(why.values()))


def receipt_is_checked(story: SmokeRun) -> None:
    fan = story.fans["approved"]
    experience = fetch_experience(fan)
    stranger = story.people["stranger"]
    page = stranger.http.get(story.site + experience["receipt"], timeout=30)
    require(
        page.status_code == 200 and experience["mark_words"] in page.text.replace("&#x27;", "'"),
        "the receipt's page opens",
    )
    receipt = stranger.ask("GET", experience["receipt"] + ".json")
    require(
        receipt["decision"]["role"] == "reviewer" and receipt["decision"]["at"],
        f"it says who decided, and when: {receipt}",
    )
    require([grant["version"] for grant in receipt["grants"]] == [1], "it says under which grant")
    require(
        receipt["parts"] and receipt["program"]["version"] == 1,
        "it says what made which part, and the template's version",
    )
    person = Person.objects.get(email=fan.visitor.email)
    fields = [experience["salt"], str(person.pk), str(receipt["artist_id"]), receipt["mark"], receipt["credit"]]
    committed = hashlib.sha256("\n".join([*fields, experience["text"]]).encode()).hexdigest()
    require(receipt["commitment"]["sha256"] == committed, "the commitment is to exactly what Ana read")
    for private in (fan.name, experience["text"], fan.visitor.email, str(person.pk), "Inês"):
        require(private not in page.text and private not in str(receipt), f"the receipt does not say {private!r}")
    stranger.ask("GET", f"/api/v1/experiences/{experience['id']}", expect=404)
    story.tell(f"the receipt holds: {experience['receipt']}, sha256 {committed[:16]}…, and a stranger sees no message")
