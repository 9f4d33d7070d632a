"""Tags about requests, for pages of fans, whose views know no programs."""

from django import template

from artists.remixes import offers
from catalog.models import Artist

register = template.Library()


@register.simple_tag
def takes_remix_requests(artist: Artist) -> bool:
    """Whether fans can ask this artist for a remix now. One query."""
    return offers.find_offer(artist) is not None
