"""What the parties of an agreement choose: the scopes that follow from it, and the wording in plain English."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta, tzinfo
from itertools import product
from typing import Any

from django.utils.text import get_text_list

from accounts.countries import country_names
from rights.agreements import Scope, Terms
from rights.grants import Songs
from rights.models import AfterEnd, FeeBearer, Party, SplitScheme, Use
from rights.refusals import write_income
from rights.shares import Role, format_share

USES = {
    Use.REMIX: "a song in another form, made for one fan",
    Use.SHARE: "such a song on the artist’s page, for other fans to hear",
    Use.PLAYLIST: "songs put in an order for one fan",
    Use.DJ: "songs mixed into one set for one fan",
    Use.TIER: "what fans pay for an artist’s tiers, shared out by the split",
}
"""What an agreement can permit, and what each of them is."""
OF_ITEMS = ("How many", "Who says yes to each", "Afterwards")
"""Clauses about what is made. Under subscription income alone nothing is."""
NEVER = "Never for personal messages, a voice or the training of models: no agreement can permit those."
AFTERWARDS = {
    AfterEnd.PLAYS_ON: "What fans received before plays on.",
    AfterEnd.STOPS: "What fans received before stops playing. Their receipts stay.",
}


@dataclass(frozen=True, slots=True)
class Permission:
    """What is permitted: each of these uses, of each of these songs, in each of these countries."""

    uses: tuple[str, ...]
    songs: tuple[Songs, ...]
    countries: tuple[str, ...] = ("",)
    tier_class: str = ""
    covers_later: bool = False
    after_end: str = AfterEnd.PLAYS_ON
    monthly_limit: int | None = None
    remix_bounds: str = ""
    """JSON of how far remixes may go, and the same in words."""
    how_far: str = ""

    @property
    def is_income(self) -> bool:
        """Whether it is about subscription income alone: it is shared, and nothing is made."""
        return self.uses == (Use.TIER,)

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """One scope for each use, song and country."""
        items: dict[str, Any] = {"after_end": self.after_end, "monthly_limit": self.monthly_limit}
        return tuple(
            Scope(
                use,
                country=country,
                tier_class=self.tier_class,
                covers_later=self.covers_later and songs.is_all,
                **({} if self.is_income else items),
                **songs.columns,
            )
            for use, songs, country in product(self.uses, self.songs, self.countries)
        )


def write_terms(
    parties: Sequence[Party], permission: Permission, terms: Terms, *, zone: tzinfo = UTC, own_words: str = ""
) -> Terms:
    """The terms with the scopes of this permission, and with their wording.

    Each clause is a paragraph that begins with its heading and a colon. Free words of the parties come last.
    """
    clauses = {
        "Between": f"{'; '.join(_line(str(party)) for party in parties)}.",
        "For": f"{_write_uses(permission.uses)} {NEVER}",
        "What": _write_songs(permission),
        "Where": f"In {_write_countries(permission.countries)}.",
        "Tiers": f"For the tiers “{permission.tier_class}” alone." if permission.tier_class else "For every tier.",
        "When": _write_period(terms.starts_at, terms.ends_at, zone),
        "How far": f"A remix may go no further than this: {permission.how_far}. Artists sign limits inside it.",
        "How many": _write_limit(permission),
        "Who says yes to each": _write_keys(terms),
        "Afterwards": AFTERWARDS[AfterEnd(permission.after_end)],
        "Income": _write_split(terms.scheme),
    }
    clauses |= {"Also": own_words} if own_words else {}
    left_out = (*(OF_ITEMS if permission.is_income else ()), *(() if permission.how_far else ("How far",)))
    wording = "\n\n".join(f"{heading}: {text}" for heading, text in clauses.items() if heading not in left_out)
    return replace(terms, wording=wording, scopes=permission.scopes, remix_bounds=permission.remix_bounds)


def read_clauses(wording: str) -> list[tuple[str, str]]:
    """The heading and the text of each clause, as `write_terms` wrote them; other wordings are one clause.

    The parts, with a colon and a space between and an empty line after each, are the wording again.
    """
    written, marker, own_words = wording.partition("\n\nAlso: ")
    clauses = [tuple(part.split(": ", 1)) for part in written.split("\n\n")]
    if not wording.startswith("Between: ") or any(len(clause) != 2 for clause in clauses):
        return [("", wording)]
    return [(heading, text) for heading, text in clauses] + ([("Also", own_words)] if marker else [])


def describe_songs(songs: Songs) -> str:
    """One song as the wording names it, with its code where it has one."""
    if songs.recording:
        code = f" ({songs.recording.isrc})" if songs.recording.isrc else ""
        return f"“{_line(songs.recording.title)}” by {_line(songs.recording.artist_credit)}{code}"
    if songs.work:
        code = f" ({songs.work.iswc})" if songs.work.iswc else ""
        return f"every recording of the work “{_line(songs.work.title)}”{code}"
    return f"all songs of {songs.artist.name}" if songs.artist else "all songs"


def _write_uses(uses: Iterable[str]) -> str:
    return " ".join(f"{Use(use).label}: {USES[Use(use)]}." for use in uses)


def _write_songs(permission: Permission) -> str:
    named = "; ".join(describe_songs(songs) for songs in permission.songs)
    sentence = f"{named[0].upper()}{named[1:]}, in which the parties have a say."
    if not any(songs.is_all for songs in permission.songs):
        return sentence
    later = "Songs added later too." if permission.covers_later else "Not songs added after these terms begin."
    return f"{sentence} {later}"


def _write_countries(codes: Sequence[str]) -> str:
    if "" in codes:
        return "every country"
    names = [country_names().get(code, code) for code in codes]
    return get_text_list(names, "and")


def _write_period(starts_at: datetime | None, ends_at: datetime | None, zone: tzinfo) -> str:
    start = "From when every party has accepted"
    if starts_at:
        start = f"From {_write_moment(starts_at, zone)}, or from when every party has accepted, if that is later"
    end = f"until {_write_end(ends_at, zone)}" if ends_at else "without a set end"
    return f"{start}, {end}. Each party may end it sooner, at once."


def _write_moment(at: datetime, zone: tzinfo) -> str:
    local = at.astimezone(zone)
    return f"{local.day} {local:%B %Y, %H:%M} in the time of {zone} ({at.astimezone(UTC):%Y-%m-%d %H:%M} UTC)"


def _write_end(ends_at: datetime, zone: tzinfo) -> str:
    local = ends_at.astimezone(zone)
    if local.time() != time():
        return _write_moment(ends_at, zone)
    last = (local - timedelta(microseconds=1)).date()
    exact = f"{ends_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return f"the end of {last.day} {last:%B %Y} in the time of {zone} ({exact})"


def _write_limit(permission: Permission) -> str:
    if permission.monthly_limit is None:
        return "Without a limit."
    alone = ["each use"]
    if len(permission.songs) > 1:
        alone.append("each named song" if permission.songs[0].recording or permission.songs[0].work else "each artist")
    if len(permission.countries) > 1:
        alone.append("each country")
    counted = f", counted for {get_text_list(alone, 'and')} by itself" if len(alone) > 1 else " of each use"
    return f"At most {permission.monthly_limit:,} a calendar month (UTC){counted}."


def _write_keys(terms: Terms) -> str:
    keys = [
        f"{key.party.name} too, from number {key.above + 1:,} of a month on" if key.above else f"{key.party.name} too"
        for key in terms.keys
    ]
    return " ".join(f"{sentence}." for sentence in ("The artist", *keys))


def _write_split(scheme: SplitScheme | None) -> str:
    if scheme is None:
        return "These terms name no split, so nothing is sold under them."
    lines = scheme.lines.order_by("-share", "role")
    shares = "; ".join(f"{name_role(line.role)} {format_share(line.share)}" for line in lines)
    fee = "Fanfare pays" if scheme.fee_bearer == FeeBearer.PLATFORM else "Deducted before the split are"
    return f"Of the {write_income(scheme.use)}: {shares} (split {scheme.version}). {fee} the fees of card payments."


def name_role(role: str) -> str:
    """Who gets a share of a split, within a sentence."""
    return "Fanfare" if role == Role.PLATFORM else Role(role).label.lower()


def _line(text: str) -> str:
    """A title in one line, so that it begins no clause of its own."""
    return " ".join(text.split())
