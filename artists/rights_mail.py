"""Mail to those who can answer: an artist is asked, a claim or drafts wait, terms are proposed or end. No fan is named.

Plain text, to confirmed addresses alone, after the commit. A mail that fails is logged: the page says the same.
At most one mail of a kind about the same party, artist, roster entry or version goes out within the hour, so that a
hundred songs are not a hundred mails; `approval_mail` sends its own once a day. A settlement is told for each claim,
because its note is about that claim alone.
"""

import logging
from collections.abc import Iterable
from functools import partial
from typing import Any

from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from accounts.models import Member, Person
from accounts.roles import MANAGING_ROLES
from rights.models import AgreementVersion, CatalogImport, Claim, ImportedArtist, Party, RosterEntry
from rights.notices import list_sides
from rights.parties import acts_for
from web import rate_limits
from web.mail import render_mail
from web.site_links import site_link

MAIL_TEMPLATE = "rights/email/change"
EVERY_SECONDS = 3600

logger = logging.getLogger(__name__)


def mail_proposal(entry: RosterEntry) -> None:
    """Tell the artist's side that a rightsholder asks."""
    path = reverse("studio-labels", args=[entry.artist.slug])
    teams = Q(team__artist=entry.artist_id)
    mail("proposal", f"artist:{entry.artist_id}", teams, path, label=entry.label.name, whose=entry.artist.name)


def mail_answer(entry: RosterEntry) -> None:
    """Tell the rightsholder what the artist's side answered."""
    path = reverse("label-roster", args=[entry.label_id])
    names: dict[str, Any] = {"artist": entry.artist.name, "whose": entry.label.name}
    mail("answer", f"roster:{entry.pk}", acts_for([entry.label_id]), path, accepted=entry.accepted, **names)


def mail_claim(claim: Claim) -> None:
    """Tell the party that a claim waits for its yes; of a disputed claim, tell both sides."""
    if claim.disputed_at:
        mail_dispute(claim)
    else:
        _mail_party("claim", claim.party, claim)


def mail_dispute(claim: Claim) -> None:
    """Tell everybody who claims a share there, or holds the prefix of the ISRC, that it is disputed."""
    for party in _parties_of(claim):
        _mail_party("dispute", party, claim)


def mail_settlement(claim: Claim, note: str) -> None:
    """Tell both sides that staff settled the dispute, with the note."""
    for party in _parties_of(claim):
        _mail_party("settlement", party, claim, note)


def mail_agreement(kind: str, version: AgreementVersion, own: Party) -> None:
    """Tell the other parties of a version that it was proposed, is in force or ended. `own` is who did it."""
    others = Party.objects.filter(pk__in=version.parties.values("party")).exclude(pk=own.pk)
    for party in others.select_related("artist").order_by("pk"):
        path = _page_of(party, "studio-agreement", "label-agreement", version.pk)
        names: dict[str, Any] = {"whose": party.name, "label": own.name, "title": version.agreement.title}
        about = f"version:{version.pk}:{party.pk}"
        mail(f"agreement {kind}", about, acts_for([party]), path, **names)


def mail_import(news: ImportedArtist) -> None:
    """Tell the artist's side how many songs an import added and changed."""
    artist, brought = news.artist, news.catalog_import
    path = reverse("studio-import", args=[artist.slug, brought.pk])
    numbers = {"added": news.added, "changed": news.changed}
    about = f"import:{brought.pk}:artist:{artist.pk}"
    mail("import", about, Q(team__artist=artist), path, label=brought.party.name, whose=artist.name, **numbers)


def mail_named(brought: CatalogImport, party: Party, number: int) -> None:
    """Tell a party that so many claims of an import wait for its yes: one mail for all of them."""
    about, path = f"import:{brought.pk}:party:{party.pk}", _page_of(party, "studio-imports", "label-claims")
    mail("import claims", about, acts_for([party]), path, label=brought.party.name, whose=party.name, number=number)


def _parties_of(claim: Claim) -> Iterable[Party]:
    return list_sides(claim).select_related("artist", "represented_by").order_by("pk")


def _mail_party(kind: str, party: Party, claim: Claim, note: str = "") -> None:
    owned = claim.recording or claim.work
    assert owned
    names: dict[str, Any] = {"whose": party.name, "title": owned.title, "note": note}
    about = f"claim:{claim.pk}:party:{party.pk}" if kind == "settlement" else f"party:{party.pk}"
    mail(kind, about, acts_for([party]), _page_of(party, "songs", "label-claims"), **names)


def _page_of(party: Party, of_artist: str, of_rightsholder: str, *args: int) -> str:
    """The address of a page for those who act for the party, by its URL name in the studio or for rightsholders."""
    name, key = (of_artist, party.artist.slug) if party.artist else (of_rightsholder, party.pk)
    return reverse(name, args=[key, *args])


def mail(kind: str, about: str, teams: Q, path: str, *, every: int = EVERY_SECONDS, **names: Any) -> None:
    """Write to those of these teams who may answer, after the commit; once in `every` seconds."""
    people = Person.objects.filter(
        pk__in=Member.objects.filter(teams, role__in=MANAGING_ROLES).values("person"), is_active=True
    ).filter(emailaddress__verified=True, emailaddress__primary=True)
    addresses = sorted(people.values_list("emailaddress__email", flat=True))
    context = {**names, "kind": kind, "link": site_link(path)}
    transaction.on_commit(partial(_send, kind, about, addresses, context, every), robust=True)


def was_sent(kind: str, about: str) -> bool:
    """Whether such a mail went out so lately that another one would not."""
    return rate_limits.count(_limit_key(kind, about)) > 0


def _limit_key(kind: str, about: str) -> str:
    return f"rights-mail:{kind}:{about}"


def _send(kind: str, about: str, addresses: list[str], context: dict[str, object], every: int) -> None:
    if not addresses or not rate_limits.hit(_limit_key(kind, about), 1, every).allowed:
        return
    subject, body = render_mail(MAIL_TEMPLATE, context)
    try:
        for address in addresses:
            EmailMessage(subject, body, to=[address]).send()
    except (OSError, ValueError):
        logger.exception("A mail about %s did not go out", about)
