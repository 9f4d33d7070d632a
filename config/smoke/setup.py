"""First stages of the smoke run: an artist and a program are set up, fans opt in and listen, moments are noticed."""

from typing import Any

from django.db import transaction

from accounts.models import Person, Token
from artists.models import Moment
from catalog.models import Artist
from config.smoke.browser import INVITATION_LINK
from config.smoke.checks import require, wait_for
from config.smoke.people import LISTENS_NEEDED, RARE_SONG, SONGS, Fan, SmokeRun, run_manage_command, submit_listen
from config.smoke.sessions import create_session
from fans import opt_ins
from listens.models import Listen

WORDING = {
    "locale": "en",
    "templates": [
        "Thank you[, {name}]. That was {plays} {plays, one: listen, other: listens}. {closing}",
        "{plays} {plays, one: play, other: plays} of my songs[, {name}]. {closing}",
    ],
    "fragments": {"closing": ["It means a lot.", "See you at the next song."]},
}
RARE_WORDING = {"locale": "en", "templates": ["You found {song}[, {name}]. Few do."], "fragments": {}}
STUDIO = "/api/v1/studio/mara-veil"
FANS_BY_OUTCOME = {
    "approved": ("Ana", "ana"),
    "edited": ("נועה", "noa"),
    "declined": ("Chidi", "chidi"),
    "expired": ("Dalia", "dalia"),
    "opted out": ("Emre", "emre"),
    "uncleared": ("Fern", "fern"),
    "never asked": ("Gil", "gil"),
}


def people_sign_up(run: SmokeRun) -> None:
    accounts = {"staff": ("Staff", "staff-one"), "principal": ("Mara", "mara"), "reviewer": ("Inês", "ines")}
    for part, (name, handle) in accounts.items():
        run.people[part] = run.new_browser(name, handle).sign_up()
    run_manage_command("staff", run.people["staff"].email)
    run.people["stranger"] = run.new_browser("Stranger", "stranger").sign_up()
    run.report("four people signed up, confirmed their address and signed in; one is staff")


def staff_create_an_artist(run: SmokeRun) -> None:
    staff, principal, reviewer = (run.people[part] for part in ("staff", "principal", "reviewer"))
    mara = {"name": "Mara Veil", "slug": "mara-veil", "principal": principal.email}
    principal.call_api("POST", "/api/v1/staff/artists", mara, expect=404)
    staff.call_api("POST", "/api/v1/staff/artists", mara, expect=201)
    other = {"name": "Ove Lind", "slug": "ove-lind", "principal": principal.email}
    staff.call_api("POST", "/api/v1/staff/artists", other, expect=201)
    for title, seconds in [*SONGS, RARE_SONG]:
        song = {"title": title, "duration_ms": seconds * 1000}
        staff.call_api("POST", "/api/v1/staff/artists/mara-veil/recordings", song, expect=201)
    staff.call_api("POST", "/api/v1/staff/artists/ove-lind/recordings", {"title": "Ferry"}, expect=201)
    principal.call_api("POST", f"{STUDIO}/team", {"email": reviewer.email, "role": "reviewer"}, expect=202)
    reviewer.call_api("GET", f"{STUDIO}/drafts", expect=404)
    reviewer.submit_form(reviewer.mailed_link(INVITATION_LINK), {"do": "join"})
    run.people["stranger"].call_api("GET", f"{STUDIO}/drafts", expect=404)
    run.report(
        "staff created Mara Veil and Ove Lind; Mara is the principal, Inês joined when invited; a stranger sees none"
    )


def principal_allows_messages(run: SmokeRun) -> None:
    principal, reviewer = run.people["principal"], run.people["reviewer"]
    require(
        principal.call_api("GET", f"{STUDIO}/grants") == [], "nothing is allowed before the principal switches it on"
    )
    switch = {"use": "personal_message", "on": True}
    reviewer.call_api("POST", f"{STUDIO}/grants", switch, expect=403)
    live = [grant for grant in principal.call_api("POST", f"{STUDIO}/grants", switch) if not grant["ended_at"]]
    require([grant["version"] for grant in live] == [1], "version 1 of the grant is live")
    principal.call_api("PUT", f"{STUDIO}/review-settings", {"grace_seconds": 0})
    run.report("personal messages: off, refused to a reviewer, switched on by Mara (version 1); grace 0 s in this run")


def principal_signs_a_program(run: SmokeRun) -> None:
    principal = run.people["principal"]
    invalid = {"moment": "nth_listen", "nth": LISTENS_NEEDED, "wording": {**WORDING, "templates": ["Hello {nmae}"]}}
    pk = principal.call_api("POST", f"{STUDIO}/programs", {"name": f"Thank you at {LISTENS_NEEDED}"}, expect=201)["id"]
    refused = principal.call_api("POST", f"{STUDIO}/programs/{pk}/versions", invalid, expect=400)
    require("nmae" in str(refused), f"an unknown slot is refused with its name: {refused}")
    nth = {"moment": "nth_listen", "nth": LISTENS_NEEDED, "wording": WORDING}
    sign_version(run, "mara-veil", pk, nth)
    rare_pk = principal.call_api("POST", f"{STUDIO}/programs", {"name": "First Low Tide"}, expect=201)["id"]
    low_tide = Artist.objects.get(slug="mara-veil").recordings.get(title=RARE_SONG[0]).pk
    first = {"moment": "first_listen", "nth": 1, "recording": low_tide, "wording": RARE_WORDING, "review_seconds": 3}
    sign_version(run, "mara-veil", rare_pk, first)
    other_pk = principal.call_api("POST", "/api/v1/studio/ove-lind/programs", {"name": "First"}, expect=201)["id"]
    sign_version(run, "ove-lind", other_pk, {"moment": "first_listen", "nth": 1, "wording": WORDING})
    run.report("Mara typed her password again and signed three programs; the slot {nmae} was refused by name")


def sign_version(run: SmokeRun, slug: str, pk: int, version: dict[str, Any]) -> None:
    """Create a version of the program, then sign it as the principal with a fresh password."""
    principal, program_path = run.people["principal"], f"/api/v1/studio/{slug}/programs/{pk}"
    unsigned = principal.call_api("POST", f"{program_path}/versions", version, expect=201)
    require(not unsigned["signed"], "a new version is not signed")
    principal.reauthenticate()
    signed = principal.call_api("POST", f"{program_path}/versions/{unsigned['version']}/sign")
    require(signed["state"] == "live" and signed["current"]["signed"], "the signed version answers moments")


def fans_opt_in(run: SmokeRun) -> None:
    for outcome, (name, handle) in FANS_BY_OUTCOME.items():
        browser = run.new_browser(name, handle).sign_up()
        fan = run.fans[outcome] = Fan(browser)
        if outcome != "never asked":
            artist = "ove-lind" if outcome == "uncleared" else "mara-veil"
            require(browser.call_api("PUT", f"/api/v1/artists/{artist}/opt-in")["opted_in"], f"{name} opted in")
        fan.token = browser.call_api("POST", "/api/v1/tokens", {"name": "my player"}, expect=201)["secret"]
    for number in range(run.extra_fans):
        run.crowd.append(create_extra_fan(run, number))
    run.report(f"seven fans signed up, six opted in; {run.extra_fans} more fans are ready")


def create_extra_fan(run: SmokeRun, number: int) -> Fan:
    """Create a fan in the database, because the site limits how many people sign up from one address."""
    handle = f"fan-{number:03}"
    browser = run.new_browser(f"Fan {number}", handle)
    with transaction.atomic():
        person = Person.objects.create_user(
            browser.email, handle=handle, name=browser.name, country="PT", age_band="18_plus"
        )
        opt_ins.opt_in(person, Artist.objects.get(slug="mara-veil"))
        token, secret = Token.generate(person, name="my player")
        token.save()
    browser.http.cookies.set("sessionid", create_session(person))
    return Fan(browser, token=secret)


def sockets_open(run: SmokeRun) -> None:
    run.reviewer_socket = run.sockets.open("reviewer", run.people["reviewer"].cookie)
    for fan in run.all_fans():
        fan.socket = run.sockets.open(fan.name, fan.browser.cookie)
    run.report(f"{len(run.all_fans()) + 1} pages are open")


def scrobblers_submit(run: SmokeRun) -> None:
    for number in range(LISTENS_NEEDED):
        for outcome, fan in run.fans.items():
            if outcome == "uncleared":
                submit_listen(run, fan, ("Ferry", 200), artist="Ove Lind")
            elif outcome == "expired":
                submit_listen(run, fan, RARE_SONG if number == 0 else ("Somebody else's song", 200), artist="Mara Veil")
            else:
                submit_listen(run, fan, SONGS[number % 3])
        for fan in run.crowd:
            submit_listen(run, fan, SONGS[number % 3])
    sent = sum(fan.listens_sent for fan in run.all_fans())
    require(wait_for(lambda: Listen.objects.count() == sent, seconds=30), f"all {sent} listens become rows")
    run.report(f"the scrobblers sent {sent} listens; each is one row")


def moments_are_noticed(run: SmokeRun) -> None:
    expected = len(run.all_fans()) - 1
    require(wait_for(lambda: Moment.objects.count() >= expected, seconds=10), f"{expected} moments are noticed")
    require(Moment.objects.count() == expected, "each fan has one moment, except the one who never opted in")
    counted = run.fans["approved"].browser.call_api("GET", "/api/v1/artists/mara-veil/opt-in")["listens"]
    require(counted == LISTENS_NEEDED, f"Ana's listens are counted: {counted}")
    run.report(f"{expected} moments, one each; none for the fan who never opted in")
