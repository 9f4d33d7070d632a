"""Greet: what whoever started the demo can open, and what to try."""

from accounts.models import Person
from artists.models import Draft
from catalog.models import Artist
from config.demo import links
from config.demo.acts import BY_SLUG, MARA
from config.demo.crowd import ANA
from config.demo.opening import PASSWORD, STAFF, address
from fans.models import Engagement

REVIEWER = "ines"
HUNDRED = 100  # of Mara's programs
GUESTS = (
    (ANA, "a fan", "Ana"),
    (BY_SLUG[MARA].principal, "an artist", "Mara Veil, with her studio"),
    (REVIEWER, "a reviewer", "Inês, of Mara's team"),
    (STAFF, "the trust desk", "reads what fans report"),
)

WORDS = """
Fanfare is at {site}/

  Each link signs you in once, within the next {hours} hours.
  Open the first two in two browsers, or one of them in a private window.

{guests}
  Everybody's password is: {password}
  Signing and switching things on ask for it, whichever way you came in.

  What to try
  1. In Mara's studio, open Review. {waiting} wait; {first} is the first in line. Approve it (a).
  2. Look at Ana's page: five seconds later it is there, without a reload. Open it, and its receipt.
  3. {play}
  4. Wait in the studio: every half minute or so some fan reaches a moment, and a new draft joins the line.
  5. As Ana, report a message, or opt out of an artist. As the desk, see the report.

  Mail lies in var/mail. Ctrl-C ends everything; the next `make demo` goes on with the same world.
"""


def words(site: str) -> str:
    """With fresh links. Raises links.NotHere with DEBUG off."""
    people = {person.handle: person for person in Person.objects.filter(handle__in=[guest for guest, *_ in GUESTS])}
    guests = "".join(
        f"  As {what:<15} {site}{links.link_for(people[handle])}\n  {'':<18} {who} ({address(handle)})\n\n"
        for handle, what, who in GUESTS
    )
    hours = int(links.LASTS.total_seconds() // 3600)
    return WORDS.format(site=site, guests=guests, hours=hours, password=PASSWORD, **_standing(people[ANA]))


def _standing(ana: Person) -> dict[str, object]:
    """Where things are, also days after the seed."""
    mara = Artist.objects.get(slug=MARA)
    waiting = Draft.objects.filter(artist=mara, state=Draft.State.PENDING).select_related("person").order_by("deadline")
    first = waiting.first()
    whose = (first.person.name or first.person.handle) if first else "nobody"
    listens = Engagement.objects.filter(person=ana, artist=mara).values_list("listens", flat=True).first()
    return {"waiting": waiting.count(), "first": f"the one for {whose}", "play": _play(listens or 0)}


def _play(listens: int) -> str:
    if listens >= HUNDRED:
        return "As Ana, open Your listening: play something, delete it, pause the recording."
    short = f"She is at {listens} listens, and Mara answers the hundredth"
    return f"As Ana, open Mara Veil's page and press play, or scrobble. {short}: a draft for Ana."
