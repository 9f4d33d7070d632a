"""After a new version of the text key: all keys are computed anew, and listens that coincide become one."""

from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from accounts.models import Person
from artists.models import Moment
from audit.models import Entry
from catalog import key_update as recordings
from catalog import registration, text_keys
from catalog.models import Artist, Recording
from config import key_update
from config.events import handle_batch
from fans import engagement, listening, opt_ins
from fans.models import Engagement, RecordingEngagement
from listens import key_update as listens
from listens import retraction
from listens.models import Listen
from live.models import Notice
from tests import factories
from tests.concurrency import is_waited_for, start_until_blocked
from tests.listens.factories import NOON, listen_event, make_fan, make_incoming
from tests.listens.retractions import (
    counts_of_rows,
    listen_record,
    outbox_records,
    retraction_record,
    stored_counts,
)
from tests.servers import Database, Processes, wait_until

CURLY, STRAIGHT, ACUTE = "Don’t Stop", "Don't Stop", "Don´t Stop"


@pytest.fixture
def ada(db: None) -> Artist:
    return create_ada()


def create_ada() -> Artist:
    ada = registration.add_artist("Ada", "ada", by="system:operator")
    registration.add_recording(ada, STRAIGHT, by="system:operator")
    return ada


def set_back(rows: Iterable[Listen | Recording]) -> None:
    """Give these rows the keys that version 1 gave them."""
    for row in rows:
        row.text_key, row.key_version = text_keys.compute(row.title, row.artist_credit, 1), 1
        row.save(update_fields=["text_key", "key_version"])


def store_by_version_1(fan: Person, *plays: tuple[int, str]) -> None:
    """Listens of a time when each spelling was a song of its own: two of them are two listens of one minute."""
    with transaction.atomic():
        for minute, title in plays:
            handle_batch([listen_record(fan, minute, title=title)])
            Listen.objects.filter(key_version=text_keys.VERSION).update(text_key=title.encode(), key_version=1)
        set_back(Listen.objects.filter(person=fan))


def update_keys() -> str:
    printed = StringIO()
    call_command("update_keys", stdout=printed)
    return printed.getvalue()


def test_all_keys_are_computed_anew(ada: Artist) -> None:
    curly = registration.add_recording(ada, "Won’t Stop", by="system:operator")
    store_by_version_1(make_fan("ana"), (1, CURLY), (2, STRAIGHT), (3, "Unheard Of"))
    set_back(Recording.objects.all())

    printed = update_keys()

    assert printed == "Keys are up to date: 2 recordings and 3 listens were updated.\n"
    for row in [*Listen.objects.all(), *Recording.objects.all()]:
        assert (bytes(row.text_key), row.key_version) == (text_keys.compute(row.title, row.artist_credit), 2)
    assert bytes(Recording.objects.get(pk=curly.pk).text_key) == text_keys.compute("Won't Stop", "Ada")
    assert update_keys() == "Keys are up to date: 0 recordings and 0 listens were updated.\n"


def test_listens_that_coincide_become_one_and_the_counts_are_right(ada: Artist) -> None:
    registration.add_recording(ada, "Day Train", by="system:operator")
    ana, bo = make_fan("ana"), make_fan("bo")
    store_by_version_1(
        ana, (1, CURLY), (1, STRAIGHT), (2, STRAIGHT), (2, CURLY), (2, ACUTE), (3, CURLY), (3, "Day Train")
    )
    store_by_version_1(bo, (2, CURLY))
    for listen in Listen.objects.filter(
        duplicate_of__isnull=False
    ):  # the fan has counted what was marked as duplicates
        engagement.set_separate(listen, separate=True, by=ana.actor)
    before = dict(Engagement.objects.values_list("person__handle", "listens"))

    update_keys()

    assert before == {"ana": 7, "bo": 1}
    assert list(Listen.objects.order_by("person__handle", "pk").values_list("person__handle", "title")) == [
        ("ana", CURLY),
        ("ana", STRAIGHT),
        ("ana", CURLY),
        ("ana", "Day Train"),
        ("bo", CURLY),
    ]
    assert dict(Engagement.objects.values_list("person__handle", "listens")) == {"ana": 4, "bo": 1}
    of_recordings = RecordingEngagement.objects.values_list("person__handle", "recording__title", "listens")
    assert set(of_recordings) == {("ana", STRAIGHT, 3), ("ana", "Day Train", 1), ("bo", STRAIGHT, 1)}
    assert list(Notice.objects.values_list("person__handle", "kind")) == [("ana", "listens.changed")]


def test_the_listen_that_is_matched_stays_and_the_audit_says_which_went(ada: Artist) -> None:
    ana = make_fan("ana")
    store_by_version_1(ana, (1, CURLY), (2, STRAIGHT))
    Recording.objects.update(text_key=b"", names_key=b"", leads_key=b"")
    store_by_version_1(ana, (1, STRAIGHT), (3, CURLY), (3, STRAIGHT))
    kept, _, removed, unmatched, also_removed = Listen.objects.order_by("pk")
    kept.delete()
    kept.pk = removed.pk + 1000  # the older id does not decide
    kept.save(force_insert=True)

    update_keys()

    assert set(Listen.objects.values_list("pk", flat=True)) >= {kept.pk, unmatched.pk}
    assert not Listen.objects.filter(pk__in=[removed.pk, also_removed.pk]).exists()
    assert stored_counts() == counts_of_rows()
    merged = Entry.objects.filter(action="listen.merged", actor="system:update_keys")
    assert {(entry.subject, entry.facts["removed"]) for entry in merged} == {
        (f"listen:{kept.pk}", removed.pk),
        (f"listen:{unmatched.pk}", also_removed.pk),
    }


def test_listens_that_are_being_retracted_are_gone_after_the_merge_too(ada: Artist) -> None:
    ana = make_fan("ana")
    store_by_version_1(ana, (1, STRAIGHT), (1, CURLY))
    retraction.retract(Listen.objects.get(title=CURLY), by=ana.actor)

    update_keys()
    merged = Listen.objects.count()
    handle_batch(outbox_records())

    assert (merged, Listen.objects.count(), stored_counts()) == (1, 0, {})


def test_the_duplicates_of_a_merged_listen_follow_it(ada: Artist) -> None:
    ana = make_fan("ana")
    store_by_version_1(ana, (1, STRAIGHT), (1, CURLY))
    first, second = Listen.objects.order_by("duplicate_of", "pk")
    engagement.set_separate(second if second.duplicate_of_id else first, separate=True, by=ana.actor)
    original = Listen.objects.get(is_separate=False)
    told_again = listen_event(
        ana.pk,
        started_at=(NOON + timedelta(minutes=2)).isoformat(),
        track={"title": STRAIGHT},
        client={"submission_client": "Another"},
    )
    handle_batch([make_incoming(told_again)])
    assert Listen.objects.get(client="Another").duplicate_of_id == original.pk

    update_keys()

    [kept, duplicate] = Listen.objects.order_by("pk")
    assert (duplicate.duplicate_of_id, stored_counts()) == (kept.pk, counts_of_rows())


def test_a_moment_moves_to_the_listen_that_stays(db: None) -> None:
    ada = factories.create_artist("Ada")
    song, _ = factories.create_recording(ada, STRAIGHT), factories.create_recording(ada, "Day Train")
    program = factories.create_program(ada, nth=2)
    ana = factories.create_fan(opted_in=ada)
    registered_key = bytes(song.text_key)
    Recording.objects.filter(pk=song.pk).update(text_key=b"", names_key=b"", leads_key=b"")
    store_by_version_1(ana, (1, "Day Train"), (2, ACUTE))
    Recording.objects.filter(pk=song.pk).update(text_key=registered_key)
    store_by_version_1(ana, (2, CURLY))
    moment = Moment.objects.get(program=program)
    first, second = Listen.objects.exclude(title="Day Train").order_by("pk")
    Listen.objects.filter(pk=first.pk).update(recording=song)

    update_keys()

    after = Moment.objects.get(program=program)
    assert (after.pk, moment.listen_id, after.listen_id) == (moment.pk, second.pk, first.pk)


def test_of_two_main_recordings_that_become_one_song_one_stays_main(ada: Artist) -> None:
    straight = Recording.objects.get()
    other = registration.add_recording(ada, "Day Train", by="system:operator")
    for recording in (straight, other):
        registration.mark_main(recording, by="system:operator")
    Recording.objects.filter(pk=other.pk).update(title=CURLY)  # to an older version that was another song
    set_back(Recording.objects.all())

    number = recordings.update_recordings()

    assert (number, list(Recording.objects.filter(is_main=True))) == (2, [straight])
    assert len({bytes(row.names_key) for row in Recording.objects.all()}) == 1


def test_a_run_that_is_killed_goes_on_where_it_was(committing_db: Database, processes: Processes) -> None:
    """A locked listen lets the run wait in its second batch, where it is killed."""
    create_ada()
    ana = make_fan("ana")
    with transaction.atomic(), connection.cursor() as cursor:
        handle_batch([listen_record(ana, n, title=f"Won’t Stop {n}") for n in range(2500)])
        cursor.execute("UPDATE listens_listen SET text_key = sha256(title::bytea), key_version = 1")

    with transaction.atomic():
        Listen.objects.select_for_update().get(pk=Listen.objects.order_by("pk")[listens.BATCH_SIZE + 500].pk)
        running = processes.start("update_keys")
        wait_until(lambda: Listen.objects.filter(key_version=2).count() and is_waited_for(), seconds=60)
        running.kill()
        running.wait(10)
    printed = update_keys()

    assert printed.endswith(f"and {2500 - listens.BATCH_SIZE} listens were updated.\n")
    stored = Listen.objects.values_list("text_key", "title")
    assert all(bytes(key) == text_keys.compute(title, "Ada") for key, title in stored)


def test_a_consumer_that_stores_the_same_play_meanwhile_does_not_double_it(committing_db: Database) -> None:
    create_ada()
    ana = make_fan("ana")
    store_by_version_1(ana, (1, CURLY), (2, CURLY))

    with transaction.atomic():
        handle_batch([listen_record(ana, 1, title=STRAIGHT)])
        finish_update = start_until_blocked(key_update.update_keys)
    finish_update()

    assert Listen.objects.count() == 2
    assert stored_counts() == counts_of_rows()


def test_a_retraction_that_comes_meanwhile_still_finds_its_listen(committing_db: Database) -> None:
    """It has the key of version 1, and waits until the listen has the key of version 2."""
    create_ada()
    ana = make_fan("ana")
    store_by_version_1(ana, (1, CURLY))
    data = {
        "user_id": str(ana.pk),
        "second": 1_793_534_460,
        "text_key": text_keys.compute(CURLY, "Ada", 1).hex(),
    }

    with transaction.atomic():
        listens.store_update(listens.plan_update(listens.find_stale()))
        retract = partial(handle_batch, [retraction_record(ana, data=data)])
        finish_batch = start_until_blocked(transaction.atomic(retract))
    finish_batch()

    assert Listen.objects.count() == 0


def store_unmatched(fan: Person, *plays: tuple[int, str]) -> None:
    """Listens of a time when the keys of the recordings matched nothing of this spelling."""
    Recording.objects.update(text_key=b"", names_key=b"", leads_key=b"", isrc=None)
    store_by_version_1(fan, *plays)
    Recording.objects.update(key_version=1)
    assert set(Listen.objects.values_list("recording", flat=True)) == {None}


def test_listens_that_matched_nothing_are_matched_again_and_counted(ada: Artist) -> None:
    ana, bo = make_fan("ana"), make_fan("bo")
    store_unmatched(ana, (1, CURLY), (2, STRAIGHT), (3, "Unheard Of"))
    store_unmatched(bo, (1, CURLY))
    assert stored_counts() == {}

    update_keys()

    matched = Listen.objects.filter(recording__title=STRAIGHT).order_by("person__handle", "second")
    assert list(matched.values_list("person__handle", "title")) == [("ana", CURLY), ("ana", STRAIGHT), ("bo", CURLY)]
    assert dict(Engagement.objects.values_list("person__handle", "listens")) == {"ana": 2, "bo": 1}
    of_recordings = RecordingEngagement.objects.values_list("person__handle", "listens")
    assert sorted(of_recordings) == [("ana", 2), ("bo", 1)]
    assert sorted(Notice.objects.values_list("person__handle", "kind")) == [
        ("ana", "listens.changed"), ("bo", "listens.changed")
    ]  # fmt: skip
    update_keys()
    assert dict(Engagement.objects.values_list("person__handle", "listens")) == {"ana": 2, "bo": 1}


def test_what_is_matched_again_counts_once_a_play(ada: Artist) -> None:
    """A duplicate that the fan counts as a play of its own counts, and one that is marked as a duplicate does not."""
    ana = make_fan("ana")
    store_unmatched(ana, (1, CURLY), (1, STRAIGHT), (2, STRAIGHT))
    [first, twin, third] = Listen.objects.order_by("second", "pk")
    move(twin, 1)
    Listen.objects.filter(pk=third.pk).update(is_separate=True)

    update_keys()

    twin.refresh_from_db()
    assert (twin.duplicate_of_id, twin.duplicate_reason) == (first.pk, "same_client")
    assert Engagement.objects.get().listens == 2
    assert stored_counts() == counts_of_rows()


def test_listens_a_second_apart_that_were_two_songs_become_one_play(ada: Artist) -> None:
    ana = make_fan("ana")
    store_by_version_1(ana, (1, "Unheard’s"), (1, "Unheard's"))
    first, second = Listen.objects.order_by("pk")
    move(second, 1)

    update_keys()

    second.refresh_from_db()
    assert (second.duplicate_of_id, second.duplicate_reason) == (first.pk, "same_client")
    assert [listening.count_listens(ana).total, Engagement.objects.count()] == [1, 0]


def test_what_is_matched_again_reaches_no_moment(ada: Artist) -> None:
    factories.create_program(ada, nth=1)
    ana = make_fan("ana")
    opt_ins.opt_in(ana, ada)
    store_unmatched(ana, (1, CURLY))

    update_keys()

    assert (Engagement.objects.get().listens, Moment.objects.count()) == (1, 0)


def move(listen: Listen, seconds: int) -> None:
    """Let a stored listen have begun later. By an update: no event changes a listen."""
    started_at = listen.started_at + timedelta(seconds=seconds)
    Listen.objects.filter(pk=listen.pk).update(started_at=started_at, second=int(started_at.timestamp()))
