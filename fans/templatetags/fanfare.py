"""Template tags and filters for the pages of all apps: icons, marks, sleeves, links, times and names."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from django import template
from django.contrib.staticfiles import finders
from django.forms import BoundField, ChoiceField, FileField
from django.http import HttpRequest
from django.template import Context
from django.template.defaultfilters import truncatechars
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from accounts import time_zones
from catalog.models import Artist
from fans.entrances import entrances_of
from fans.models import Experience
from fans.moment_text import REASON_PREFIX, MomentText
from fans.receipts import TEAM_SUFFIX
from web import times

register = template.Library()
register.filter(times.write_date)
register.filter(times.write_time)
register.simple_tag(entrances_of)

ICON_SYMBOL = re.compile(r'<symbol id="([a-z-]+)" viewBox="0 0 24 24">(.+)</symbol>')
SPOT_COLORS = ("coral", "sea", "amber", "heather", "moss", "sky", "rose", "leaf", "cobalt", "clay", "slate")
LAST_CASED_LETTER = "\u058f"  # the last code point of Latin, Greek, Cyrillic and Armenian


@cache
def load_icons() -> dict[str, str]:
    """The symbols of static/icons.svg by name, read once in each process."""
    found = finders.find("icons.svg")
    assert isinstance(found, str)
    return dict(ICON_SYMBOL.findall(Path(found).read_text()))


@register.simple_tag
@cache
def icon(name: str, classes: str = "") -> SafeString:
    """The SVG itself, so that parts fetched by htmx bring their icons along. Always put words beside it."""
    classes = classes or ("icon" if name.startswith("i-") else "")
    attribute = format_html(' class="{}"', classes) if classes else ""
    drawing = mark_safe(load_icons()[name])  # noqa: S308  # our own file
    return format_html('<svg{} viewBox="0 0 24 24" aria-hidden="true">{}</svg>', attribute, drawing)


@register.simple_tag
def mark(made: str, words: str) -> SafeString:
    """How something was made, as shape, words and colour. `made` is a value of `Mark`, `words` its text."""
    return format_html('<span class="mark" data-made="{}">{}<span>{}</span></span>', made, icon(f"m-{made}"), words)


@register.simple_tag
def in_place(target: str, *others: str) -> SafeString:
    """Attributes of a form that changes its page without a reload: the id of the part that is new, and of others.

    The view redirects to the same page, or renders it. Without JavaScript the form is sent as usual. A field that asks
    the server by itself, while somebody types, does not inherit what to select.
    """
    also_new = format_html_join("", ",#{}", ((other,) for other in others))
    return format_html(
        'hx-boost="true" hx-push-url="false" hx-target="#{0}" hx-select="#{0}" hx-swap="outerHTML" '
        'hx-select-oob="#messages:innerHTML{1}" hx-disinherit="hx-select hx-select-oob"',
        target,
        also_new,
    )


@register.simple_tag(takes_context=True)
def nav_link(context: Context, name: str, label: str, symbol: str = "", **where: Any) -> SafeString:
    """A link of the navigation bar, or with a symbol a tab; "" if there is no URL of this name.

    `count` is the number of waiting items. `fresh` is the name of the URL from which a live page fetches it again.
    The link to the current page gets `aria-current`.
    """
    count, fresh = where.pop("count", None), where.pop("fresh", "")
    address = _reverse_or_empty(name, **where)
    if not address:
        return SafeString("")
    current = mark_safe(' aria-current="page"') if _is_current(context, name) else ""
    parts = (icon(symbol) if symbol else "", label, _live_count(count, _reverse_or_empty(fresh, **where)))
    return format_html('<a href="{}"{}>{}{}{}</a>', address, current, *parts)


@lru_cache(4096)
def _reverse_or_empty(name: str, **where: Any) -> str:
    """Cached, because every page has the same links, and reversing takes longer than rendering the link."""
    try:
        return reverse(name, kwargs=where)
    except NoReverseMatch:
        return ""


def _is_current(context: Context, name: str) -> bool:
    match = getattr(context.get("request"), "resolver_match", None)
    return name in (context.get("section"), getattr(match, "url_name", None))


def _live_count(count: Any, fresh: str) -> SafeString:
    if count is None or count == "":
        return SafeString("")
    live = format_html(' data-live="draft.pending draft.decided" hx-get="{}" hx-trigger="live"', fresh) if fresh else ""
    return format_html(" <span{}>{}</span>", live, waiting_count(count))


@register.simple_tag
def waiting_count(count: int) -> SafeString:
    """The number of waiting items beside a link. It is also the whole response of `review-count`."""
    if not count:
        return SafeString("")
    return format_html(
        '<span class="count">{}<span class="visually-hidden"> waiting</span></span>', short_number(count)
    )


@register.simple_tag
def studio_to_return_to(request: HttpRequest, own_studios: Iterable[Artist]) -> Artist | None:
    """The artist whose studio the person came from and will return to after this page, or None."""
    next_url = request.POST.get("next") or request.GET.get("next", "")
    return next((artist for artist in own_studios if next_url.startswith(f"/studio/{artist.slug}/")), None)


@register.filter
def artist_url(artist: Any) -> str:
    """The URL of an artist's page, cached."""
    return _reverse_or_empty("artist", slug=artist.slug)


@register.filter
def spot_color(artist: Artist) -> str:
    """The colour an artist chose, else one by the id. static/tokens.css defines the eleven."""
    return artist.spot or SPOT_COLORS[artist.pk % len(SPOT_COLORS)]


@register.filter
def initials(name: Any) -> str:
    """One letter of a name, or two if it has more words, for a face. "·" if there is no letter."""
    firsts = [word[0] for word in str(name).split() if word[0].isalnum()]
    firsts = firsts or [letter for letter in str(name) if letter.isalnum()][:1]
    return "".join(firsts[:1] + firsts[1:][-1:]).upper() or "·"


@register.filter
def has_tall_script(text: Any) -> bool:
    """Whether a text has letters taller than Latin, Greek and Cyrillic capitals, so it needs more line height."""
    return any(letter > LAST_CASED_LETTER and letter.isalpha() for letter in str(text))


@register.filter
def credit_html(name: Any) -> SafeString:
    """The name in a receipt: the artist's, or "<name>'s team". Only the artist's name is isolated in direction."""
    artist = str(name).removesuffix(TEAM_SUFFIX)
    return format_html("<bdi>{}</bdi>{}", artist, str(name).removeprefix(artist))


@dataclass(frozen=True, slots=True)
class Sleeve:
    """What templates/_sleeve.html draws: a shape, a caption and its subject, and the number."""

    shape: str
    caption: str
    subject: str = ""
    figure: int | None = None


@register.filter
def sleeve(experience: Experience) -> Sleeve:
    """The sleeve of an experience (with its artist): it shows the moment it answers."""
    text, artist = MomentText.of_reason(experience.why), experience.artist.name
    if experience.withdrawn_at:
        return Sleeve("bell", "Taken back", figure=text.figure)
    if text.nth is None:
        return Sleeve(text.shape, artist)
    return Sleeve(text.shape, text.label, text.title or artist, text.figure)


@register.filter
def moment_text(source: Any) -> MomentText:
    """The words of a moment. `source` is the `why` of an experience, or a program version (with its recording)."""
    if source is None or isinstance(source, dict):
        return MomentText.of_reason(source)
    return MomentText(source.moment, source.nth, source.recording.title if source.recording else None)


@register.filter
def short_number(number: Any) -> str:
    """At most four characters, which fit on a sleeve: 1000, 12k, 3m."""
    value = int(number)
    if value < 10_000:
        return str(value)
    return f"{value // 1000}k" if value < 1_000_000 else f"{value // 1_000_000}m"


@register.filter
def sleeve_figure(number: Any) -> SafeString:
    """The number on a sleeve. CSS sets its size by `data-chars`, the number of characters."""
    printed = short_number(number)
    return format_html('<span class="sleeve-figure" data-chars="{}">{}</span>', str(len(printed)), printed)


@register.filter
def thousands(number: int) -> str:
    """A number as people read it: 12,345."""
    return f"{number:,}"


@register.filter
def clip(text: Any, most: int) -> str:
    """At most `most` characters. Django's truncatechars is slow, so only long texts go through it."""
    whole = str(text)
    return whole if len(whole) <= most else truncatechars(whole, most)


TIME_STYLES = {
    "day": times.write_recent_time,
    "date": times.write_date,
    "time": times.write_clock,
    "full": times.write_exact_time,
}


@register.simple_tag
def local_time(when: Any, how: str = "day") -> SafeString:
    """A time in the reader's time zone; in UTC, which it then says, where we do not know that zone.

    `how`: "day" (today, 09:12), "date" (12 Nov 2026), "time" (09:12), "full" (12 Nov 2026, 08:54:41 GMT−8).
    """
    at = parse_time(when)
    if at is None:
        return SafeString("")
    stamp = at.astimezone(UTC).isoformat(timespec="seconds")
    return format_html('<time datetime="{}">{}</time>', stamp, TIME_STYLES[how](at))


@register.filter
def parse_time(when: Any) -> datetime | None:
    """A time as a datetime; receipts hold ISO times."""
    if not when:
        return None
    return datetime.fromisoformat(when) if isinstance(when, str) else when


@register.simple_tag
@cache
def time_zone_options() -> SafeString:
    """The options of a list that suggests time zones. Cached, because there are hundreds."""
    return format_html_join("", '<option value="{}"></option>', ((name,) for name in time_zones.listed_names()))


@register.filter
def field_errors(field: BoundField) -> list[str]:
    """The errors of a field; for a required field they say what to do."""
    is_choice = isinstance(field.field, ChoiceField | FileField)
    missing = "Choose one." if is_choice else "Fill this in; there is nothing here yet."
    errors = field.errors.as_data()
    return [missing if error.code == "required" else text for error in errors for text in error.messages]


@register.filter
def without_reason_prefix(sentence: Any) -> str:
    """The reason without "You got this because", which the page shows in bold."""
    return str(sentence or "").removeprefix(REASON_PREFIX)


@register.filter
def barcode_path(commitment: Any) -> str:
    """The SVG path of a barcode, 320 wide, made of the bits of a SHA-256 in hexadecimal."""
    digits = re.sub(r"[^0-9a-f]", "", str(commitment))
    bits = "".join(f"{int(digit, 16):04b}" for digit in digits)
    step = 320 / max(len(bits), 1)
    runs = ((run.start() * step, len(run.group()) * step) for run in re.finditer("1+", bits))
    return "".join(f"M{left:g} 0h{width:g}v56h-{width:g}z" for left, width in runs)


@register.filter
def digit_groups(text: Any, size: int = 8) -> str:
    """A long number in groups of `size`, so that people can compare it and lines can break."""
    return " ".join(re.findall(f".{{1,{size}}}", str(text)))
