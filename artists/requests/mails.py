"""Mail fans how what they asked for ended: it is here, or why not and what became of what paid. Each once at most.

They are mailed too when a remix stopped and is paid back.

What the fan did themselves is not told again. A mail that fails is logged: the page says the same.
"""

import logging
from typing import Any

from django.core.mail import EmailMessage
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from accounts.models import Person
from artists.models import ExperienceRequest
from artists.requests import asking, endings
from artists.requests.endings import Event
from fans.models import RemixRefund
from rights.money import format_money
from web.mail import render_mail
from web.site_links import site_link

logger = logging.getLogger(__name__)

TEMPLATE, REFUND_TEMPLATE = "fans/email/request", "fans/email/remix_refund"
CHANNEL = asking.CHANNEL
BY_THE_FAN = (Event.UNPAID, Event.TAKEN_BACK, Event.OPTED_OUT, Event.MUTED, Event.ERASED)


def mail_next() -> bool:
    """Write about what ended or was paid back first of those nobody was told of. Returns whether there was one."""
    request = _waiting().order_by("ended_at", "pk").select_related("person", "artist", "program").first()
    if request is None:
        return _mail_next_refund()
    if _waiting().filter(pk=request.pk).update(told_at=Now()) and request.person.is_active:
        _mail(request)
    return True


def _mail_next_refund() -> bool:
    untold = RemixRefund.objects.filter(told_at=None)
    refund = untold.order_by("at").select_related("experience__person", "experience__artist").first()
    if refund is None:
        return False
    experience = refund.experience
    if untold.filter(pk=refund.pk).update(told_at=Now()) and experience.person.is_active:
        link = site_link(reverse("request", args=[refund.request]))
        context = {
            "artist": experience.artist.name,
            "refund": refund,
            "back": endings.BACK_WORDS["credit"],
            "link": link,
        }
        _send(REFUND_TEMPLATE, context, experience.person)
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
    _send(TEMPLATE, context, request.person)


def _send(template: str, context: dict[str, Any], person: Person) -> None:
    with timezone.override(person.zone):
        subject, body = render_mail(template, context)
    try:
        EmailMessage(subject, body, to=[person.email]).send()
    except OSError:
        logger.exception("A mail about %s did not go out", context["link"])
