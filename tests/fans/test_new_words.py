"""Tests of the newer words of an opt-in: who is asked, once, and what changes with the answer."""

import pytest

from accounts.models import Consent
from artists import drafts, look_back
from artists.models import Draft
from audit.models import Entry
from catalog.models import Artist
from fans import opt_ins
from fans.consent_texts import CONSENT_VERSION
from fans.models import OptIn
from tests import factories
from tests.fans.pages import HTMX, count_queries, get_page, signed_in_client

pytestmark = pytest.mark.django_db
QUESTION = "New words for what you agreed to"
NEWS = "An AI model may draft the words."


def test_a_fan_on_older_words_is_asked_with_what_is_new_and_agrees(artist: Artist) -> None:
    fan = factories.create_fan()
    older = factories.opt_in_under(2, fan, artist)
    client = signed_in_client(fan)

    asked = get_page(client, "/").words
    answer = client.post("/artists/mara-veil/opt-in", {"on": "1", "back": "feed"})

    assert QUESTION in asked
    assert NEWS in asked
    assert "in the 24 hours before you agreed" not in asked
    assert opt_ins.consent_text(artist) in asked
    assert answer["Location"] == "/"
    assert QUESTION not in get_page(client, "/").words
    [renewed] = OptIn.objects.all()
    assert (renewed.pk, renewed.since, renewed.consent.version) == (older.pk, older.since, CONSENT_VERSION)
    assert renewed.consent.words == opt_ins.consent_text(artist)
    assert Entry.objects.filter(action="opt_in.renewed", actor=fan.actor, subject=f"artist:{artist.pk}").count() == 1


def test_not_now_is_remembered_and_the_settings_and_the_artists_page_still_offer_it(artist: Artist) -> None:
    fan = factories.create_fan()
    factories.opt_in_under(1, fan, artist)
    client = signed_in_client(fan)

    client.post("/feed/new-words/later")

    assert QUESTION not in get_page(client, "/").words
    assert OptIn.objects.get().consent.version == 1
    for page in ("/settings", "/artists/mara-veil"):
        assert "There are newer words What is new If you reached a moment in the 24 hours before you agreed, one " in (
            get_page(client, page).words
        )
    client.post("/artists/mara-veil/opt-in", {"on": "1", "back": "settings"})
    for page in ("/settings", "/artists/mara-veil"):
        assert "There are newer words" not in get_page(client, page).words


def test_not_now_answers_for_this_version_alone(artist: Artist, monkeypatch: pytest.MonkeyPatch) -> None:
    fan = factories.create_fan()
    factories.opt_in_under(2, fan, artist)
    opt_ins.postpone_words(fan)
    assert [known.asked_from for known in opt_ins.known_artists(fan)] == [None]

    monkeypatch.setattr(opt_ins, "CONSENT_VERSION", CONSENT_VERSION + 1)

    assert [known.asked_from for known in opt_ins.known_artists(fan)] == [2]


def test_nobody_is_asked_who_agreed_to_the_newest_words_or_ended_the_opt_in(artist: Artist) -> None:
    newest, ended = factories.create_fan(opted_in=artist), factories.create_fan()
    factories.opt_in_under(2, ended, artist)
    opt_ins.opt_out(ended, artist)

    for fan in (newest, ended):
        assert QUESTION not in get_page(signed_in_client(fan), "/?artist=mara-veil").words


def test_one_question_asks_about_all_artists_and_costs_no_query_more(artist: Artist) -> None:
    fan, other = factories.create_fan(), factories.create_artist("Ove Lind")
    for each in (artist, other):
        opt_ins.opt_in(fan, each)
    client = signed_in_client(fan)
    before = count_queries(client, "/?artist=mara-veil")

    asked = factories.create_fan()
    for each in (artist, other):
        factories.opt_in_under(2, asked, each)
    client = signed_in_client(asked)

    assert get_page(client, "/?artist=mara-veil").words.count(QUESTION) == 1
    assert count_queries(client, "/?artist=mara-veil") == before


def test_agreeing_on_the_artists_page_shows_the_newest_words_at_once(artist: Artist) -> None:
    fan = factories.create_fan()
    factories.opt_in_under(2, fan, artist)

    answer = signed_in_client(fan).post("/artists/mara-veil/opt-in", {"on": "1"}, headers=HTMX).content.decode()

    assert "There are newer words" not in answer
    assert 'aria-checked="true"' in answer
    assert NEWS in answer


def test_agreeing_to_newer_words_does_not_look_back_from_the_old_opt_in(artist: Artist) -> None:
    fan = factories.create_fan()
    factories.opt_in_under(1, fan, artist)

    opt_ins.opt_in(fan, artist)

    assert not look_back.look_back_next()


def test_ending_a_renewed_opt_in_ends_the_words_that_were_agreed_to_last(artist: Artist) -> None:
    fan = factories.create_fan()
    factories.opt_in_under(2, fan, artist)
    opt_ins.opt_in(fan, artist)

    opt_ins.opt_out(fan, artist)

    assert list(Consent.objects.order_by("pk").values_list("act", "version")) == [
        ("given", 2), ("given", CONSENT_VERSION), ("withdrawn", CONSENT_VERSION)
    ]  # fmt: skip


def test_the_api_says_which_words_were_agreed_to_and_agrees_to_the_newest(artist: Artist) -> None:
    fan = factories.create_fan()
    factories.opt_in_under(2, fan, artist)
    client = signed_in_client(fan)
    url = "/api/v1/artists/mara-veil/opt-in"

    versions = [client.get(url).json()["agreed_version"], client.put(url).json()["agreed_version"]]

    assert [*versions, client.delete(url).json()["agreed_version"]] == [2, CONSENT_VERSION, None]


def test_a_model_is_told_nothing_about_a_fan_on_older_words(artist: Artist) -> None:
    program = factories.create_program(artist)
    bo, cleo = factories.create_fan("Bo"), factories.create_fan("Cleo", opted_in=artist)
    factories.opt_in_under(2, bo, artist)
    with factories.run_model() as server:
        for fan in (bo, cleo):
            factories.create_moment(program, fan)
        drafts.write_next()

    assert dict(Draft.objects.values_list("person__name", "maker")) == {"Bo": "composer", "Cleo": "model:tiny-1"}
    assert len(server.received) == 1
    opt_ins.opt_in(bo, artist)
    assert (
        factories.create_pending_draft(artist, bo, program=factories.create_program(artist, nth=6), by_model=True).maker
        == "model:tiny-1"
    )
