"""Mail fans how what they asked for ended: it is here, or why not and what became of what paid. Each once at most.

What the fan did themselves is not told again. A mail that fails is logged: the page says the same.
"""

import logging

from django.core.mail import EmailMessage
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from artists.models import ExperienceRequest
from artists.requests import asking, endings
from artists.requests.endings import Event
from rights.money import format_money
from web.mail import render_mail
from web.site_links import site_link

logger = logging.getLogger(__name__)

TEMPLATE = "fans/email/request"
CHANNEL = asking.CHANNEL
BY_THE_FAN = (Event.UNPAID, Event.TAKEN_BACK, Event.OPTED_OUT, Event.MUTED, Event.ERASED)


def mail_next() -> bool:
    """Write about the request that ended first of those nobody was told of. Returns whether there was one."""
    request = _waiting().order_by("ended_at", "pk").select_related("person", "artist", "program").first()
    if request is None:
        return False
    if _waiting().filter(pk=request.pk).update(told_at=Now()) and request.person.is_active:
        _mail(request)
    return True


def _waiting() -> QuerySet[ExperienceRequest]:
    return ExperienceRequest.objects.filter(ended_at__isnull=False, told_at=None).exclude(ending__in=BY_THE_FAN)


def _mail(request: ExperienceRequest) -> None:
    event = Event(request.ending) if request.ending else None
    context = {
        "artist": request.artist.name,
        "program": request.program.name,
        "amount": format_money(request.amount, request.currency) if request.amount else "",
        "ending": endings.describe(event, request.program.kind) if event else "",
        "back": endings.BACK_WORDS[request.paid_by] if event and event not in endings.LOST_MONEY else "",
        "link": site_link(reverse("request", args=[request.pk])),
    }
    with timezone.override(request.person.zone):
        subject, body = render_mail(TEMPLATE, context)
    try:
        EmailMessage(subject, body, to=[request.person.email]).send()
    except OSError:
        logger.exception("%s: its mail did not go out", request)
