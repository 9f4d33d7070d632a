"""What happens while messages are approved unread: the limit of the day holds, and so does what the artist signs."""

from typing import Any

import pytest
from django.db import transaction

from artists import unread
from artists.models import Draft, Program
from tests import factories
from tests.artists.suggestion_scene import draft_for_fan, sign_templates
from tests.concurrency import start_until_blocked

pytestmark = pytest.mark.usefixtures("committing_db")
OWN = "That was the hundredth time. I am glad[, {name}]."


def create_program() -> Program:
    program = factories.create_program(factories.create_artist(), signed=False)
    return sign_templates(program, [OWN], is_unread=True)


def test_two_processes_together_keep_the_limit_of_the_day(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.UNREAD_PER_DAY = 1
    monkeypatch.setattr(unread, "BATCH_SIZE", 1)
    program = create_program()
    drafted = [draft_for_fan(program), draft_for_fan(program)]

    with transaction.atomic():
        assert unread.approve_next()
        other = start_until_blocked(unread.approve_next)

    assert other() is False
    assert [Draft.objects.get(pk=draft.pk).state for draft in drafted] == ["approved", "pending"]


def test_other_words_that_are_being_signed_are_waited_for() -> None:
    program = create_program()
    draft = draft_for_fan(program)

    with transaction.atomic():
        sign_templates(program, [OWN], is_unread=False)
        approved = start_until_blocked(unread.approve_next)

    assert approved() is False
    draft.refresh_from_db()
    assert draft.state == "pending"
