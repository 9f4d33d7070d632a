"""Mail rightsholders once a day how many drafts wait for their key. The page of approvals says the same at once."""

from django.urls import reverse

from artists import rights_mail, second_key
from rights.models import Party
from rights.parties import acts_for
from web import rate_limits

LOOK_EVERY_SECONDS = 60
DAY_SECONDS = 24 * 3600
KIND = "approvals"


def mail_if_due() -> bool:
    """Mail every rightsholder for which drafts wait and that got no such mail within a day. Looks once a minute.

    Always False: there is nothing more to do at once. Several processes may call it.
    """
    if rate_limits.count(KIND) or not rate_limits.hit(KIND, 1, LOOK_EVERY_SECONDS).allowed:
        return False
    for party in second_key.list_asked():
        if not rights_mail.was_sent(KIND, _about(party)) and (count := second_key.list_awaiting(party).count()):
            _mail(party, count)
    return False


def _mail(party: Party, count: int) -> None:
    path = reverse("label-approvals", args=[party.pk])
    names = {"whose": party.name, "count": count}
    rights_mail.mail(KIND, _about(party), acts_for([party]), path, every=DAY_SECONDS, **names)


def _about(party: Party) -> str:
    return f"party:{party.pk}"
