import pytest

from rights import decisions
from tests.servers import Database


def test_a_decision_outside_a_transaction_is_an_error(committing_db: Database) -> None:
    with pytest.raises(RuntimeError, match="in the transaction"):
        decisions.record_decision("item", "0" * 64, why_hash="0" * 64, by="person:x", role="principal")


@pytest.mark.django_db
def test_a_decision_holds_the_decider_the_role_and_the_wider_decision() -> None:
    shape = decisions.record_decision("shape", "1" * 64, by="person:a", role="principal")

    item = decisions.record_decision("item", "2" * 64, why_hash="3" * 64, by="person:b", role="reviewer", under=shape)

    assert (item.by, item.role, item.under) == ("person:b", "reviewer", shape)
    assert (item.content_hash, item.why_hash) == ("2" * 64, "3" * 64)
