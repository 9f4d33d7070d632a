"""Turn what somebody typed into the terms of an agreement, and send them to the other parties. Pages and API use it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.countries import country_names
from accounts.models import Person
from accounts.time_zones import start_of_day
from ai.remix.bounds import OuterBounds
from artists import rights_mail
from artists.exceptions import InvalidPeriod, InvalidRequest
from artists.label.roster import claimed_recordings
from artists.remixes import owner_bounds
from catalog import identifiers
from catalog.models import Artist, Recording, RecordingWork, Work
from rights import agreement_versions, agreements, parties, roster
from rights.agreement_effect import Proposal
from rights.agreement_terms import Permission, write_terms
from rights.agreements import Key, Terms
from rights.grants import Songs
from rights.models import AgreementVersion, Party, SplitScheme, Use
from rights.refusals import write_use

MAX_SONGS = 200
MAX_COUNTRIES = 300
MAX_NUMBER = 2_000_000_000
MAX_PROBLEMS = 5
FARTHEST_END = timedelta(days=30 * 366)
EU = (
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
    "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
)  # fmt: skip
COUNTRY_GROUPS = {"EU": EU, "European Union": EU}
KEY_HOLDERS = {"": "Nobody else", "own": "We do", "all": "Every label and publisher in it does"}


@dataclass(frozen=True, slots=True)
class Choices:
    """What a rightsholder chose, as objects."""

    artists: Sequence[Artist]
    others: Sequence[Party]
    uses: Sequence[str]
    songs: Sequence[Songs] = ()
    """None of them: the whole catalogue."""
    countries: Sequence[str] = ()
    """None of them: everywhere."""
    tier_class: str = ""
    covers_later: bool = False
    after_end: str = "plays_on"
    monthly_limit: int | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    zone: tzinfo = UTC
    second_key: str = ""
    key_above: int = 0
    scheme: SplitScheme | None = None
    own_words: str = ""
    bounds: OuterBounds | None = None
    """How far remixes may go."""

    def list_parties(self, own: Party) -> list[Party]:
        """The rightsholder itself first, then the artists, then the others."""
        found = [own, *parties.list_artist_parties(self.artists), *self.others]
        return list(dict.fromkeys(found))

    def write(self, own: Party) -> Terms:
        """The terms with their wording."""
        everything = [Songs(artist) for artist in self.artists] or [Songs()]
        permission = Permission(
            tuple(self.uses),
            tuple(self.songs or everything),
            tuple(self.countries) or ("",),
            self.tier_class,
            self.covers_later and not self.songs,
            self.after_end,
            self.monthly_limit,
            self.bounds.to_json() if self.bounds else "",
            "; ".join(owner_bounds.describe(self.bounds)) if self.bounds else "",
        )
        terms = Terms("", (), self.starts_at, self.ends_at, self.scheme, tuple(self._list_keys(own)))
        return write_terms(self.list_parties(own), permission, terms, zone=self.zone, own_words=self.own_words)

    def _list_keys(self, own: Party) -> Iterable[Key]:
        holders = {"own": [own], "all": [own, *self.others]}.get(self.second_key, [])
        return (Key(party, self.key_above) for party in dict.fromkeys(holders))


def suppose(own: Party, choices: Choices, terms: Terms, previous: AgreementVersion | None) -> Proposal:
    """The dry run's question about terms that are not stored."""
    replaces: list[int] = []
    if previous:
        versions = AgreementVersion.objects.filter(agreement=previous.agreement_id, live_from__isnull=False)
        replaces = list(versions.values_list("pk", flat=True))
    return Proposal(
        choices.list_parties(own), terms.scopes, terms.starts_at, replaces, terms.scheme, terms.remix_bounds
    )


@transaction.atomic
def send(
    own: Party, choices: Choices, *, title: str, previous: AgreementVersion | None, by: Person
) -> AgreementVersion:
    """Propose the terms to all parties, as the next version of an agreement or as a new one.

    The same terms that still wait are found again, so that a form that was sent twice proposes once. Raises NotAllowed.
    """
    terms, number = choices.write(own), agreements.open_number(own)
    waiting = agreement_versions.list_of(own).filter(live_from=None, ended_at=None, wording=terms.wording)
    if previous:
        number, waiting = previous.agreement.number, waiting.filter(agreement=previous.agreement_id)
    if (same := waiting.first()) is not None:
        return same
    version = agreements.propose(number, choices.list_parties(own), terms, by=by, title=title)
    rights_mail.mail_agreement("proposed", version, own)
    return version


def list_roster_artists(own: Party) -> QuerySet[Artist]:
    """The artists who can be chosen: those on the roster now."""
    return Artist.objects.filter(pk__in=own.roster.filter(roster.LIVE).values("artist")).order_by("name", "pk")


def find_each[Found](texts: Iterable[str], find: Callable[[str], Found]) -> list[Found]:
    """What the texts find, each once. Raises ValidationError with a sentence for each that finds nothing."""
    found, problems = [], []
    for text in dict.fromkeys(text.strip() for text in texts):
        try:
            found.append(find(text))
        except InvalidRequest as error:
            problems.append(str(error))
    if problems:
        raise ValidationError(problems[:MAX_PROBLEMS])
    return list(dict.fromkeys(found))


def find_party(text: str) -> Party:
    """The verified rightsholder of this name, ISNI, IPI or DPID. Raises InvalidRequest, which says what to do."""
    code = identifiers.normalise(text)
    known = Party.objects.filter(artist=None, verified_at__isnull=False)
    found = list(known.filter(Q(name__iexact=text) | Q(isni=code) | Q(ipi=code) | Q(dpid=code)).order_by("pk")[:2])
    if len(found) == 1:
        return found[0]
    if found:
        raise InvalidRequest(f"Several go by “{text}”. Write the ISNI, the IPI or the DPID of the right one.")
    raise InvalidRequest(
        f"Nobody here goes by “{text}”. Only our staff add labels and publishers, once they have checked them."
    )


def party_key(party: Party) -> str:
    """What finds this party again: a code that is its alone, or else the name."""
    return party.dpid or party.isni or party.ipi or party.name


def find_songs(own: Party, text: str) -> Songs:
    """A recording by its ISRC or title, or a work by its ISWC, of which the party claims a part.

    Raises InvalidRequest.
    """
    mine, code = claimed_recordings(own), identifiers.normalise(text)
    of_mine = RecordingWork.objects.live().filter(recording__in=mine)
    works = Work.objects.filter(iswc=code, pk__in=of_mine.values("work"))
    if work := works.first():
        return Songs(work=work)
    found = list(mine.filter(Q(isrc=code) | Q(title__iexact=text)).select_related("artist").distinct()[:2])
    if len(found) == 1:
        return _songs_of(found[0])
    if found:
        raise InvalidRequest(f"Several of your songs are called “{text}”. Write the ISRC of the right one.")
    raise InvalidRequest(f"None of your songs has the title, ISRC or ISWC “{text}”.")


def _songs_of(recording: Recording) -> Songs:
    return Songs(artist=recording.artist, recording=recording)


def find_countries(text: str) -> tuple[str, ...]:
    """The codes of a country by its name or code, or of a group of countries. Raises InvalidRequest."""
    groups = {name.casefold(): codes for name, codes in COUNTRY_GROUPS.items()}
    if text.casefold() in groups:
        return groups[text.casefold()]
    names = country_names()
    by_name = {name.casefold(): code for code, name in names.items()}
    code = text.upper() if text.upper() in names else by_name.get(text.casefold())
    if code is None:
        raise InvalidRequest(f"We know no country “{text}”. Write its English name, or its code such as PT.")
    return (code,)


def find_problems(choices: Choices) -> dict[str, str]:
    """What does not fit together, by the name of the field: a sentence that says what to change."""
    problems: dict[str, str] = {}
    if not choices.artists and not choices.others:
        problems["artists"] = "Choose somebody to agree with: an artist, or a publisher or another label."
    scheme = choices.scheme
    if scheme and scheme.use not in choices.uses:
        problems["scheme"] = f"This split is for {write_use(scheme.use)}, which these terms do not permit."
    elif scheme and scheme.tier_class not in ("", choices.tier_class):
        problems["scheme"] = f"This split is for the tiers “{scheme.tier_class}” alone."
    if choices.covers_later and choices.songs:
        problems["covers_later"] = "You named songs, so none is added later. Switch it off, or name no song."
    if choices.key_above and not choices.second_key:
        problems["key_above"] = "Nobody holds a second key, so leave this empty."
    if choices.bounds and Use.REMIX not in choices.uses:
        problems["uses"] = "You say how far remixes may go, so choose remixes, or limit nothing."
    if Use.SHARE in choices.uses:
        problems |= _find_share_problems(choices)
    return problems | (_find_income_problems(choices) if Use.TIER in choices.uses else {})


def _find_share_problems(choices: Choices) -> dict[str, str]:
    """What does not fit shared remixes: the artist's team puts them on the artist's page, and nobody counts them."""
    rest = "Leave this empty, or write an agreement for shared remixes alone."
    problems: dict[str, str] = {}
    if choices.monthly_limit:
        problems["monthly_limit"] = f"Shared remixes are not counted. {rest}"
    if choices.second_key:
        problems["second_key"] = f"The artist’s team alone says which remixes are shared. {rest}"
    return problems


def _find_income_problems(choices: Choices) -> dict[str, str]:
    """What does not fit subscription income, which is shared while nothing is made of it."""
    problems: dict[str, str] = {}
    if len(choices.uses) > 1:
        problems["uses"] = "Subscription income has a split of its own. Write an agreement for it alone."
    elif choices.scheme is None:
        problems["scheme"] = "Choose how subscription income is split. Without a split these terms say nothing."
    if choices.songs:
        problems["songs"] = "Subscription income is of an artist as a whole. Leave this empty."
    if choices.monthly_limit:
        problems["monthly_limit"] = "Nothing is made of subscription income, so nothing is counted. Leave this empty."
    if choices.second_key:
        problems["second_key"] = "Nothing is made of subscription income, so there is nothing to approve."
    return problems


def read_period(
    first_day: date | None, last_day: date | None, zone: ZoneInfo, *, now: datetime
) -> tuple[datetime | None, datetime | None]:
    """The start of the first day and the end of the last one in this zone. Raises InvalidPeriod."""
    today = now.astimezone(zone).date()
    for field, day in (("first_day", first_day), ("last_day", last_day)):
        if day and day > today + FARTHEST_END:
            raise InvalidPeriod(field, "That is more than thirty years ahead. Choose an earlier day, or none.")
    if first_day and first_day < today:
        problem = "The first day is in the past. Without one it begins when everybody has accepted."
        raise InvalidPeriod("first_day", problem)
    if last_day and last_day < (first_day or today):
        raise InvalidPeriod("last_day", "The last day is before the first, or in the past.")
    starts_at = start_of_day(first_day, zone) if first_day else None
    return starts_at, start_of_day(last_day + timedelta(days=1), zone) if last_day else None
