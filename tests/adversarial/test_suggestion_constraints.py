"""Raw SQL with the app role against suggestions: words that a model put in never become those of a person."""

from collections.abc import Iterator
from typing import Any

import pytest

from artists.models import Draft, Program, SuggestionCall
from tests import factories
from tests.adversarial.test_database_constraints import refused, sql
from tests.artists.suggestion_scene import GOOD, draft_for_fan, run_suggesting_server, sign_templates, suggest

pytestmark = pytest.mark.django_db
COPY = (
    "INSERT INTO artists_draft (moment_id, version_id, person_id, artist_id, use, clearance_id, revision, salt,"
    " team_typed, facts, why, deadline, text, original_text, replaces_id, maker, state, reason)"
    " SELECT moment_id, version_id, person_id, artist_id, use, clearance_id, revision, salt,"
    " team_typed, facts, why, deadline, text, original_text, id, %s, 'pending', '' FROM artists_draft"
)
"""The draft that replaces one which is withdrawn, by another maker."""


@pytest.fixture
def call(db: None, settings: Any) -> Iterator[SuggestionCall]:
    with run_suggesting_server(settings):
        yield suggest(factories.create_program(factories.create_artist(), signed=False))


@pytest.fixture
def draft(call: SuggestionCall) -> Draft:
    return draft_for_fan(sign_templates(Program.objects.select_related("artist").get(), GOOD[:2]))


def test_a_call_and_what_came_of_it_are_never_rewritten(call: SuggestionCall) -> None:
    for column in ("question", "prompt_version", "reserved_tokens", "by", "asked_at", "profile_id", "program_id"):
        refused("permission denied", f"UPDATE artists_suggestioncall SET {column} = {column}")
    refused("permission denied", "UPDATE artists_suggestion SET text = 'Mine.'")
    for table in ("suggestioncall", "suggestion"):
        refused("permission denied", f"DELETE FROM artists_{table}")
        refused("permission denied", f"TRUNCATE artists_{table} CASCADE")
    refused("history is not changed", "UPDATE artists_suggestioncall SET counted_tokens = 0")
    refused("a_suggestion_is_kept_or_dropped", "UPDATE artists_suggestion SET state = 'signed'")
    refused(
        "at_most_ten_suggestions_a_call",
        "INSERT INTO artists_suggestion (call_id, number, text) VALUES (%s, 11, 'x')", call.pk,
    )  # fmt: skip


def test_a_call_is_made_to_the_server_in_use_for_a_program_of_its_artist(call: SuggestionCall) -> None:
    add = (
        "INSERT INTO artists_suggestioncall (program_id, artist_id, profile_id, locale, question, prompt_version,"
        " reserved_tokens, by) SELECT program_id, {artist}, profile_id, 'en', '{{}}', 1, 1, 'x'"
        " FROM artists_suggestioncall"
    )
    other = factories.create_artist("Ove Lind")
    refused("of_a_program_of_the_artist", add.format(artist=other.pk))
    sql(add.format(artist="artist_id"))
    refused("one_call_at_a_time", add.format(artist="artist_id") + " LIMIT 1")
    sql("UPDATE artists_modelprofile SET in_use = false")
    refused("made to the server in use", add.format(artist="artist_id") + " LIMIT 1")


def test_a_draft_of_suggested_words_names_no_person_as_its_maker(draft: Draft) -> None:
    sql("UPDATE artists_draft SET state = 'withdrawn', reason = 'x'")
    for maker in ("composer", draft.maker.replace("suggested", "changed"), f"{draft.maker}-2"):
        refused("not told as those of a person", COPY, maker)
    sql(COPY, draft.maker)


def test_no_such_draft_is_marked_as_filled(draft: Draft) -> None:
    refused("a_pending_draft_is_open", "UPDATE artists_draft SET mark = 'filled'")
    refused("no_model_put_a_word", "UPDATE artists_draft SET mark = 'filled', state = 'withdrawn', reason = 'x'")


@pytest.mark.parametrize("band", ["13_15", "16_17"])
def test_no_draft_for_a_minor_is_of_a_model(band: str) -> None:
    program = factories.create_program(factories.create_artist())
    minor, adult = (factories.create_fan(opted_in=program.artist, age_band=each) for each in (band, "18_plus"))
    young, old = draft_for_fan(program, minor), draft_for_fan(program, adult)
    sql("UPDATE artists_draft SET state = 'withdrawn', reason = 'x'")

    refused("no model writes for a minor", f"{COPY} WHERE id = {young.pk}", "model:tiny-1")
    sql(f"{COPY} WHERE id = {old.pk}", "model:tiny-1")
