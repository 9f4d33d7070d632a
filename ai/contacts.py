"""Find links, e-mail addresses, handles and phone numbers, which would lead a reader away from the platform."""

import re

# Endings that nobody writes by accident after a full stop, and endings that are also words ("you.To").
_PLAIN = (
    "com|net|org|info|biz|io|ly|gg|tv|app|dev|xyz|link|shop|store|online|club|fm|gl|ru|de|uk|fr|jp|cn|eu|us|ca|au|nl|pl"
    "|top|icu|vip|win|cc|ai|page|bio|ee|рф|中国|公司"
)
_WORDLIKE = "me|to|co|so|it|is|in|be|at|no|es|pt|se|my|site|live|music|news|team|fan|fans|art|band"

_LINKS = tuple(
    ("link", re.compile(pattern, re.IGNORECASE))
    for pattern in (
        r"(?:https?|ftp|hxxps?)\s?:\s?/|\bwww\s?\.|\b(?:javascript|mailto|tel):",
        rf"[^\W_][\w-]*[.。．・·](?:{_PLAIN})(?!\w)",
        rf"\bdot (?:{_PLAIN}|me|band|music|live|site)\b|[(\[]dot[)\]]",
        r"[^\W_][\w-]*\.[^\W\d_]{2,}/\w",  # whatever the ending: nobody writes a full stop and a slash by accident
    )
)
_WORDLIKE_LINK = ("link", re.compile(rf"[^\W_][\w-]*\.(?:{_WORDLIKE})(?!\w)", re.IGNORECASE))
_EMAIL = (
    "e-mail address",
    re.compile(r"[\w.+-]+\s?(?:@|\(at\)|\[at\])\s?[\w-]+\s?(?:\.|\(dot\)|\[dot\]|dot)\s?\w{2,}", re.IGNORECASE),
)
_SPELLED_EMAIL = (
    "e-mail address",
    re.compile(r"\w+ at (?:gmail|hotmail|outlook|yahoo|proton|icloud)\b", re.IGNORECASE),
)
_PHONE = ("phone number", re.compile(r"(?<!\w)[+(]?\d(?:[\s().-]{0,2}\d){6,}(?!\w)"))
_HANDLE = ("handle", re.compile(r"(?<![\w.])[@＠][\w.]{2,}"))

type Patterns = tuple[tuple[str, re.Pattern[str]], ...]

TITLE_PATTERNS: Patterns = (*_LINKS, _EMAIL)
"""Some songs are named like a phone number and some artists like a handle, so titles are checked for links and e-mail
addresses only."""
TEMPLATE_PATTERNS: Patterns = (_EMAIL, _SPELLED_EMAIL, *_LINKS, _WORDLIKE_LINK, _PHONE)
TEXT_PATTERNS: Patterns = (*TEMPLATE_PATTERNS, _HANDLE)


def find_contact(text: str, patterns: Patterns = TEXT_PATTERNS) -> tuple[str, str, int] | None:
    """The first one as (kind, text, position), or None."""
    for kind, pattern in patterns:
        if match := pattern.search(text):
            return kind, match.group(), match.start()
    return None
