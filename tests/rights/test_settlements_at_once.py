"""Two settle disputes about the same song at the same moment."""

from functools import partial

import pytest
from django.db import transaction

from rights import claims
from rights.exceptions import Overclaimed
from tests import factories
from tests.concurrency import start_until_blocked
from tests.rights import factories as owners
from tests.servers import Database


def test_of_two_claims_that_are_more_than_the_whole_one_stands(committing_db: Database) -> None:
    """Open disputes do not count, so each would find enough room for its own claim."""
    recording, staff = factories.create_recording(factories.create_artist()), factories.get_staff()
    first, second = (
        owners.own(owners.create_party("label", name), recording, share=6000) for name in ("Harbor Lane", "Third Bank")
    )
    claims.dispute(first, by=staff)
    with transaction.atomic():
        claims.settle(first, by=staff, note="It is theirs.")
        finish = start_until_blocked(partial(claims.settle, second, by=staff, note="It is theirs, too."))

    with pytest.raises(Overclaimed, match="Harbor Lane"):
        finish()
    second.refresh_from_db()
    assert second.settled_at is None
