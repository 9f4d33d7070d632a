"""The second key: which rightsholders have not approved a draft yet, and what one of them decides."""

from typing import NamedTuple

from django.db.models import Q
from django.db.models.expressions import RawSQL

from accounts.exceptions import NotAllowed
from accounts.models import Person
from audit import trail
from rights import parties
from rights.models import ClearanceKeyHolder, Party, PartyDecision


class Content(NamedTuple):
    """What is decided on: a draft with exactly this content. This app cannot import drafts."""

    draft: int
    revision: int
    clearance_id: int
    item: str
    """What it is called in `rights.places`: some keys are asked for only above a number of items."""
    content_hash: str


def find_missing(content: Content) -> list[Party]:
    """The parties whose key is asked for and that have not said yes to this content, by name. One query."""
    asked = [content.clearance_id, content.draft, content.item, content.content_hash]
    # The database asks the same function before it stores an experience.
    missing = RawSQL("SELECT rights_missing_keys(%s, %s, %s, %s)", asked)
    return list(Party.objects.filter(pk__in=missing).order_by("name", "pk"))


def decide(party: Party, content: Content, *, approves: bool, by: Person, fresh: bool, reason: str = "") -> None:
    """Store what the party decides, in the caller's transaction. A yes needs a password typed recently (`fresh`).

    Raises NotAllowed and ReauthenticationRequired.
    """
    if approves:
        parties.require_signer(party, by=by, fresh=fresh, what="approve drafts")
    elif not parties.may_sign(party, by):
        raise NotAllowed(f"Only whoever signs for {party.name} may decline drafts.")
    PartyDecision.objects.create(
        draft=content.draft,
        revision=content.revision,
        party=party,
        content_hash=content.content_hash,
        approves=approves,
        reason=reason,
        by=by.actor,
    )
    action = "draft.key_given" if approves else "draft.key_refused"
    trail.record(action, by=by.actor, subject=f"draft:{content.draft}", party=party.pk, revision=content.revision)


def holds_key(party: Party) -> Q:
    """The condition on rows with a clearance: this party holds a key under it."""
    return Q(clearance__in=ClearanceKeyHolder.objects.filter(holder__party=party).values("clearance"))
