"""Compute the keys of listens anew, after a new version of the key. Listens that then coincide become one.

Those that tell of one play with different times become duplicates. Those that matched no recording are matched again.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from audit import trail
from audit.actors import SystemActor
from catalog import text_keys
from catalog.matching import RecordingIdentifiers, match_recordings
from listens import duplicates
from listens.changes import Changes, RemovedListen
from listens.models import Listen

ACTOR = SystemActor.UPDATE_KEYS
BATCH_SIZE = 1000
# UPDATE … FROM unnest has no form in the ORM: 20,000 listens took 10 s, with bulk_update 41 s.
UPDATE_KEYS = """
UPDATE listens_listen AS listen SET text_key = updated.text_key, key_version = %s
FROM unnest(%s::bigint[], %s::bytea[]) AS updated (id, text_key) WHERE listen.id = updated.id
"""

type Play = tuple[UUID, int, bytes]
"""What is unique among listens: fan, second and key."""


@dataclass
class KeyUpdate:
    """What one batch changes. `merged` leads from each listen that is deleted to the one that stays for it.

    `with_new_key` are the listens whose key is another than before.
    """

    listens: list[Listen] = field(default_factory=list)
    with_new_key: list[int] = field(default_factory=list)
    merged: dict[int, int] = field(default_factory=dict)
    removed: list[RemovedListen] = field(default_factory=list)

    @property
    def kept(self) -> list[Listen]:
        """The listens that are not deleted."""
        return [listen for listen in self.listens if listen.pk not in self.merged]


def find_stale() -> list[tuple[int, UUID]]:
    """A batch of (id, fan) of the listens that have a key of an older version."""
    stale = Listen.objects.exclude(key_version=text_keys.VERSION).order_by("pk")
    return list(stale.values_list("pk", "person_id")[:BATCH_SIZE])


def plan_update(stale: Iterable[tuple[int, UUID]]) -> KeyUpdate:
    """Lock these listens and compute their keys. Say which of them are one play, also with other listens of the fan.

    Listens that another process has updated or deleted meanwhile are left out. Whoever else changes listens of these
    fans waits until the transaction ends: a retraction looks for a listen by its key.
    """
    ids, fans = zip(*stale, strict=True)
    duplicates.lock_fans(set(fans))
    update = KeyUpdate(list(_locked().exclude(key_version=text_keys.VERSION).filter(pk__in=ids)))
    plays: dict[Play, list[Listen]] = defaultdict(list)
    for listen in update.listens:
        key = text_keys.compute(listen.title, listen.artist_credit)
        if key != bytes(listen.text_key):
            listen.text_key = key
            update.with_new_key.append(listen.pk)
            plays[listen.person_id, listen.second, key].append(listen)
    for twin in _find_twins(plays):
        plays[twin.person_id, twin.second, bytes(twin.text_key)].append(twin)
    for twins in plays.values():
        _plan_merge(twins, update)
    return update


def _locked() -> QuerySet[Listen]:
    rows = Listen.objects.select_related("recording").defer("extra")
    return rows.select_for_update(of=("self",)).order_by("pk")


def _find_twins(plays: dict[Play, list[Listen]]) -> list[Listen]:
    """Lock and return the listens that already have a key which others are about to get."""
    if not plays:
        return []
    fans, seconds, keys = (set(column) for column in zip(*plays, strict=True))
    changed = [listen.pk for listens in plays.values() for listen in listens]
    rows = _locked().filter(person__in=fans, second__in=seconds, text_key__in=keys).exclude(pk__in=changed)
    return [row for row in rows if (row.person_id, row.second, bytes(row.text_key)) in plays]


def _plan_merge(twins: list[Listen], update: KeyUpdate) -> None:
    """Keep the listen that says most: no duplicate, not taken back, not set aside, matched, the oldest of those."""
    kept, *others = sorted(
        twins,
        key=lambda each: (
            each.duplicate_of_id is not None,
            each.retracted_at is not None,
            each.set_aside,
            each.recording_id is None,
            each.pk,
        ),
    )
    for other in others:
        artist = other.recording.artist_id if other.recording else None
        update.merged[other.pk] = kept.pk
        was_counted = not other.set_aside and other.duplicate_of_id is None
        update.removed.append(RemovedListen(other.person_id, artist, other.recording_id, other.started_at, was_counted))


def store_update(update: KeyUpdate) -> None:
    """Delete the merged listens and store the new keys of the others. Duplicates of a merged listen follow it."""
    followers = list(Listen.objects.filter(duplicate_of__in=list(update.merged)).exclude(pk__in=list(update.merged)))
    for follower in followers:
        assert follower.duplicate_of_id is not None
        follower.duplicate_of_id = update.merged[follower.duplicate_of_id]
    Listen.objects.bulk_update(followers, ["duplicate_of"])
    Listen.objects.filter(pk__in=list(update.merged)).delete()
    trail.record_all(
        trail.new_entry("listen.merged", by=ACTOR, subject=f"listen:{kept}", removed=removed)
        for removed, kept in update.merged.items()
    )
    ids, keys = [each.pk for each in update.kept], [bytes(each.text_key) for each in update.kept]
    with connection.cursor() as cursor:
        cursor.execute(UPDATE_KEYS, [text_keys.VERSION, ids, keys])


def match_again(update: KeyUpdate) -> Changes:
    """Match the listens that matched nothing, and mark what is a duplicate by the new keys, after `store_update`.

    What it returns is history: it is counted and reaches no moments.
    """
    matched = _match_recordings([listen.pk for listen in update.kept if listen.recording_id is None])
    with_new_key = set(update.with_new_key) - update.merged.keys()
    if not matched and not with_new_key:
        return Changes()
    changes = duplicates.mark_duplicates(with_new_key.union(matched), not_counted=matched)
    changes.counted.extend(duplicates.read_counted(Listen.objects.filter(pk__in=matched, is_separate=True)))
    return changes


def _match_recordings(listen_ids: Iterable[int]) -> list[int]:
    """Store the recordings that these listens match, and return the ids of those that match one."""
    rows = list(Listen.objects.filter(pk__in=list(listen_ids)))
    matched = []
    for row, match in zip(rows, match_recordings([_recording_identifiers(row) for row in rows]), strict=True):
        if match:
            row.recording_id = match[0]
            matched.append(row)
    Listen.objects.bulk_update(matched, ["recording"])
    return [row.pk for row in matched]


def _recording_identifiers(listen: Listen) -> RecordingIdentifiers:
    track = listen.extra.get("track", {})
    names = tuple(artist["name"] for artist in track.get("artists", ()))
    mbid = str(listen.recording_mbid) if listen.recording_mbid else ""
    loose = text_keys.compute_loose(listen.title, listen.artist_credit, names)
    return RecordingIdentifiers(track.get("catalog_id", ""), listen.isrc, mbid, bytes(listen.text_key), loose)
