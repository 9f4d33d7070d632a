"""A fan offers a delivered remix to the artist's shelf, and the team decides about it."""

import pytest

from accounts import ages
from accounts.exceptions import NotAllowed
from accounts.models import Consent
from artists import erasure
from artists.exceptions import InvalidRequest, NotOffered, Stale, TermsChanged, Uncleared
from artists.remixes import envelopes
from artists.remixes import shelf as decisions
from audit.models import Entry
from catalog.models import Artist
from fans import experiences, shelf
from fans.models import Render, ShelfEntry
from live.models import Notice
from rights import grants
from rights.models import Decision, Use
from tests import factories
from tests.accounts.factories import switch_off
from tests.artists import shelf_scene
from tests.artists.shelf_scene import Shelf
from tests.module_scenes import share_scene_with_audio

pytestmark = pytest.mark.django_db


module_scene, scene = share_scene_with_audio(shelf_scene.create_in)


def heard_by(country: str = "PT") -> list[str]:
    """What a hearer in this country reads of each entry."""
    hearer = factories.create_fan("Ove", country=country)
    return [entry.mark_words for entry in shelf.list_for(hearer, Artist.objects.get())]


def actions(entry: ShelfEntry) -> list[str]:
    return list(Entry.objects.filter(subject=str(entry)).order_by("pk").values_list("action", flat=True))


def consents_of(scene: Shelf) -> list[str]:
    acts = Consent.objects.filter(person=scene.maker, about=f"shelf:{scene.experience.pk}").order_by("pk")
    return list(acts.values_list("act", flat=True))


def told(entry: ShelfEntry, since: int = 0) -> set[str]:
    people = Notice.objects.filter(reference=str(entry), kind="shelf.changed").order_by("pk")[since:]
    return {f"person:{notice.person_id}" for notice in people}


def test_an_offer_waits_for_the_team_with_the_terms_that_were_accepted(scene: Shelf) -> None:
    entry = scene.offer()

    consent = Consent.objects.get(about=f"shelf:{scene.experience.pk}")
    assert (entry.state, entry.name, entry.mark, entry.consent) == ("offered", "Zeynep", "remixed", consent)
    assert "You are not paid for it" in consent.words
    assert actions(entry) == ["shelf.offered"]
    assert told(entry) >= {scene.maker.actor, scene.principal.actor}
    assert heard_by() == []
    with pytest.raises(Stale, match="already"):
        scene.offer()


def test_its_maker_and_the_team_are_told_when_its_copy_is_made(scene: Shelf) -> None:
    entry, editor = scene.offer(ready=False), factories.get_member(scene.experience.artist, "editor")
    before = Notice.objects.filter(kind="shelf.changed").count()

    assert entry.render
    shelf.tell_copy(entry.render)
    shelf.tell_copy(Render.objects.get(kind="full"))

    people = told(entry, before)
    assert people >= {scene.maker.actor, scene.principal.actor, editor.actor}
    assert Notice.objects.filter(kind="shelf.changed").count() == before + len(people)


def test_others_hear_what_the_team_put_on(scene: Shelf) -> None:
    reviewer = factories.get_member(scene.experience.artist, "reviewer")

    entry = decisions.put_on(scene.offer().pk, by=reviewer)

    decision = entry.decision
    assert decision
    assert (entry.state, decision.kind, decision.role, decision.by) == ("on", "shelf", "reviewer", reviewer.actor)
    assert (entry.shelf_hash, decision.under) == (decision.content_hash, Decision.objects.get(kind="envelope"))
    assert heard_by() == ["Remixed by Zeynep, approved by Mara Veil"]
    assert actions(entry) == ["shelf.offered", "shelf.put_on"]


def test_a_refused_name_costs_the_name_and_not_the_entry(scene: Shelf) -> None:
    entry = decisions.put_on_without_name(scene.offer("Mara Veil").pk, by=scene.principal)

    assert (entry.state, entry.name, entry.is_name_refused) == ("on", "", True)
    assert heard_by() == ["Remixed by a fan, approved by Mara Veil"]


def test_a_name_is_taken_off_later_by_another_decision(scene: Shelf) -> None:
    first = scene.put_on()

    second = decisions.refuse_name(first.pk, by=scene.principal)

    assert (second.state, second.name, second.is_name_refused) == ("on", "", True)
    assert second.decided_at == first.decided_at
    assert Decision.objects.filter(kind="shelf").count() == 2
    assert second.decision != first.decision
    assert heard_by() == ["Remixed by a fan, approved by Mara Veil"]
    with pytest.raises(Stale, match="without a name"):
        decisions.refuse_name(first.pk, by=scene.principal)


def test_what_is_declined_may_be_offered_again(scene: Shelf) -> None:
    declined = decisions.decline(scene.offer().pk, by=scene.principal)

    again = scene.offer("")
    assert consents_of(scene) == ["given", "withdrawn", "given"]
    assert (declined.state, declined.decision, again.state) == ("declined", None, "offered")
    with pytest.raises(Stale, match="declined"):
        decisions.put_on(declined.pk, by=scene.principal)


def test_nobody_offers_all_day(scene: Shelf) -> None:
    for _ in range(decisions.OFFERS_A_DAY):
        decisions.take_off(scene.offer(ready=False).pk, by=scene.maker)

    with pytest.raises(NotOffered, match="many within a day"):
        scene.offer(ready=False)

    assert ShelfEntry.objects.count() == decisions.OFFERS_A_DAY


@pytest.mark.parametrize("who", ["maker", "reviewer"])
def test_the_maker_and_the_team_take_it_off(scene: Shelf, who: str) -> None:
    entry = scene.put_on()
    by = scene.maker if who == "maker" else factories.get_member(entry.artist, "reviewer")

    ended = decisions.take_off(entry.pk, by=by)

    assert (ended.state, ended.ended_by) == ("off", by.actor)
    assert heard_by() == []
    assert consents_of(scene) == ["given", "withdrawn"]
    facts = Entry.objects.get(action="shelf.taken_off").facts
    assert facts["reason"] == ("maker" if who == "maker" else "team")
    assert Render.objects.get(kind="shelf").expires_at is not None
    assert not experiences.received_by(scene.maker).get().withdrawn_at


def test_nobody_else_decides(scene: Shelf) -> None:
    entry = scene.offer()
    for decide in (decisions.put_on, decisions.decline, decisions.take_off):
        with pytest.raises(NotAllowed):
            decide(entry.pk, by=factories.create_fan("Ove"))
    for decide in (decisions.put_on, decisions.decline):
        with pytest.raises(NotAllowed):
            decide(entry.pk, by=scene.maker)


def test_it_goes_with_what_its_maker_has(scene: Shelf) -> None:
    entry = scene.put_on()

    experiences.withdraw(scene.experience.pk, by="system:operator", reason="a test")

    entry.refresh_from_db()
    assert (entry.state, entry.ended_by, entry.name) == ("off", "system:operator", "Zeynep")
    erasure.erase_experience(scene.experience.pk, by="system:operator", reason="a test")
    entry.refresh_from_db()
    assert (entry.name, entry.salt, entry.shelf_hash) == (None, None, None)


def test_erasing_takes_it_off_with_the_name(scene: Shelf) -> None:
    entry = scene.put_on()

    erasure.erase_experience(scene.experience.pk, by="system:operator", reason="a test")

    entry.refresh_from_db()
    assert (entry.state, entry.name, entry.salt) == ("off", None, None)
    assert heard_by() == []


def test_who_is_switched_off_or_became_younger_has_no_name_there(scene: Shelf) -> None:
    entry = scene.put_on()
    ages.lower(scene.maker, "16_17", by=factories.get_staff(), reason="a test")
    assert heard_by() == ["Remixed by a fan, approved by Mara Veil"]

    switch_off(scene.maker)

    assert heard_by() == []
    assert ShelfEntry.objects.get(pk=entry.pk).state == "on"


def test_who_became_younger_before_the_decision_is_put_on_as_a_fan(scene: Shelf) -> None:
    entry = scene.offer()
    ages.lower(scene.maker, "16_17", by=factories.get_staff(), reason="a test")

    on = decisions.put_on(entry.pk, by=scene.principal)

    assert (on.state, on.name, on.is_name_refused) == ("on", "", True)
    assert Entry.objects.get(action="shelf.put_on").facts["named"] is False
    assert heard_by() == ["Remixed by a fan, approved by Mara Veil"]


def test_a_hearer_hears_it_where_everybody_permits_it(scene: Shelf) -> None:
    scene.put_on()
    artist = scene.experience.artist

    grants.switch_on(artist, Use.SHARE, by=scene.principal, fresh=True, territories=["PT", "ES"])

    assert [len(heard_by(country)) for country in ("PT", "ES", "DE")] == [1, 1, 0]
    grants.switch_off(artist, Use.SHARE, by=scene.principal)
    assert heard_by() == []
    assert shelf.may_offer(experiences.received_by(scene.maker).get()) is False


def test_nothing_is_heard_once_the_limits_end(scene: Shelf) -> None:
    scene.put_on()

    envelopes.end(scene.song.recording, by=scene.principal)

    assert heard_by() == []


def test_what_narrower_limits_do_not_allow_comes_off_at_once(scene: Shelf) -> None:
    on = scene.put_on()
    other = shelf_scene.deliver(scene.song, factories.create_fan("Ove", opted_in=on.artist), tempo_percent=95)
    waiting = other.offer("Ove")
    scene.song.sign(scene.song.save(export=shelf_scene.SHARED, tempo_percent=(88, 112)))
    assert (len(heard_by()), ShelfEntry.objects.open().count()) == (1, 2)

    scene.song.sign(scene.song.save(export=shelf_scene.SHARED, tempo_percent=(95, 105)))

    assert heard_by() == []
    on.refresh_from_db()
    waiting.refresh_from_db()
    assert (on.state, on.ended_by, waiting.state) == ("off", scene.principal.actor, "offered")
    assert Entry.objects.get(action="shelf.taken_off").facts["reason"] == "narrowed"
    assert scene.maker.actor in told(on)
    delivered = experiences.received_by(scene.maker).get()
    assert (delivered.is_hidden, shelf.may_offer(delivered)) == (False, False)
    with pytest.raises(NotOffered):
        scene.offer()


def test_nothing_is_put_on_before_its_copy_is_made_or_without_every_yes(scene: Shelf) -> None:
    entry = scene.offer(ready=False)
    with pytest.raises(Stale, match="not made yet"):
        decisions.put_on(entry.pk, by=scene.principal)
    shelf_scene.make_copy(entry)
    grants.switch_off(entry.artist, Use.SHARE, by=scene.principal)
    with pytest.raises(Uncleared, match="shared remixes are off"):
        decisions.put_on(entry.pk, by=scene.principal)
    assert ShelfEntry.objects.get().state == "offered"


@pytest.mark.parametrize("name", ["www.mara.example", "call +351 912 345 678", "...", "n" * 49])
def test_no_address_and_no_sentence_is_a_name(scene: Shelf, name: str) -> None:
    with pytest.raises(InvalidRequest):
        scene.offer(name)


@pytest.mark.parametrize("name", ["Wojciech Żak", "李静", "Zeynep Aydın", ""])
def test_names_of_every_script_are_names(scene: Shelf, name: str) -> None:
    assert scene.offer(name).name == name


def test_others_read_the_name_as_it_was_checked(scene: Shelf) -> None:
    assert scene.offer("Ｚｅｙｎｅｐ  O´Neill").name == "Zeynep O’Neill"


def test_under_18_it_is_by_a_fan(scene: Shelf) -> None:
    young = factories.create_fan("Ines", opted_in=scene.experience.artist, age_band="16_17")
    scene = shelf_scene.deliver(scene.song, young)
    with pytest.raises(InvalidRequest, match="Under 18"):
        scene.offer("Ines")

    scene.put_on("")

    assert heard_by() == ["Remixed by a fan, approved by Mara Veil"]


def test_it_is_offered_under_the_terms_that_were_shown_and_where_the_limits_share_it(scene: Shelf) -> None:
    closed = type(shelf_scene.SHARED)(stream=True, download=False, share=False)
    scene.song.sign(scene.song.save(export=closed))
    scene = shelf_scene.deliver(scene.song)
    own = experiences.received_by(scene.maker).select_related("artist").get()

    assert shelf.may_offer(own) is False
    with pytest.raises(NotOffered):
        scene.offer()
    with pytest.raises(TermsChanged):
        decisions.offer(own, by=scene.maker, name="", terms_hash="0" * 64)
    assert not ShelfEntry.objects.exists()
