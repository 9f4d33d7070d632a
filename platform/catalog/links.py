"""Check the links that artists put on their pages."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from django.utils.encoding import iri_to_uri

MAX_LINKS = 5
MAX_LABEL, MAX_URL = 40, 200
URL_PATTERN = r"^https://[a-z0-9-]+(\.[a-z0-9-]+)+([/?#][!-~]*)?$"
"""ASCII alone: a host in another script is stored in its ASCII form, so that nobody takes it for one it looks like."""
TRACKING_PARAMETERS = re.compile(
    r"utm_\w+|fbclid|gclid|dclid|msclkid|ttclid|twclid|igsh|igshid|mc_[ce]id|yclid|_hs\w+|si"
)


class InvalidLink(ValueError):
    """The text is no link that a page can show. The message says what to change."""


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str


def parse_link(text: str) -> str:
    """The link as it is stored. Raises InvalidLink."""
    text = text.strip()
    if "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").encode("idna").decode()
        has_extras = parts.username is not None or parts.port is not None
    except ValueError as error:  # also UnicodeError, of a host that no name server knows
        raise InvalidLink("This is no address of a page.") from error
    if parts.scheme != "https":
        raise InvalidLink("Only links that begin with https:// are shown.")
    url = iri_to_uri(urlunsplit(("https", host, parts.path, parts.query, parts.fragment)))
    if has_extras or not re.fullmatch(URL_PATTERN, url) or host.rpartition(".")[2].isdigit():
        raise InvalidLink("This is no address of a page. Open the page and copy its address.")
    if len(url) > MAX_URL:
        raise InvalidLink(f"A link has at most {MAX_URL} characters.")
    if tracking := [name for name, _ in parse_qsl(parts.query, keep_blank_values=True) if is_tracking(name)]:
        raise InvalidLink(f"“{tracking[0]}” in this link tracks fans. Leave it out.")
    return url


def is_tracking(parameter: str) -> bool:
    """Whether a parameter of a link is known to say who followed it."""
    return TRACKING_PARAMETERS.fullmatch(parameter.lower()) is not None
