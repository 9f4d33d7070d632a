from functools import partial

import pytest
from django.db import IntegrityError, transaction

from accounts import roles
from rights import decisions
from rights.models import Decision
from tests import factories
from tests.concurrency import run_at_once
from tests.servers import Database


def test_a_decision_outside_a_transaction_is_an_error(committing_db: Database) -> None:
    artist = factories.create_artist()
    principal = factories.get_member(artist, "principal").actor

    with pytest.raises(RuntimeError, match="in the transaction"):
        decisions.record_decision("shape", "0" * 64, artist=artist, by=principal, role="principal")


@pytest.mark.django_db
def test_a_decision_holds_the_decider_the_role_and_the_wider_decision() -> None:
    artist = factories.create_artist()
    principal, reviewer = (factories.get_member(artist, role).actor for role in ("principal", "reviewer"))
    shape = decisions.record_decision("shape", "1" * 64, artist=artist, by=principal, role="principal")

    item = decisions.record_decision(
        "item", "2" * 64, why_hash="3" * 64, artist=artist, by=reviewer, role="reviewer", under=shape
    )

    assert (item.artist, item.by, item.role, item.under) == (artist, reviewer, "reviewer", shape)
    assert (item.content_hash, item.why_hash, item.shape_hash) == ("2" * 64, "3" * 64, None)
    assert shape.shape_hash == "1" * 64


def test_nobody_decides_after_leaving_the_team(committing_db: Database) -> None:
    """Whichever commits first: a decision is dated before the end of the role that it was made in."""
    artist = factories.create_artist()
    principal = factories.get_member(artist, "principal")

    def decide() -> None:
        with transaction.atomic():
            decisions.record_decision("shape", "1" * 64, artist=artist, by=principal.actor, role="principal")

    for _ in range(10):
        leave = partial(roles.remove_member, artist.team, principal, by=principal)
        outcomes = run_at_once(decide, leave)
        assert all(outcome is None or isinstance(outcome, IntegrityError) for outcome in outcomes)
        roles.name_principal(artist.team, principal, by=factories.get_staff())

    for decision in Decision.objects.all():
        assert roles.role_at(principal, artist.team_id, decision.at) == "principal"
