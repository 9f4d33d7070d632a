"""Find, accept and end a version of an agreement for a party, and tell the others. Pages and API use it."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from rest_framework.request import Request

from accounts.reauthentication import did_recently_authenticate
from accounts.requests import get_person
from artists import rights_mail
from rights import agreement_versions, agreements
from rights.agreement_versions import Reading, State
from rights.hashing import address_digest
from rights.models import Party


def get_reading_or_404(party: Party, pk: int) -> Reading:
    """A version that names this party."""
    return agreement_versions.read([get_object_or_404(agreement_versions.list_of(party), pk=pk)])[0]


def accept(request: HttpRequest | Request, reading: Reading, party: Party) -> Reading:
    """Accept as the person of the request, who signs for the party and typed the password recently.

    Accepting twice changes nothing. Raises NotAllowed, ReauthenticationRequired and RightsError.
    """
    by, version, before = get_person(request), reading.version, reading.state
    agreements.accept(
        version,
        party,
        by=by,
        fresh=did_recently_authenticate(request),
        country=by.country,
        address_hash=address_digest(request.META.get("REMOTE_ADDR", "")),
    )
    now = agreement_versions.read([version])[0]
    if before == State.PROPOSED and now.is_live:
        rights_mail.mail_agreement("in force", version, party)
    return now


def end(request: HttpRequest | Request, reading: Reading, party: Party) -> Reading:
    """End a version, or close a proposal, for everybody. Ending twice changes nothing. Raises NotAllowed."""
    before = reading.state
    agreements.end(reading.version, by=get_person(request))
    now = agreement_versions.read([reading.version])[0]
    if now.state != before:
        rights_mail.mail_agreement("ended", reading.version, party)
    return now
