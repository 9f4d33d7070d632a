"""The text that the demo prints: links to sign in, and what to try now."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from accounts.models import Person
from artists.models import Draft
from billing import payout_runs
from catalog.models import Artist
from config.demo import mailbox_page, sign_in_links, upcoming_moments
from config.demo.agreements import PUBLISHED_SONG, PUBLISHER_SIGNATORY
from config.demo.artist_data import ARTISTS_BY_SLUG, MARA
from config.demo.fan_data import ANA
from config.demo.imports import READ_NAME
from config.demo.label import DISPUTED_SONG, SIGNATORY
from config.demo.music.songs import SALT_RADIO
from config.demo.program_data import HUNDRED_NAME, PROGRAMS
from config.demo.setup import PASSWORD, STAFF_HANDLE, email_for
from rights.money import format_money

REVIEWER = "ines"
GUESTS = (
    (ANA, "a fan", "Ana"),
    (ARTISTS_BY_SLUG[MARA].principal, "an artist", "Mara Veil, with her studio"),
    (SIGNATORY, "a label", "Rui Falcão, who signs for Paper Lighthouse, with Mara Veil on its roster"),
    (PUBLISHER_SIGNATORY, "a publisher", "Lídia Corvo, who signs for Kestrel Row and proposed remixes of Mara Veil"),
    (REVIEWER, "a reviewer", "Inês, of Mara's team"),
    (STAFF_HANDLE, "the trust desk", "reads what fans report"),
)

TEXT = """
Fanfare is at {site}/

  Each link signs you in once, within the next {hours} hours.
  Open the first two in two browsers, or one of them in a private window.

{guests}
  Everybody's password is: {password}
  Signing and switching things on ask for it, whichever way you came in.

  What to try
  1. {decide}
  2. {see}
  3. {play}
  4. Stay in the studio: every two or three minutes some fan reaches a moment, and a new draft joins the line.
  5. As Ana, report a message, or opt out of an artist. As the desk, see the report.
  6. As the label, begin at Roster. Open Agreements: one waits, with a dry run. Confirm under Claims what blocks it, and
     look again. Catalogue takes a CSV or a DDEX file and says first what each line would do: open {catalogue},
     see which lines wait and why, and import the others. As Mara, confirm together under Songs, Imported by labels
     and publishers, what the files say that she wrote.
  7. On the same page, see who gets what of €10.00: “{complete}” is complete. Choose another song for what is missing.
     “Holds a second key” says who approves each one too. No draft waits for a key before Fanfare makes remixes.
  8. As the desk, open Reports, then Disputed claims: two labels own “{disputed}”. Say which one is wrong, in a note
     that both read. Splits of income says how each use is shared, version by version.
  9. As Ana, open Mara Veil, then the tiers. Read the terms, order one, and choose the card that succeeds. As Mara, open
     Tiers: change one, sign it, and see that who paid before stays on what was bought. Ana's
     101st listen of Mara then brings a message that only fans with a tier get.
 10. As Ana, open Mara Veil, then Ask. Choose what it is for, hold the amount on the card that succeeds, and see until
     when the answer comes. As Mara, approve it in Review, or type the answer. A moment later it cannot be undone, the
     card is charged, and it is in Ana's feed with its receipt. What was paid is on Mara's statement of the month.
 11. A minute or two after the first start, three songs that code plays can be remixed. As Ana, open Mara Veil, then
     {remixed} at the remix desk: put on a mood, move what you like, and hear 20 seconds of it. As Mara, open Songs,
     then {remixed}: see its stems, and what fans may make of it.
 12. Mara also sends a remix of {remixed} that rules choose: as Ana, play it twice. As Mara, hear it in Review a little
     later, and approve it.
 13. As Mara, open Earnings, then Get paid, and answer the provider's questions. Let 8 days pass at the simulated
     provider, until what fans paid is available there. Then be the operator, in `make shell`:
         python manage.py statements close {month} --early
         python manage.py payouts prepare
         python manage.py payouts approve {month}
     From {least} on, what her statement owes leaves. The transfer is under Get paid, and on her next statement.

  Every mail, with its links: {mailbox}
  {payments}
  Ctrl-C ends everything; the next `make demo` goes on with the same world.
"""
HUNDRED_REVIEW_SECONDS = next(offer.review_seconds for offer in PROGRAMS[MARA] if offer.name == HUNDRED_NAME)
ARRIVAL_TEXT = "five seconds later it is there, without a reload. Open it, and its receipt."


def render(site: str) -> str:
    """The text with new links. Raises DemoLinksDisabled with DEBUG off."""
    people = {person.handle: person for person in Person.objects.filter(handle__in=[guest for guest, *_ in GUESTS])}
    guests = "".join(
        f"  As {role:<15} {site}{sign_in_links.create_link(people[guest])}\n  {'':<18} {name} ({email_for(guest)})\n\n"
        for guest, role, name in GUESTS
    )
    values = {
        "site": site,
        "guests": guests,
        "hours": int(sign_in_links.LINK_LIFETIME.total_seconds() // 3600),
        "password": PASSWORD,
        "payments": describe_payments(),
        "mailbox": site + mailbox_page.create_link(),
        "complete": PUBLISHED_SONG,
        "disputed": DISPUTED_SONG,
        "catalogue": READ_NAME,
        "remixed": SALT_RADIO.title,
        "month": f"{timezone.now():%Y-%m}",
        "least": format_money(payout_runs.get_minimum("EUR"), "EUR"),
    }
    return TEXT.format(**values, **suggested_steps(people[ANA]))


def describe_payments() -> str:
    """Where the payment provider is, and what it is."""
    if settings.PAYMENTS == "simulated":
        return f"Payments are simulated, no money moves: {settings.STRIPE_URL}/ lets time pass and cards fail."
    return f"Payments are {settings.PAYMENTS}."


def suggested_steps(ana: Person) -> dict[str, str]:
    """What to try, by key: "decide", "see" and "play". It fits the present state, also days after the seed."""
    mara = Artist.objects.get(slug=MARA)
    waiting = Draft.objects.filter(artist=mara, state=Draft.State.PENDING).select_related("person")
    queue = list(waiting.order_by("deadline", "pk"))
    place = next((place for place, draft in enumerate(queue, 1) if draft.person == ana), 0)
    return {"decide": _decide_step(queue, place), "see": _see_step(queue, place), "play": _play_step(ana, mara, queue)}


def _decide_step(queue: list[Draft], place: int) -> str:
    """`place` is that of the guest's draft in the queue, counted from one; 0 if none is pending."""
    if not queue:
        return "In Mara's studio, open Review. Nothing waits; what comes next appears there by itself. Approve it (a)."
    verb_ending = "s" if len(queue) == 1 else ""
    which = f"{queue[(place or 1) - 1].person.display_name} is {_place_in_queue(place or 1)} in line"
    return f"In Mara's studio, open Review. {len(queue)} wait{verb_ending}; the one for {which}. Approve it (a)."


def _see_step(queue: list[Draft], place: int) -> str:
    if place:
        return f"Look at Ana's page: {ARRIVAL_TEXT}"
    fan = queue[0].person.display_name if queue else "its fan"
    return f"Five seconds later {fan} has it: the studio's Overview says so. What Ana received before is on her page."


def _place_in_queue(place: int) -> str:
    return "the first" if place == 1 else f"number {place}"


def _play_step(ana: Person, mara: Artist, queue: list[Draft]) -> str:
    """How to reach Mara's hundredth listen, while that is still possible."""
    left = upcoming_moments.listens_left(ana, mara, HUNDRED_NAME)
    if left is None:
        return "As Ana, open Listening: play something, delete it, pause the recording."
    short = f"She is {left} listen{'s' * (left != 1)} short of the hundredth, which Mara answers"
    deadline = timezone.now() + timedelta(seconds=HUNDRED_REVIEW_SECONDS)
    place = 1 + sum(draft.deadline < deadline for draft in queue)
    then = f"{short}: a draft for Ana, {_place_in_queue(place)} in line."
    return f"As Ana, open Mara Veil's page and press play, or scrobble. {then}"
