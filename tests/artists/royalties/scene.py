"""A fan who paid for a tier, months that are closed, and a song whose writers disagree."""

from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from accounts.models import Person
from artists.models import ClosedMonth, Statement
from artists.royalties import closing
from billing import earnings, postings
from billing.models import EarnedPart
from billing.recognition import next_month
from catalog.models import Artist, Recording
from ledger.posting import post
from rights import claims
from rights.models import Claim, Party, Use
from rights.shares import Role
from rights.splits import ShareKey
from tests import factories
from tests.billing import fan_scene
from tests.billing.fan_scene import Scene
from tests.rights import factories as owners
from tests.rights.albums import add_scheme

BOOK = "simulated"


def begin(fake: Any, artist: Artist, fan: Person | None = None) -> Scene:
    """The fan has paid 400 for a month."""
    scene = fan_scene.begin(fake, artist, fan)
    scene.subscribe()
    fan_scene.reconcile_all(scene)
    return scene


def this_month() -> str:
    return f"{datetime.now(UTC):%Y%m}"


def close(month: str) -> list[Statement]:
    """The statements of the month, whose money is practice money."""
    closed = closing.close_month(month, book=BOOK, early=True)
    return list(closed.statements.order_by("party"))


def refund(scene: Scene, amount: int) -> None:
    scene.advance(10)
    body = f"charge={scene.find('charge')['id']}&amount={amount}"
    assert scene.fake.handle("POST", "/v1/refunds", {"Authorization": "Bearer sk_test_simulated"}, body).status == 200
    fan_scene.reconcile_all(scene)


def dispute_song(artist: Artist, title: str = "Glass Weather") -> Claim:
    """Two labels say that a new song is theirs."""
    song = factories.create_recording(artist, title)
    owners.own(owners.create_party(), song)
    other = owners.create_party("label", "Other Label")
    claim = claims.claim(other, Role.RECORDING_OWNER, by=owners.get_signer(other), recording=song)
    claim.refresh_from_db()
    assert claim.is_disputed
    return claim


def reconcile(scene: Scene) -> None:
    fan_scene.reconcile_all(scene)


def earn_song(party: Party, song: Recording, amount: int = 700) -> None:
    """The party earned something as owner of a song, as remixes of it would bring."""
    key, deferred = f"party:{party.pk}", f"deferred:song:{party.pk}-{amount}"
    scheme = add_scheme()
    with transaction.atomic():
        name, share = f"in_{party.pk}_{amount}", ShareKey(key, Role.RECORDING_OWNER, f"recording:{song.pk}")
        sums: dict[str, Any] = {"gross": amount, "tax": 0, "fee": 0, "is_fee_shared": False}
        post(postings.charge(name, deferred, currency="EUR", **sums), book=BOOK)
        earned = post(postings.recognise(name, this_month(), deferred, {share: amount}, currency="EUR"), book=BOOK)
        part = EarnedPart.objects.create(
            transaction=earned, book=BOOK, currency="EUR", deferred=deferred, artist=song.artist, use=Use.REMIX,
            scheme=scheme, month=this_month(), basis=amount, tax=0, fee=0,
        )  # fmt: skip
        row = earnings.earn(part, key)
        row.role, row.recording = share.role, share.recording
        earnings.store([row])


def state(*parties: Party) -> list[Statement]:
    """A statement of each of these parties, in this order, about a song whose owners disagree."""
    artist = factories.create_artist("Ona Meer")
    song = dispute_song(artist, "Glass Weather").recording
    assert song
    for party in parties:
        earn_song(party, song)
    last = ClosedMonth.objects.filter(book=BOOK).order_by("-month").first()
    month = next_month(last.month) if last else this_month()
    closed = closing.close_month(month, book=BOOK, early=True)
    return [closed.statements.get(party=party) for party in parties]
