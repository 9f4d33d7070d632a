"""A work that is ended at the moment in which somebody confirms a share in it."""

from functools import partial

import pytest
from django.db import transaction

from artists import ownership
from artists.exceptions import InvalidRequest
from catalog.models import RecordingWork
from rights import claims
from tests import factories
from tests.concurrency import start_until_blocked
from tests.rights import factories as owners


@pytest.mark.usefixtures("committing_db")
def test_whoever_ends_a_work_waits_for_whoever_confirms_a_share_in_it() -> None:
    artist, writer = factories.create_artist(), owners.create_party("writer", "Ida Koro")
    editor, signer = factories.get_member(artist, "editor"), owners.get_signer(writer)
    song = factories.create_recording(artist)
    work = owners.create_work(song)
    claim = claims.claim(writer, "writer", by=editor, work=work)

    with transaction.atomic():
        claims.confirm(claim, by=signer, fresh=True)
        finish_end = start_until_blocked(partial(ownership.end_work, song, work, by=editor))

    with pytest.raises(InvalidRequest, match="Somebody else confirmed a share"):
        finish_end()
    assert RecordingWork.objects.live().exists()
