"""Note and read how much of a remix that waits somebody of the artist's side has heard. The database keeps it true."""

from django.db.models import F, Value
from django.db.models.functions import Extract, Floor, Greatest, Least, Now

from accounts.models import Person
from artists.models import Draft, DraftHearing
from fans import remix_paper
from fans.remixes import is_remix


def note_opened(draft: Draft, *, by: Person) -> None:
    """Note that the sound of this revision was sent to this person. Only the first time counts."""
    DraftHearing.objects.get_or_create(draft=draft, revision=draft.revision, by=by.actor)


def note_heard(draft: Draft, seconds: int, *, by: Person) -> None:
    """Note that this person has heard so many seconds of it: never less than before, nor more than have gone by."""
    since = Floor(Extract(Now() - F("opened_at"), "epoch"))
    possible = Least(Value(min(seconds, count_seconds(draft))), since)
    DraftHearing.objects.filter(draft=draft, revision=draft.revision, by=by.actor).update(
        seconds=Greatest(F("seconds"), possible)
    )


def find_heard(draft: Draft, *, by: Person) -> int | None:
    """The seconds of this revision that this person has heard: 0 where it was never sent to them, None of words."""
    if not is_remix(draft.maker):
        return None
    found = DraftHearing.objects.filter(draft=draft, revision=draft.revision, by=by.actor)
    return found.values_list("seconds", flat=True).first() or 0


def count_seconds(draft: Draft) -> int:
    """How many whole seconds the sound lasts. The draft is a remix with its paper."""
    assert draft.text is not None
    return remix_paper.read(draft.text).seconds
