import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from artists import expiry, review
from artists.exceptions import TooLate
from audit.models import Entry
from fans.models import Experience
from live.models import Notice
from tests import factories
from tests.concurrency import run_at_once
from tests.servers import Database


@pytest.mark.django_db
def test_a_draft_without_a_decision_expires() -> None:
    artist = factories.create_artist()
    late, early = factories.create_pending_draft(artist), factories.create_pending_draft(artist)
    factories.pass_deadline(late)

    assert expiry.expire_next()
    assert not expiry.expire_next()

    late.refresh_from_db()
    early.refresh_from_db()
    assert (late.state, late.reason) == ("expired", "expired: nobody decided in time")
    assert early.state == "pending"
    assert Entry.objects.get(action="draft.expired").subject == f"draft:{late.pk}"
    assert [notice.reference for notice in Notice.objects.filter(kind="draft.decided")] == [f"draft:{late.pk}"]
    with pytest.raises(TooLate):
        review.approve(late.pk, by=factories.get_member(artist, "principal"))
    assert Experience.objects.count() == 0


@pytest.mark.django_db
def test_a_decided_draft_does_not_expire() -> None:
    approved = factories.create_approved_draft(factories.create_artist())
    factories.pass_deadline(approved)

    assert not expiry.expire_next()


@pytest.mark.django_db
def test_seconds_until_the_next_deadline() -> None:
    assert expiry.seconds_until_due() is None
    draft = factories.create_pending_draft(factories.create_artist())

    due = expiry.seconds_until_due()
    assert due is not None
    assert settings.REVIEW_SECONDS - 60 < due <= settings.REVIEW_SECONDS
    factories.pass_deadline(draft)
    assert expiry.seconds_until_due() == 0


@pytest.mark.django_db
def test_three_drafts_take_as_many_queries_as_one() -> None:
    artist = factories.create_artist()

    def queries(count: int) -> int:
        factories.pass_deadline(*[factories.create_pending_draft(artist) for _ in range(count)])
        with CaptureQueriesContext(connection) as captured:
            assert expiry.expire_next()
        return len(captured)

    assert queries(1) == queries(3)


def test_concurrent_processes_expire_each_draft_once(committing_db: Database) -> None:
    artist = factories.create_artist()
    factories.pass_deadline(*[factories.create_pending_draft(artist) for _ in range(6)])

    run_at_once(expiry.expire_next, expiry.expire_next)

    assert Entry.objects.filter(action="draft.expired").count() == 6
