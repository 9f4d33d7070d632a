"""Who may pay, and in which currency: that of the first payment, which changes while nothing is live."""

from django.conf import settings

from accounts.models import AgeBand, Person
from billing import caps
from billing.exceptions import Unpayable
from billing.models import Authorisation, Checkout, Gift, SpendingSettings
from web.times import write_time

SAID_TOO_YOUNG = "Payments start at 18. Nobody under 18 pays here."


def require_adult(person: Person) -> None:
    """Raises Unpayable for somebody under 18."""
    if person.age_band != AgeBand.ADULT:
        raise Unpayable(SAID_TOO_YOUNG)


def lock_payer(person: Person) -> None:
    """Let everything that this person begins to pay wait for each other until the transaction ends.

    The triggers say the same of each row. Raises Unpayable for somebody who is under 18 by now.
    """
    require_adult(Person.objects.select_for_update(no_key=True).get(pk=person.pk))


def set_currency(person: Person, currency: str) -> None:
    """Let a fan pay in this currency from now on, with as low a cap as before. Call it with the fan's row locked.

    Raises Unpayable while something is ordered, bought or held in another one.
    """
    chosen, _ = SpendingSettings.objects.get_or_create(
        person=person,
        book=settings.PAYMENTS,
        defaults={"currency": currency, "monthly_cap": caps.get_default(currency)},
    )
    if chosen.currency == currency:
        return
    live = Checkout.objects.open_or_paid().filter(person=person).exclude(currency=currency)
    if order := live.order_by("status", "expires_at").first():
        until = f" An order in it is open until {write_time(order.expires_at)}." if order.status == "open" else ""
        raise Unpayable(f"You pay in {order.currency}, and this is a price in {currency}.{until}")
    if Gift.objects.filter(giver=person, book=settings.PAYMENTS, status="open").exclude(currency=currency).exists():
        raise Unpayable(f"A gift that you began to pay is in another currency, and this is a price in {currency}.")
    if held := Authorisation.objects.held().filter(person=person).exclude(currency=currency).first():
        raise Unpayable(f"You pay in {held.currency}, and this is a price in {currency}. A request in it is open.")
    SpendingSettings.objects.filter(pk=chosen.pk).update(
        currency=currency, monthly_cap=caps.carry_over(chosen, currency), next_cap=None, next_cap_from=None
    )
