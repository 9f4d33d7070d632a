"""Whether a draft may still reach its fan: the fan is opted in, has not paused the program, and no key is missing.

What a fan asked for needs no opt-in: the request is the consent, until it ends.
"""

from collections.abc import Collection

from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, QuerySet, TextField
from django.db.models.expressions import RawSQL

from artists.exceptions import Muted, OptedOut, Stale, TakenBack
from artists.models import Draft, ExperienceRequest
from fans import mutes, opt_ins
from fans.consent_texts import FLOWS, Flow
from rights.models import Use

# SQL on a row of artists_draft, shared with `holds`. Building the review's query from Exists() instead took 1.7 ms in
# place of 0.8, on every page of the review.
FAN_COLUMN, ARTIST_COLUMN = "artists_draft.person_id", "artists_draft.artist_id"
# A request is its own consent: neither an opt-in nor a pause is asked about it.
REQUESTED_SQL = "(SELECT ended_at IS NULL FROM artists_experiencerequest WHERE moment_id = artists_draft.moment_id)"
OPTED_IN_SQL = (
    f"coalesce({REQUESTED_SQL}, {opt_ins.active_sql(FAN_COLUMN, ARTIST_COLUMN, since='artists_draft.written_at')})"
)
PAUSED_SQL = mutes.muted_sql(
    FAN_COLUMN, "(SELECT program_id FROM artists_programversion WHERE id = artists_draft.version_id)"
)
MUTED_SQL = f"({PAUSED_SQL} AND {REQUESTED_SQL} IS NULL)"

HAS_PLACES_SQL = "rights_has_places(artists_draft.clearance_id, 'moment:' || artists_draft.moment_id)"
REASON_NO_PLACE = "uncleared: its place among those of the month was given back"


def missing_keys_sql(draft: str) -> str:
    """The ids of the parties whose key is missing, on a row of artists_draft that is named so."""
    item = f"'moment:' || {draft}.moment_id"
    return f"SELECT rights_missing_keys({draft}.clearance_id, {draft}.id, {item}, {draft}.content_hash)"


def waits_for_sql(draft: str) -> str:
    """The names of those parties, for a draft that the artist's team approved; of others an empty array."""
    return f"CASE WHEN {draft}.state = 'awaiting' THEN {missing_names_sql(draft)} ELSE ARRAY[]::text[] END"


def missing_names_sql(draft: str) -> str:
    """Their names as an array."""
    return f"""ARRAY(
        SELECT name FROM rights_party WHERE id IN ({missing_keys_sql(draft)}) ORDER BY name, id
    )::text[]"""  # noqa: S608


def find_lacking(drafts: Collection[Draft]) -> dict[int, str]:
    """Why the database would refuse to deliver some of these: no key, or no place. No query where all are messages."""
    shared = [draft.pk for draft in drafts if draft.use != Use.PERSONAL_MESSAGE]
    if not shared:
        return {}
    rows = Draft.objects.filter(pk__in=shared).values_list(
        "pk",
        RawSQL(missing_names_sql("artists_draft"), [], ArrayField(TextField())),  # noqa: S611
        RawSQL(HAS_PLACES_SQL, [], BooleanField()),  # noqa: S611
    )
    lacking = {pk: REASON_NO_PLACE for pk, _, has_places in rows if not has_places}
    return lacking | {pk: f"uncleared: not approved by {', '.join(names)}" for pk, names, _ in rows if names}


def agreed_to(flow: Flow) -> RawSQL:
    """The condition on drafts that their fan agreed to words that allow this. The database asks the same function."""
    columns = f"{FAN_COLUMN}, {ARTIST_COLUMN}"
    return RawSQL(f"fans_agreed_to({columns}, %s)", [FLOWS[flow].since], BooleanField())  # noqa: S611


def annotate_eligibility(drafts: QuerySet[Draft]) -> QuerySet[Draft]:
    """The drafts with `opted_in`, `muted` and `waits_for`, in the same query.

    An opt-in counts only for drafts written after it. We told the fan that what waited before it is not sent.
    """
    fragments = {"opted_in": OPTED_IN_SQL, "muted": MUTED_SQL}
    flags = {name: RawSQL(sql, [], BooleanField()) for name, sql in fragments.items()}  # noqa: S611
    return annotate_waits_for(drafts).annotate(**flags)


def annotate_waits_for(drafts: QuerySet[Draft]) -> QuerySet[Draft]:
    """The drafts with `waits_for`: the names of the rightsholders whose key is missing."""
    names = {"waits_for": RawSQL(waits_for_sql("artists_draft"), [], ArrayField(TextField()))}  # noqa: S611
    return drafts.annotate(**names)


def lock_opted_in(drafts: Collection[Draft]) -> set[int]:
    """The ids of the drafts whose opt-in is older than they are. It cannot end until this transaction has committed.

    Of drafts that were asked for: those whose request has not ended.
    """
    asked = [draft for draft in drafts if draft.version.is_asked_for]
    noticed = [draft for draft in drafts if not draft.version.is_asked_for]
    ended = find_ended([draft.moment_id for draft in asked], hold=True)
    since = opt_ins.active_since([draft.fan_and_artist for draft in noticed], hold=True)
    return {draft.pk for draft in asked if draft.moment_id not in ended} | {
        draft.pk
        for draft in noticed
        if draft.fan_and_artist in since and since[draft.fan_and_artist] <= draft.written_at
    }


def find_ended(moments: Collection[int], *, hold: bool) -> set[int]:
    """Which of these moments are requests that ended. `hold` locks the others until this transaction has committed."""
    if not moments:
        return set()
    requests = ExperienceRequest.objects.filter(moment__in=moments).order_by("pk")
    if hold:
        requests = requests.select_for_update(no_key=True)
    return {moment for moment, ended_at in requests.values_list("moment", "ended_at") if moment and ended_at}


def find_muted(drafts: Collection[Draft]) -> set[int]:
    """The ids of the drafts whose program the fan paused. A request is no matter of a pause."""
    noticed = [draft for draft in drafts if not draft.version.is_asked_for]
    muted = mutes.muted_pairs({draft.fan_and_program for draft in noticed})
    return {draft.pk for draft in noticed if draft.fan_and_program in muted}


def find_refusal(draft: Draft) -> Stale | None:
    """Why nobody can decide a pending draft, before it is withdrawn; None where somebody can, or it is not pending."""
    if draft.state != Draft.State.PENDING:
        return None
    if not draft.opted_in:
        return TakenBack() if draft.version.is_asked_for else OptedOut()
    return Muted() if draft.muted else None
