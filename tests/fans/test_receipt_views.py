"""Tests of the receipt and the link to it."""

import pytest
from django.test import Client

from accounts.models import Role
from artists import delivery, review
from catalog import registration
from fans.models import Experience
from rights import grants
from rights.models import Use
from tests import factories
from tests.fans.pages import signed_in_client

pytestmark = pytest.mark.django_db
SUHA = "سُهى البحر"


def test_only_the_artists_name_is_isolated_in_direction() -> None:
    artist = registration.add_artist(SUHA, slug="suha", by="system:operator")
    principal = factories.get_member(artist, Role.PRINCIPAL)
    grants.switch_on(artist, Use.PERSONAL_MESSAGE, by=principal, fresh=True)
    factories.remove_undo_time(artist)
    draft = factories.create_pending_draft(artist)
    review.approve(draft.pk, by=factories.get_member(artist, Role.REVIEWER))
    delivery.deliver_next()
    experience = Experience.objects.get(draft=draft.pk)

    receipt = Client().get(f"/r/{experience.receipt_key}").content.decode()
    link = signed_in_client(experience.person).get(f"/experiences/{experience.pk}").content.decode()

    assert f"<bdi>{SUHA}</bdi>’s team, to exactly this" in receipt
    assert f"<bdi>{SUHA}</bdi>, to its sentences" in receipt
    assert f"<span><bdi>{SUHA}</bdi>’s team</span><span>yes</span>" in link
