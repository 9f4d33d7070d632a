"""Raw SQL with the app role against what nobody reads: it goes out only as it was signed, and while that is in use."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from accounts.models import AgeBand
from artists import programs, unread
from artists.models import Draft
from rights import decisions, hashing
from rights.models import Decision
from tests import factories
from tests.adversarial.test_database_constraints import refused, sql
from tests.adversarial.test_experience_constraints import insert_experience_sql
from tests.artists.suggestion_scene import draft_for_fan, sign_templates

pytestmark = pytest.mark.django_db
OWN = "That was the hundredth time. I am glad[, {name}]."
APPROVE = (
    "UPDATE artists_draft SET state = 'approved', decision_id = %s, mark = %s, credit = 'Mara Veil',"
    " decided_at = now(), deliver_after = now() WHERE id = %s"
)


def write_draft(*, is_unread: bool = True, age_band: str = AgeBand.ADULT) -> Draft:
    program = factories.create_program(factories.create_artist(), signed=False)
    fan = factories.create_fan("Ana", opted_in=program.artist, age_band=age_band)
    return draft_for_fan(sign_templates(program, [OWN], is_unread=is_unread), fan)


def decide(draft: Draft, mark: str) -> Decision:
    """Under the signature, and by nobody."""
    draft.refresh_from_db(fields=["text"])
    assert draft.salt is not None
    assert draft.text is not None
    assert draft.why is not None
    salted: dict[str, Any] = {"salt": draft.salt, "person": draft.person_id, "artist": draft.artist_id}
    with transaction.atomic():
        return decisions.record_decision(
            Decision.Kind.ITEM,
            hashing.content_hash(**salted, mark=mark, credit="Mara Veil", text=draft.text),
            artist=draft.artist,
            why_hash=hashing.why_hash(**salted, why=draft.why),
            by=None,
            role="",
            under=draft.version.decision,
        )


def pause(draft: Draft) -> None:
    programs.pause(draft.version.program, by=factories.get_member(draft.artist, "principal"))


def sign_others(draft: Draft) -> None:
    sign_templates(draft.version.program, [f"{OWN} Truly."], is_unread=True)


def change(draft: Draft) -> None:
    sql("UPDATE artists_draft SET text = text || ' Truly.' WHERE id = %s", draft.pk)


def say_who_typed(draft: Draft) -> None:
    sql("UPDATE artists_draft SET team_typed = true WHERE id = %s", draft.pk)


def agree_to_older_words(draft: Draft) -> None:
    sql("UPDATE fans_optin SET ended_at = now() WHERE person_id = %s", draft.person_id)
    factories.opt_in_under(2, draft.person, draft.artist)


def test_what_was_signed_for_that_goes_out_unread() -> None:
    draft = write_draft()

    sql(APPROVE, decide(draft, "filled").pk, "filled", draft.pk)


@pytest.mark.parametrize("attack", [pause, sign_others, change, say_who_typed, agree_to_older_words])
def test_nothing_else_is_decided_by_nobody(attack: Callable[[Draft], None]) -> None:
    draft = write_draft()
    attack(draft)

    refused("signed for that", APPROVE, decide(draft, "filled").pk, "filled", draft.pk)


def test_nobody_decides_where_the_signature_says_that_somebody_reads() -> None:
    draft = write_draft(is_unread=False)

    refused("signed for that", APPROVE, decide(draft, "filled").pk, "filled", draft.pk)


def test_nobody_decides_what_a_minor_gets() -> None:
    draft = write_draft(age_band=AgeBand.FROM_16)

    refused("signed for that", APPROVE, decide(draft, "filled").pk, "filled", draft.pk)


@pytest.mark.parametrize("mark", ["approved", "edited", "written"])
def test_no_mark_says_that_somebody_saw_what_nobody_read(mark: str) -> None:
    draft = write_draft()

    refused("signed for that", APPROVE, decide(draft, mark).pk, mark, draft.pk)


def test_a_model_that_wrote_for_one_fan_is_read_whatever_it_wrote() -> None:
    program = factories.create_program(factories.create_artist(), signed=False)
    signed = sign_templates(program, ["Thank you for listening."], is_unread=True)
    with factories.run_model("Thank you for listening."):
        draft = draft_for_fan(signed)

    assert (draft.maker, draft.text) == ("model:tiny-1", "Thank you for listening.")
    assert unread.approve_next() is False
    refused("signed for that", APPROVE, decide(draft, "bounds").pk, "bounds", draft.pk)


@pytest.mark.parametrize("attack", [pause, sign_others])
def test_it_is_stored_for_its_fan_only_while_its_words_are_in_use(attack: Callable[[Draft], None]) -> None:
    draft = write_draft()
    factories.remove_undo_time(draft.artist)
    assert unread.approve_next()
    draft.refresh_from_db()
    attack(draft)
    sql("UPDATE artists_draft SET state = 'delivered' WHERE id = %s", draft.pk)

    statement, values = insert_experience_sql(draft, mark="filled")
    refused("while its words are in use", statement, *values)
