"""The story up to the moment: an artist who allows and offers something, fans who opt in and listen."""

from typing import Any

from django.db import transaction

from accounts.models import Person, Token
from artists.models import Moment
from catalog.models import Artist
from config.smoke.browser import INVITATION_LINK
from config.smoke.checks import require
from config.smoke.people import LISTENS_NEEDED, RARE_SONG, SONGS, Fan, SmokeRun, run_manage_command, submit_listen
from config.smoke.sessions import create_session
from config.smoke.sockets import wait_for
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


def people_sign_up(story: SmokeRun) -> None:
    cast = {"staff": ("Staff", "staff-one"), "principal": ("Mara", "mara"), "reviewer": ("Inês", "ines")}
    for part, (name, handle) in cast.items():
        story.people[part] = story.visitor(name, handle).sign_up()
    run_manage_command("staff", story.people["staff"].email)
    story.people["stranger"] = story.visitor("Stranger", "stranger").sign_up()
    story.tell("four people signed up, confirmed their address and signed in; one is staff")


def staff_create_an_artist(story: SmokeRun) -> None:
    staff, principal, reviewer = (story.people[part] for part in ("staff", "principal", "reviewer"))
    mara = {"name": "Mara Veil", "slug": "mara-veil", "principal": principal.email}
    principal.ask("POST", "/api/v1/staff/artists", mara, expect=403)
    staff.ask("POST", "/api/v1/staff/artists", mara, expect=201)
    other = {"name": "Ove Lind", "slug": "ove-lind", "principal": principal.email}
    staff.ask("POST", "/api/v1/staff/artists", other, expect=201)
    for title, seconds in [*SONGS, RARE_SONG]:
        song = {"title": title, "duration_ms": seconds * 1000}
        staff.ask("POST", "/api/v1/staff/artists/mara-veil/recordings", song, expect=201)
    staff.ask("POST", "/api/v1/staff/artists/ove-lind/recordings", {"title": "Ferry"}, expect=201)
    principal.ask("POST", f"{STUDIO}/team", {"email": reviewer.email, "role": "reviewer"}, expect=202)
    reviewer.ask("GET", f"{STUDIO}/drafts", expect=404)
    reviewer.submit(reviewer.link(INVITATION_LINK), {"do": "join"})
    story.people["stranger"].ask("GET", f"{STUDIO}/drafts", expect=404)
    story.tell(
        "staff created Mara Veil and Ove Lind; Mara is the principal, Inês joined when invited; a stranger sees none"
    )


def principal_allows_messages(story: SmokeRun) -> None:
    principal, reviewer = story.people["principal"], story.people["reviewer"]
    require(principal.ask("GET", f"{STUDIO}/grants") == [], "nothing is allowed before somebody says so")
    switch = {"use": "personal_message", "on": True}
    reviewer.ask("POST", f"{STUDIO}/grants", switch, expect=403)
    live = [grant for grant in principal.ask("POST", f"{STUDIO}/grants", switch) if not grant["ended_at"]]
    require([grant["version"] for grant in live] == [1], "version 1 of the grant is live")
    principal.ask("PUT", f"{STUDIO}/practice", {"grace_seconds": 0})
    story.tell("personal messages: off, refused to a reviewer, switched on by Mara (version 1); grace 0 s in this run")


def principal_signs_a_program(story: SmokeRun) -> None:
    principal = story.people["principal"]
    wrong = {"moment": "nth_listen", "nth": LISTENS_NEEDED, "wording": {**WORDING, "templates": ["Hello {nmae}"]}}
    pk = principal.ask("POST", f"{STUDIO}/programs", {"name": f"Thank you at {LISTENS_NEEDED}"}, expect=201)["id"]
    refused = principal.ask("POST", f"{STUDIO}/programs/{pk}/versions", wrong, expect=400)
    require("nmae" in str(refused), f"an unknown slot is refused with its name: {refused}")
    nth = {"moment": "nth_listen", "nth": LISTENS_NEEDED, "wording": WORDING}
    sign_version(story, "mara-veil", pk, nth)
    rare = principal.ask("POST", f"{STUDIO}/programs", {"name": "First Low Tide"}, expect=201)["id"]
    low_tide = Artist.objects.get(slug="mara-veil").recordings.get(title=RARE_SONG[0]).pk
    first = {"moment": "first_listen", "nth": 1, "recording": low_tide, "wording": RARE_WORDING, "review_seconds": 3}
    sign_version(story, "mara-veil", rare, first)
    other = principal.ask("POST", "/api/v1/studio/ove-lind/programs", {"name": "First"}, expect=201)["id"]
    sign_version(story, "ove-lind", other, {"moment": "first_listen", "nth": 1, "wording": WORDING})
    story.tell("Mara typed her password again and signed three programs; the slot {nmae} was refused by name")


def sign_version(story: SmokeRun, slug: str, pk: int, version: dict[str, Any]) -> None:
    principal, program = story.people["principal"], f"/api/v1/studio/{slug}/programs/{pk}"
    made = principal.ask("POST", f"{program}/versions", version, expect=201)
    require(not made["signed"], "a new version is not signed")
    principal.reauthenticate()
    signed = principal.ask("POST", f"{program}/versions/{made['version']}/sign")
    require(signed["state"] == "live" and signed["current"]["signed"], "the signed version answers moments")


def fans_opt_in(story: SmokeRun) -> None:
    for fate, (name, handle) in FANS_BY_OUTCOME.items():
        visitor = story.visitor(name, handle).sign_up()
        fan = story.fans[fate] = Fan(visitor)
        if fate != "never asked":
            artist = "ove-lind" if fate == "uncleared" else "mara-veil"
            require(visitor.ask("PUT", f"/api/v1/artists/{artist}/opt-in")["opted_in"], f"{name} opted in")
        fan.token = visitor.ask("POST", "/api/v1/tokens", {"name": "my player"}, expect=201)["secret"]
    for number in range(story.further):
        story.crowd.append(create_extra_fan(story, number))
    story.tell(f"seven fans signed up, six opted in; {story.further} further fans stand ready")


def create_extra_fan(story: SmokeRun, number: int) -> Fan:
    """One of the crowd, made straight in the database: the door limits how many sign up from one address."""
    handle = f"fan-{number:03}"
    visitor = story.visitor(f"Fan {number}", handle)
    with transaction.atomic():
        person = Person.objects.create_user(
            visitor.email, handle=handle, name=visitor.name, country="PT", age_band="18_plus"
        )
        opt_ins.opt_in(person, Artist.objects.get(slug="mara-veil"))
        token, secret = Token.generate(person, name="my player")
        token.save()
    visitor.http.cookies.set("sessionid", create_session(person))
    return Fan(visitor, token=secret)


def sockets_open(story: SmokeRun) -> None:
    story.reviewer_socket = story.ears.open("reviewer", story.people["reviewer"].cookie)
    for fan in story.everyone():
        fan.socket = story.ears.open(fan.name, fan.visitor.cookie)
    story.tell(f"{len(story.everyone()) + 1} pages are open")


def scrobblers_submit(story: SmokeRun) -> None:
    for turn in range(LISTENS_NEEDED):
        for fate, fan in story.fans.items():
            if fate == "uncleared":
                submit_listen(story, fan, ("Ferry", 200), artist="Ove Lind")
            elif fate == "expired":
                submit_listen(story, fan, RARE_SONG if turn == 0 else ("Somebody else's song", 200), artist="Mara Veil")
            else:
                submit_listen(story, fan, SONGS[turn % 3])
        for fan in story.crowd:
            submit_listen(story, fan, SONGS[turn % 3])
    sent = sum(fan.sent for fan in story.everyone())
    require(wait_for(lambda: Listen.objects.count() == sent, seconds=30), f"all {sent} listens become rows")
    story.tell(f"liblistenbrainz sent {sent} listens; each is one row")


def moments_are_noticed(story: SmokeRun) -> None:
    expected = len(story.everyone()) - 1
    require(wait_for(lambda: Moment.objects.count() >= expected, seconds=10), f"{expected} moments are noticed")
    require(Moment.objects.count() == expected, "each fan has one moment, and who never opted in has none")
    counted = story.fans["approved"].visitor.ask("GET", "/api/v1/artists/mara-veil/opt-in")["listens"]
    require(counted == LISTENS_NEEDED, f"Ana's listens are counted: {counted}")
    story.tell(f"{expected} moments, one each; none for the fan who never opted in")
