"""Messages are true when they are approved and delivered: else written again once, or stopped with the reason."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models.functions import Now
from pytest_django import Settings

from accounts.models import Person
from artists import delivery, drafts, fact_checks, review
from artists.exceptions import Outdated
from artists.models import Draft, Moment
from artists.studio.fact_annotations import annotate_facts
from artists.studio.sent import list_settled_drafts
from artists.studio.statistics import get_statistics
from audit.models import Entry
from catalog.models import Artist, Recording
from fans.models import Engagement, Experience
from tests import factories
from tests.artists.studio.pages import member_client

SINCE_WORDS = {"locale": "en-GB", "templates": ["Thank you[, {name}]. You are here since {since}."]}
SONG_WORDS = {"locale": "en-GB", "templates": ["{artist} here. You found {song}."]}


@pytest.fixture
def artist(db: None) -> Artist:
    artist = factories.create_artist()
    factories.remove_undo_time(artist)
    return artist


@pytest.fixture
def principal(artist: Artist) -> Person:
    return factories.get_member(artist, "principal")


def rename(fan: Person, name: str) -> None:
    Person.objects.filter(pk=fan.pk).update(name=name)


def states() -> list[tuple[str, str]]:
    """State and reason of every draft."""
    return list(Draft.objects.order_by("pk").values_list("state", "reason"))


def play(fan: Person, artist: Artist, times: int) -> None:
    factories.detect_moments(factories.insert_listens(fan, artist, times))


def test_a_changed_name_lets_the_draft_be_written_again_at_approval(artist: Artist, principal: Person) -> None:
    draft = factories.create_pending_draft(artist)
    rename(draft.person, "Eva")

    with pytest.raises(Outdated, match=r"^This is not true any more: the fan’s name changed\. Another draft is being"):
        review.approve(draft.pk, by=principal)
    assert states() == [("withdrawn", fact_checks.CHANGED_FACTS["name"])]
    assert Moment.objects.get().state == "noticed"
    drafts.write_next()

    again = Draft.objects.get(replaces=draft)
    assert (again.state, again.moment, again.revision) == ("pending", draft.moment, 1)
    assert again.text.startswith("Thank you, Eva.")
    assert again.deadline > draft.deadline
    review.approve(again.pk, by=principal)
    delivery.deliver_next()
    assert Experience.objects.get().text == again.text
    written, written_again = Entry.objects.filter(action="draft.written").order_by("pk")
    assert ("replaces" in written.facts, written_again.facts["replaces"]) == (False, draft.pk)
    [withdrawn] = Entry.objects.filter(action="draft.withdrawn")
    assert (withdrawn.actor, withdrawn.subject) == (fact_checks.ACTOR, f"draft:{draft.pk}")


def test_a_name_that_changes_after_the_approval_stops_the_delivery(artist: Artist, principal: Person) -> None:
    draft = factories.create_approved_draft(artist)
    rename(draft.person, "Eva")

    delivery.deliver_next()
    drafts.write_next()

    assert not Experience.objects.exists()
    assert states() == [("withdrawn", fact_checks.CHANGED_FACTS["name"]), ("pending", "")]
    again = Draft.objects.get(replaces=draft)
    assert (again.decision, again.decided_by) == (None, None)
    review.approve(again.pk, by=principal)
    delivery.deliver_next()
    assert Experience.objects.get().text.startswith("Thank you, Eva.")


def test_a_draft_that_is_withdrawn_at_delivery_says_why_and_is_counted_as_stopped(artist: Artist) -> None:
    draft = factories.create_approved_draft(artist)
    rename(draft.person, "Eva")

    delivery.deliver_next()

    [entry] = Entry.objects.filter(action__in=["draft.withdrawn", "draft.undeliverable"])
    assert (entry.action, entry.actor) == ("draft.withdrawn", fact_checks.ACTOR)
    assert entry.facts == {"reason": fact_checks.CHANGED_FACTS["name"]}
    [stopped] = list_settled_drafts(artist, sent=False)[0]
    assert (stopped.state, stopped.reason_sentence) == ("withdrawn", "Outdated: the fan’s name changed.")
    assert list_settled_drafts(artist)[0] == []
    assert get_statistics(artist).stopped == 1
    page = member_client(artist, "reviewer").get(f"/studio/{artist.slug}/review/{draft.pk}")
    assert "This draft no longer waits: outdated: the fan’s name changed." in page.text


def test_it_is_written_again_once_only(artist: Artist, principal: Person) -> None:
    draft = factories.create_pending_draft(artist)
    rename(draft.person, "Eva")
    with pytest.raises(Outdated):
        review.approve(draft.pk, by=principal)
    drafts.write_next()
    again = Draft.objects.get(replaces=draft)
    rename(draft.person, "Ida")

    with pytest.raises(Outdated, match=r"the fan’s name changed\. Nothing of this goes out\.$"):
        review.approve(again.pk, by=principal)

    assert not drafts.write_next()
    assert [state for state, _ in states()] == ["withdrawn", "withdrawn"]
    assert Moment.objects.get().state == "drafted"


def test_a_change_of_what_the_text_does_not_say_changes_nothing(artist: Artist, principal: Person) -> None:
    song = factories.create_recording(artist, "Low Tide")
    program = factories.create_program(artist, recording=song, wording={"locale": "en", "templates": ["Thank you."]})
    draft = factories.create_pending_draft(artist, program=program)
    rename(draft.person, "Eva")
    Person.objects.update(time_zone="Pacific/Auckland")
    Recording.objects.update(title="High Tide")
    Artist.objects.update(name="Mara Weil")

    assert review.approve(draft.pk, by=principal).state == "approved"
    delivery.deliver_next()

    assert Experience.objects.get().text == "Thank you."


@pytest.mark.parametrize(
    ("template", "name", "new_name"),
    [
        ("[{name}さん、]ありがとう。", "花子", "桃子"),
        ("[{name}님, ]고마워요.", "지민", "서연"),
        ("Hei[ {name}lle], kiitos.", "Ana", "Eva"),
    ],
)
def test_a_changed_name_beside_a_letter_is_noticed_too(
    artist: Artist, principal: Person, template: str, name: str, new_name: str
) -> None:
    program = factories.create_program(artist, wording={"locale": "ja", "templates": [template]})
    draft = factories.create_pending_draft(artist, factories.create_fan(name, opted_in=artist), program=program)
    assert name in draft.text
    assert [fact.value for fact in annotate_facts(draft).facts] == [name]
    rename(draft.person, new_name)

    with pytest.raises(Outdated, match="the fan’s name changed"):
        review.approve(draft.pk, by=principal)
    drafts.write_next()

    assert Draft.objects.get(replaces=draft).text == draft.text.replace(name, new_name)


def test_a_principal_who_takes_the_old_name_out_approves_the_text(artist: Artist, principal: Person) -> None:
    draft = factories.create_pending_draft(artist)
    rename(draft.person, "Eva")

    assert review.edit(draft.pk, "Thank you, Eva.", by=principal, fresh=True).state == "approved"


@pytest.mark.parametrize(
    ("change", "slot", "text"),
    [
        (lambda: Recording.objects.update(title="High Tide"), "song", "Mara Veil here. You found High Tide."),
        (lambda: Artist.objects.update(name="Mara Weil"), "artist", "Mara Weil here. You found Low Tide."),
    ],
)
def test_a_changed_title_or_artist_lets_it_be_written_again(
    artist: Artist, principal: Person, change: object, slot: str, text: str
) -> None:
    song = factories.create_recording(artist, "Low Tide")
    program = factories.create_program(artist, recording=song, wording=SONG_WORDS)
    draft = factories.create_pending_draft(artist, program=program)
    change()  # type: ignore[operator]

    with pytest.raises(Outdated):
        review.approve(draft.pk, by=principal)
    drafts.write_next()

    assert states() == [("withdrawn", fact_checks.CHANGED_FACTS[slot]), ("pending", "")]
    assert Draft.objects.get(replaces=draft).text == text


def test_another_time_zone_lets_it_be_written_again_only_if_the_day_is_another(
    artist: Artist, principal: Person
) -> None:
    moment = factories.create_moment(factories.create_program(artist, wording=SINCE_WORDS))
    Engagement.objects.update(first_at=datetime(2026, 1, 1, 4, 30, tzinfo=UTC))
    drafts.write_next()
    draft = Draft.objects.get(moment=moment)
    assert draft.text.endswith("You are here since 1 January 2026.")

    Person.objects.filter(pk=draft.person_id).update(time_zone="Europe/Lisbon")
    assert fact_checks.find_outdated([Draft.objects.get(pk=draft.pk)]) == {}
    Person.objects.filter(pk=draft.person_id).update(time_zone="America/Los_Angeles")
    with pytest.raises(Outdated, match="the day of the first listen changed"):
        review.approve(draft.pk, by=principal)
    drafts.write_next()

    assert Draft.objects.get(replaces=draft).text.endswith("You are here since 31 December 2025.")


def first_listen_draft(artist: Artist) -> Draft:
    return factories.create_pending_draft(
        artist, program=factories.create_program(artist, moment="first_listen", nth=1)
    )


@pytest.mark.parametrize(("more", "holds"), [(1, True), (2, False)])
def test_the_first_listen_is_told_until_the_third(artist: Artist, principal: Person, more: int, holds: bool) -> None:
    draft = first_listen_draft(artist)
    play(draft.person, artist, more)

    if holds:
        assert review.approve(draft.pk, by=principal).state == "approved"
    else:
        with pytest.raises(Outdated, match=r"the first listen is no longer new\. Nothing of this goes out"):
            review.approve(draft.pk, by=principal)
        assert not drafts.write_next()
        assert states() == [("withdrawn", fact_checks.REASON_NOT_NEW)]


def test_a_first_listen_that_was_approved_is_not_delivered_after_the_tenth(artist: Artist, principal: Person) -> None:
    draft = first_listen_draft(artist)
    review.approve(draft.pk, by=principal)
    play(draft.person, artist, 9)

    delivery.deliver_next()

    assert states() == [("withdrawn", fact_checks.REASON_NOT_NEW)]
    assert not Experience.objects.exists()


@pytest.mark.parametrize(("hours", "holds"), [(23, True), (25, False)])
def test_the_first_listen_is_told_for_a_day(artist: Artist, principal: Person, hours: int, holds: bool) -> None:
    draft = first_listen_draft(artist)
    Moment.objects.update(noticed_at=Now() - timedelta(hours=hours))

    assert (fact_checks.find_outdated([draft]) == {}) is holds


def test_nobody_has_longer_to_decide_than_a_first_listen_is_new(artist: Artist, settings: Settings) -> None:
    settings.FIRST_LISTEN_HOURS = 2

    draft = first_listen_draft(artist)

    assert draft.deadline - draft.written_at == timedelta(hours=2)


def test_a_first_listen_of_long_ago_gets_no_draft(artist: Artist) -> None:
    moment = factories.create_moment(factories.create_program(artist, moment="first_listen", nth=1))
    play(moment.person, artist, 9)

    drafts.write_next()

    moment.refresh_from_db()
    assert (moment.state, moment.reason, states()) == ("refused", fact_checks.REASON_NOT_NEW, [])


def test_the_nth_listen_is_told_while_so_many_stand(artist: Artist, principal: Person) -> None:
    draft = factories.create_pending_draft(artist)
    play(draft.person, artist, 20)
    assert fact_checks.find_outdated([draft]) == {}
    Engagement.objects.update(listens=2)

    with pytest.raises(Outdated, match=r"this number is not reached any more\. Nothing of this goes out"):
        review.approve(draft.pk, by=principal)

    assert states() == [("withdrawn", fact_checks.REASON_NOT_REACHED)]
    assert not drafts.write_next()


def test_a_refused_approval_of_a_member_who_may_not_approve_withdraws_nothing(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist)
    editor = factories.get_member(artist, "editor")
    review.edit(draft.pk, "Thank you, Ana. So many listens.", by=editor)
    rename(draft.person, "Eva")

    with pytest.raises(Exception, match="only Mara Veil can approve"):
        review.approve(draft.pk, by=factories.get_member(artist, "reviewer"))

    assert states() == [("pending", "")]


def test_many_drafts_are_checked_with_the_queries_of_one(artist: Artist, django_assert_num_queries: object) -> None:
    program = factories.create_program(artist)
    for name in ("Ana", "Bea", "Cem"):
        factories.create_pending_draft(artist, factories.create_fan(name, opted_in=artist), program=program)
    related = ("artist", "person", "version__recording")
    found = list(Draft.objects.select_related(*related))

    with django_assert_num_queries(1):  # type: ignore[operator]  # no recording, no first listen
        assert fact_checks.find_outdated(found) == {}
