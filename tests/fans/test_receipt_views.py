"""Tests of the receipt and its slip, as people read them."""

import pytest
from django.test import Client

from accounts.models import Role
from artists import delivery, review
from catalog.models import Artist
from fans.models import Experience
from tests import factories
from tests.fans.pages import signed_in_client

pytestmark = pytest.mark.django_db
SUHA = "سُهى البحر"


def test_only_the_name_of_a_team_runs_its_own_way_and_our_words_about_it_do_not() -> None:
    artist = factories.create_artist()
    Artist.objects.filter(pk=artist.pk).update(name=SUHA)
    artist.refresh_from_db()
    factories.remove_undo_time(artist)
    draft = factories.create_pending_draft(artist)
    review.approve(draft.pk, by=factories.get_member(artist, Role.REVIEWER))
    delivery.deliver_next()
    experience = Experience.objects.get(draft=draft.pk)

    receipt = Client().get(f"/r/{experience.receipt_key}").content.decode()
    slip = signed_in_client(experience.person).get(f"/experiences/{experience.pk}").content.decode()

    assert f"<bdi>{SUHA}</bdi>&#x27;s team, to exactly this" in receipt
    assert f"<bdi>{SUHA}</bdi>, to its sentences" in receipt
    assert f"<span><bdi>{SUHA}</bdi>&#x27;s team</span><span>yes</span>" in slip
