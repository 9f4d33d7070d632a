"""Say: a refusal on a page, with its times where whoever reads it is."""

from django.utils.html import format_html

from artists.exceptions import AlreadyDecided, Expired
from fans.templatetags.fanfare import local_time


def said(error: Exception) -> str:
    """In one element, so that what is put into a page later is read as well."""
    if isinstance(error, AlreadyDecided):
        return format_html(
            "<span>Already decided by <bdi>{}</bdi>: {} {}.</span>", error.who, error.state, local_time(error.when)
        )
    if isinstance(error, Expired):
        return format_html("<span>Nobody decided until {}: it has expired.</span>", local_time(error.when))
    return str(error)
