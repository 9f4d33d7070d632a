"""Where the payment provider posts its webhooks."""

import logging

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from billing import webhooks
from billing.exceptions import InvalidWebhook, PaymentsOff
from billing.provider import get_book, parse_webhook
from web import rate_limits
from web.client_address import limit_key

logger = logging.getLogger(__name__)

MAX_BODY_BYTES = 256 * 1024
REFUSALS_PER_MINUTE = 30
"""Of one address. Above it nothing is logged any more. What is signed is never limited."""


@csrf_exempt
@require_POST
def stripe_webhook(request: HttpRequest) -> HttpResponse:
    """Store a signed event and answer 200, also if it was stored before. The provider repeats whatever gets no 200."""
    try:
        book = get_book()
    except PaymentsOff:
        raise Http404 from None
    body = request.read(MAX_BODY_BYTES + 1)
    if len(body) > MAX_BODY_BYTES:
        return _answer(413, f"An event has at most {MAX_BODY_BYTES} bytes.")
    try:
        event = parse_webhook(body, request.headers.get("Stripe-Signature", ""), settings.STRIPE_WEBHOOK_SECRETS)
    except InvalidWebhook as error:
        return _refuse(request, error)
    webhooks.store([event], book=book)
    return _answer(200, "Stored.")


def _refuse(request: HttpRequest, error: InvalidWebhook) -> HttpResponse:
    address = request.META["REMOTE_ADDR"]
    status = rate_limits.hit(f"webhook:{limit_key(address)}", REFUSALS_PER_MINUTE, 60)
    if not status.allowed:
        return _answer(429, "Too many requests without a good signature.")
    logger.warning("webhook refused: %s", error)
    return _answer(400, str(error))


def _answer(status: int, sentence: str) -> HttpResponse:
    return HttpResponse(f"{sentence}\n", status=status, content_type="text/plain; charset=utf-8")
