"""Template tags of pages where money moves."""

from django import template
from django.conf import settings

from rights.money import format_money

register = template.Library()
register.simple_tag(format_money, name="money")


@register.simple_tag
def payments_mode() -> str:
    """Which money is paid here: live, test, simulated or off."""
    return settings.PAYMENTS
