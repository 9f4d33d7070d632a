import pytest

from accounts.models import Consent
from audit.models import Entry
from fans import opt_ins
from fans.models import OptIn
from tests import factories
from tests.concurrency import run_at_once
from tests.servers import Database


@pytest.mark.django_db
def test_a_yes_keeps_the_words_it_was_given_to() -> None:
    artist, fan = factories.create_artist(), factories.create_fan()

    given = opt_ins.opt_in(fan, artist)

    assert (given.consent.act, given.consent.version, given.consent.about) == ("given", 1, f"artist:{artist.pk}")
    assert given.consent.words == opt_ins.consent_text(artist)
    assert "Mara Veil's team may write to you here" in given.consent.words
    assert opt_ins.active_pairs([(fan.pk, artist.pk)]) == {(fan.pk, artist.pk)}


@pytest.mark.django_db
def test_a_second_yes_is_the_first_one() -> None:
    artist, fan = factories.create_artist(), factories.create_fan()

    assert opt_ins.opt_in(fan, artist) == opt_ins.opt_in(fan, artist)
    assert Consent.objects.filter(person=fan).count() == 1
    assert Entry.objects.filter(action="opt_in.given", actor=fan.actor).count() == 1


@pytest.mark.django_db
def test_opting_out_ends_it_and_says_so_in_the_same_words(monkeypatch: pytest.MonkeyPatch) -> None:
    artist = factories.create_artist()
    fan = factories.create_fan(opted_in=artist)
    told = opt_ins.consent_text(artist)
    monkeypatch.setitem(opt_ins.CONSENT_TEXTS, 2, "Other words about {artist}.")
    monkeypatch.setattr(opt_ins, "CONSENT_VERSION", 2)

    assert opt_ins.opt_out(fan, artist)

    assert opt_ins.active_pairs([(fan.pk, artist.pk)]) == set()
    acts = Consent.objects.filter(person=fan).order_by("pk").values_list("act", "version", "words")
    assert list(acts) == [("given", 1, told), ("withdrawn", 1, told)]
    assert Entry.objects.filter(action="opt_in.ended", actor=fan.actor, subject=f"artist:{artist.pk}").count() == 1


@pytest.mark.django_db
def test_opting_out_of_nothing_writes_nothing() -> None:
    artist, fan = factories.create_artist(), factories.create_fan()

    assert not opt_ins.opt_out(fan, artist)
    assert Consent.objects.filter(person=fan).count() == 0


@pytest.mark.django_db
def test_a_yes_can_be_given_again() -> None:
    artist = factories.create_artist()
    fan = factories.create_fan(opted_in=artist)
    opt_ins.opt_out(fan, artist)

    opt_ins.opt_in(fan, artist)

    assert [row.ended_at is None for row in OptIn.objects.filter(person=fan).order_by("pk")] == [False, True]
    assert opt_ins.active_pairs([(fan.pk, artist.pk)]) == {(fan.pk, artist.pk)}


@pytest.mark.django_db
def test_a_yes_to_one_artist_is_none_to_another() -> None:
    artist, other = factories.create_artist(), factories.create_artist("Ove Lind")
    fan, neighbour = factories.create_fan(opted_in=artist), factories.create_fan(opted_in=other)

    assert opt_ins.active_pairs([(fan.pk, other.pk), (neighbour.pk, other.pk), (neighbour.pk, artist.pk)]) == {
        (neighbour.pk, other.pk)
    }


def test_two_clicks_at_once_are_one_yes(committing_db: Database) -> None:
    artist, fan = factories.create_artist(), factories.create_fan()

    first, second = run_at_once(lambda: opt_ins.opt_in(fan, artist), lambda: opt_ins.opt_in(fan, artist))

    assert first == second
    assert Consent.objects.filter(person=fan).count() == 1
