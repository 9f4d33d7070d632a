"""docs/api/asyncapi.yaml lists every kind of notice: what the code posts, what pages follow, and what it is about."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from artists import import_news
from catalog.models import Artist
from config import BASE_DIR
from live.models import Notice
from rights.imports import named_claims
from rights.models import Claim, Party
from tests import factories
from tests.rights import factories as owners
from tests.rights.imports.factories import bring_in

ABOUT: dict[str, Any] = yaml.safe_load((BASE_DIR / "docs/api/asyncapi.yaml").read_text())["components"]["schemas"][
    "noticeAbout"
]
DOCUMENTED = {kind for each in ABOUT["oneOf"] for kind in each["properties"]["kind"]["enum"]}
KIND = re.compile(r"[a-z]+\.[a-z_]+")
POSTS = re.compile(r"notices\.post|NewNotice\(|_notices\(|SESSION_ENDED =")
NOT_NOTICES = {
    "artist.left", "billing.gifts",
    "claim.made", "claims.confirmed", "draft.approved", "draft.declined", "draft.edited",
    "draft.expired", "draft.undone", "draft.withdrawn", "draft.written", "envelope.ended", "envelope.in_force",
    "envelope.saved", "envelope.signed", "envelope.signed_again", "experience.opened", "gift.paid",
    "gift.redeemed", "gift.started", "gift.taken_back", "import.done",
    "import.removed", "import.requested", "import.uploaded", "listen.counted", "listen.not_counted",
    "moment.refused", "payee.moved", "payee.opened", "payout.held", "payout.paid_by_hand",
    "payout.returned_by_hand", "payout.reversal_wanted", "payouts.approved", "payouts.prepared",
    "program.created", "program.edited", "program.signed", "remix.stopped", "request.ended", "request.refunded",
    "shelf.declined", "shelf.offered", "shelf.put_on", "shelf.taken_off", "suggestions.answered", "suggestions.failed",
}  # fmt: skip
"""Names of the audit trail, of counters and of signatures in modules that post notices, too."""


def product_modules() -> Iterator[Path]:
    for app in ("artists", "fans", "platform"):
        yield from (path for path in (BASE_DIR / app).rglob("*.py") if "migrations" not in path.parts)


def posted_kinds() -> set[str]:
    """The names that stand in modules which post notices."""
    sources = [source for path in product_modules() if POSTS.search(source := path.read_text())]
    texts = {node.value for source in sources for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)}
    return {text for text in texts if isinstance(text, str) and KIND.fullmatch(text)}


def test_every_kind_of_notice_is_documented_and_no_other() -> None:
    assert posted_kinds() - NOT_NOTICES == DOCUMENTED
    assert NOT_NOTICES - posted_kinds() == set()


def test_pages_follow_kinds_of_notices_that_there_are() -> None:
    pages = [path.read_text() for path in (BASE_DIR / "templates").rglob("*.html")]
    followed = {kind for page in pages for kinds in re.findall(r'data-live="([^"]+)"', page) for kind in kinds.split()}

    assert followed - DOCUMENTED == set()
    assert "claim.waiting" in followed


@pytest.mark.django_db
def test_what_an_import_tells_is_as_documented(label: Party, artist: Artist) -> None:
    owners.add_to_roster(label, artist)
    writer = owners.create_party("writer", "Ida Koro")
    brought = bring_in(label, "Salt Radio,Mara Veil,Ida Koro 50; Mara Veil 50", heading="title,artist,writers")
    assert import_news.tell_next()
    named_claims.confirm_all(writer, brought, waiting=1, by=owners.get_signer(writer), fresh=True)

    told = set(Notice.objects.values_list("kind", "reference"))
    assert Claim.objects.filter(party=writer, confirmed_at__isnull=False).count() == 1
    assert told >= {
        ("catalog.import", f"import:{brought.pk}"),
        ("catalog.imported", f"artist:{artist.pk}"),
        ("claim.waiting", f"import:{brought.pk}"),
        ("claim.confirmed", f"import:{brought.pk}"),
    }
    assert factories.get_member(artist, "principal").pk in set(Notice.objects.values_list("person", flat=True))
    for kind, reference in told:
        jsonschema.Draft202012Validator(ABOUT).validate({"kind": kind, "reference": reference})
