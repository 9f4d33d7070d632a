"""Draw: what the templates of every room share: icons, times, an artist's ink, links that know where they are."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from django import template
from django.contrib.staticfiles import finders
from django.db.models import QuerySet
from django.forms import BoundField, ChoiceField
from django.template import Context
from django.template.defaultfilters import truncatechars
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from accounts.models import Person
from catalog.models import Artist
from fans.models import Experience
from fans.moment_text import ordinal

register = template.Library()


@register.filter(name="ordinal")
def _ordinal(number: Any) -> str:
    return ordinal(int(number))


ICON_SYMBOL = re.compile(r'<symbol id="([a-z-]+)" viewBox="0 0 24 24">(.+)</symbol>')
SPOT_COLORS = ("coral", "sea", "amber", "heather", "moss", "sky", "rose", "leaf", "cobalt", "clay", "slate")
REASON_PREFIX = "You got this because "
LAST_CASED_LETTER = "\u058f"  # Latin, Greek, Cyrillic and Armenian end here
TEAM_SUFFIX = "'s team"  # how artists/marks.py and artists/receipts.py end the credit of a team


@cache
def load_icons() -> dict[str, str]:
    """The symbols of static/icons.svg by name, read once a process."""
    found = finders.find("icons.svg")
    assert isinstance(found, str)
    return dict(ICON_SYMBOL.findall(Path(found).read_text()))


@register.simple_tag
@cache
def icon(name: str, classes: str = "") -> SafeString:
    """The drawing itself, so that a part that htmx puts into any page brings its own. Words stand beside it, always."""
    classes = classes or ("icon" if name.startswith("i-") else "")
    attribute = format_html(' class="{}"', classes) if classes else ""
    drawing = mark_safe(load_icons()[name])  # noqa: S308  # our own file
    return format_html('<svg{} viewBox="0 0 24 24" aria-hidden="true">{}</svg>', attribute, drawing)


@register.simple_tag
def mark(made: str, words: str) -> SafeString:
    """How something was made: shape, words and colour. `made` is one of the six, `words` what people read."""
    return format_html('<span class="mark" data-made="{}">{}<span>{}</span></span>', made, icon(f"m-{made}"), words)


@register.simple_tag(takes_context=True)
def nav_link(context: Context, name: str, label: str, symbol: str = "", **where: Any) -> SafeString:
    """A link of the bar, or with a symbol one of the tabs; nothing where there is no such address.

    `count` is how much waits there, kept fresh from the address named `fresh`. The page one is on is the current one.
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
    """Kept, for every page leads to the same ones; to work an address out takes longer than to draw its link."""
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
    """How much waits, as the brass number beside a link: part of the page, and the whole answer of `review-count`."""
    if not count:
        return SafeString("")
    return format_html(
        '<span class="count">{}<span class="visually-hidden"> waiting</span></span>', short_number(count)
    )


@register.simple_tag
def artists_of(person: Any) -> QuerySet[Artist]:
    """The artists whose team this person belongs to."""
    if not isinstance(person, Person):
        return Artist.objects.none()
    return Artist.objects.filter(team__members__person=person).order_by("name", "pk")


@register.filter
def artist_url(artist: Any) -> str:
    """Where an artist's page is: a feed leads to the same few again and again."""
    return _reverse_or_empty("artist", slug=artist.slug)


@register.filter
def spot_color(artist: Artist) -> str:
    """The ink an artist chose, else one by the id: tokens.css holds the eleven."""
    return artist.spot or SPOT_COLORS[artist.pk % len(SPOT_COLORS)]


@register.filter
def initials(name: Any) -> str:
    """One letter, or two of a name of more words; for a face. Where none begins with a letter, its first one."""
    firsts = [word[0] for word in str(name).split() if word[0].isalnum()]
    firsts = firsts or [letter for letter in str(name) if letter.isalnum()][:1]
    return "".join(firsts[:1] + firsts[1:][-1:]).upper() or "·"


@register.filter
def has_tall_script(name: Any) -> bool:
    """Whether it needs room above and below that Latin, Greek and Cyrillic capitals do not: then it is set looser."""
    return any(letter.isalpha() and letter > LAST_CASED_LETTER for letter in str(name))


@register.filter
def credit_html(name: Any) -> SafeString:
    """Who a receipt names: the artist, or "X's team". Only the name may run its own way; our words about it do not."""
    whose = str(name).removesuffix(TEAM_SUFFIX)
    return format_html("<bdi>{}</bdi>{}", whose, str(name).removeprefix(whose))


@dataclass(frozen=True, slots=True)
class Sleeve:
    """What templates/_sleeve.html draws: a shape, a line about a moment, what it was about, and the number."""

    shape: str
    line: str
    what: str = ""
    figure: int | None = None


@register.filter
def sleeve(experience: Experience) -> Sleeve:
    """The moment that earned it is the artwork. It comes with its artist."""
    why, artist = experience.why or {}, experience.artist.name
    number = why.get("nth")
    if experience.withdrawn_at:
        return Sleeve("bell", "Taken back", figure=number)
    if why.get("moment") == "first_listen":
        return Sleeve("sun", "First listen", why.get("recording") or artist, 1)
    if number:
        return Sleeve("bell", f"{ordinal(number)} listen", why.get("recording") or artist, number)
    return Sleeve("bars", artist)


@register.filter
def short_number(number: Any) -> str:
    """At most four characters, as a sleeve has room for: 1000, 12k, 3m."""
    value = int(number)
    if value < 10_000:
        return str(value)
    return f"{value // 1000}k" if value < 1_000_000 else f"{value // 1_000_000}m"


@register.filter
def sleeve_figure(number: Any) -> SafeString:
    """The number as a sleeve prints it: how large depends on how many characters there are."""
    printed = short_number(number)
    return format_html('<span class="sleeve-figure" data-chars="{}">{}</span>', str(len(printed)), printed)


@register.filter
def clip(text: Any, most: int) -> str:
    """At most so many characters. Django's own counts what is drawn, which takes long; hardly any text needs it."""
    whole = str(text)
    return whole if len(whole) <= most else truncatechars(whole, most)


@register.simple_tag
def local_time(when: Any, how: str = "day") -> SafeString:
    """A time, for people where they are: static/app.js puts it into their own zone. Without it UTC is said.

    `how`: "day" (today, 09:12), "date" (12 Nov 2026), "time" (09:12), "full" (12 Nov 2026, 08:54:41 UTC, everywhere).
    """
    moment = _to_utc(when)
    if moment is None:
        return SafeString("")
    clock = {"date": "", "time": " %H:%M UTC", "full": " %H:%M:%S UTC"}.get(how, " %H:%M UTC")
    said = moment.strftime(clock).strip()
    if how != "time":
        day = f"{moment.day} {moment:%b %Y}"
        said = f"{day}, {said}" if said else day
    local = format_html(' data-at="{}"', how) if how != "full" else ""
    return format_html('<time datetime="{}"{}>{}</time>', moment.isoformat(timespec="seconds"), local, said)


@register.filter
def parse_time(text: Any) -> datetime | None:
    """An ISO time, as receipts keep it, for Django's own filters."""
    return _to_utc(text)


def _to_utc(when: Any) -> datetime | None:
    if not when:
        return None
    return (datetime.fromisoformat(when) if isinstance(when, str) else when).astimezone(UTC)


@register.filter
def field_errors(field: BoundField) -> list[str]:
    """What to change in this field; Django's "This field is required." says only what is wrong."""
    chosen = isinstance(field.field, ChoiceField)
    missing = "Choose one." if chosen else "Fill this in; there is nothing here yet."
    errors = field.errors.as_data()
    return [missing if error.code == "required" else text for error in errors for text in error.messages]


@register.filter
def without_reason_prefix(sentence: Any) -> str:
    """The reason without the three words that stand before it in bold."""
    return str(sentence or "").removeprefix(REASON_PREFIX)


@register.filter
def barcode_path(commitment: Any) -> str:
    """The path of a barcode, 320 wide: the very bits of the commitment, so that two look different."""
    digits = re.sub(r"[^0-9a-f]", "", str(commitment))
    bits = "".join(f"{int(digit, 16):04b}" for digit in digits)
    step = 320 / max(len(bits), 1)
    runs = ((run.start() * step, len(run.group()) * step) for run in re.finditer("1+", bits))
    return "".join(f"M{left:g} 0h{width:g}v56h-{width:g}z" for left, width in runs)


@register.filter
def digit_groups(text: Any, size: int = 8) -> str:
    """A long number in groups that an eye can follow and a line can break."""
    return " ".join(re.findall(f".{{1,{size}}}", str(text)))
