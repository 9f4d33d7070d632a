"""Tests of opting in and out."""

import pytest

from accounts.models import Consent
from audit.models import Entry
from fans import opt_ins
from fans.consent_texts import CONSENT_VERSION
from fans.models import OptIn
from tests import factories
from tests.concurrency import run_at_once
from tests.servers import Database


@pytest.mark.django_db
def test_an_opt_in_keeps_its_consent_text() -> None:
    artist, fan = factories.create_artist(), factories.create_fan()

    given = opt_ins.opt_in(fan, artist)

    assert (given.consent.act, given.consent.version, given.consent.about) == (
        "given",
        CONSENT_VERSION,
        f"artist:{artist.pk}",
    )
    assert given.consent.words == opt_ins.consent_text(artist)
    assert "Mara Veil’s team may write to you here" in given.consent.words
    assert opt_ins.active_pairs([(fan.pk, artist.pk)]) == {(fan.pk, artist.pk)}


@pytest.mark.django_db
def test_opting_in_twice_is_one_opt_in() -> None:
    artist, fan = factories.create_artist(), factories.create_fan()

    assert opt_ins.opt_in(fan, artist) == opt_ins.opt_in(fan, artist)
    assert Consent.objects.filter(person=fan).count() == 1
    assert Entry.objects.filter(action="opt_in.given", actor=fan.actor).count() == 1


@pytest.mark.django_db
def test_opting_out_ends_it_with_the_same_consent_text(monkeypatch: pytest.MonkeyPatch) -> None:
    artist = factories.create_artist()
    fan = factories.create_fan(opted_in=artist)
    text = opt_ins.consent_text(artist)
    agreed = opt_ins.CONSENT_VERSION
    monkeypatch.setitem(opt_ins.CONSENT_TEXTS, agreed + 1, "Other words about {artist}.")
    monkeypatch.setattr(opt_ins, "CONSENT_VERSION", agreed + 1)

    assert opt_ins.opt_out(fan, artist)

    assert opt_ins.active_pairs([(fan.pk, artist.pk)]) == set()
    acts = Consent.objects.filter(person=fan).order_by("pk").values_list("act", "version", "words")
    assert list(acts) == [("given", agreed, text), ("withdrawn", agreed, text)]
    assert Entry.objects.filter(action="opt_in.ended", actor=fan.actor, subject=f"artist:{artist.pk}").count() == 1


@pytest.mark.django_db
def test_opting_out_without_an_opt_in_writes_nothing() -> None:
    artist, fan = factories.create_artist(), factories.create_fan()

    assert not opt_ins.opt_out(fan, artist)
    assert Consent.objects.filter(person=fan).count() == 0


@pytest.mark.django_db
def test_a_fan_can_opt_in_again() -> None:
    artist = factories.create_artist()
    fan = factories.create_fan(opted_in=artist)
    opt_ins.opt_out(fan, artist)

    opt_ins.opt_in(fan, artist)

    assert [row.ended_at is None for row in OptIn.objects.filter(person=fan).order_by("pk")] == [False, True]
    assert opt_ins.active_pairs([(fan.pk, artist.pk)]) == {(fan.pk, artist.pk)}


@pytest.mark.django_db
def test_an_opt_in_is_for_one_artist_only() -> None:
    artist, other = factories.create_artist(), factories.create_artist("Ove Lind")
    fan, neighbour = factories.create_fan(opted_in=artist), factories.create_fan(opted_in=other)

    assert opt_ins.active_pairs([(fan.pk, other.pk), (neighbour.pk, other.pk), (neighbour.pk, artist.pk)]) == {
        (neighbour.pk, other.pk)
    }


def test_two_requests_at_once_are_one_opt_in(committing_db: Database) -> None:
    artist, fan = factories.create_artist(), factories.create_fan()

    first, second = run_at_once(lambda: opt_ins.opt_in(fan, artist), lambda: opt_ins.opt_in(fan, artist))

    assert first == second
    assert Consent.objects.filter(person=fan).count() == 1
