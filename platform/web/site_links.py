"""Links to our own pages for mails and for other sites: they begin with SITE_URL."""

from django.conf import settings


def site_link(path: str) -> str:
    """The whole address of a page."""
    return settings.SITE_URL.rstrip("/") + path
