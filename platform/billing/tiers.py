"""Create, edit, sign, sell and archive the tiers of an artist.

An edit adds a version. A version is sold once a principal signed it and everybody agreed how its income is split.
"""

from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.db.models import Max, QuerySet
from django.db.models.functions import Now

from accounts import roles
from accounts.exceptions import NotAllowed
from accounts.models import Person, Role
from audit import trail
from billing.exceptions import NotForSale, Refused
from billing.models import Interval, Tier, TierPrice, TierVersion
from billing.provider import Provider, get_provider
from billing.tier_terms import TierTerms, validate
from catalog.models import Artist
from rights import decisions, sales
from rights.models import Decision, Use

MAX_TIERS = 6
"""Of one artist, without those that are archived."""


def find_tiers(artist: Artist) -> QuerySet[Tier]:
    """The artist's tiers that are not archived, with the version on sale."""
    return artist.tiers.filter(archived_at=None).select_related("current", "artist")


def list_tiers(artist: Artist) -> list[Tier]:
    """The same, in their order; in one query."""
    return list(find_tiers(artist).order_by("position", "pk"))


def list_newest(artist: Artist) -> list[tuple[Tier, TierVersion]]:
    """The same, each with its newest version; in two queries."""
    tiers = list_tiers(artist)
    newest = TierVersion.objects.filter(tier__in=tiers).order_by("tier", "-version").distinct("tier")
    by_tier = {version.tier_id: version for version in newest}
    return [(tier, by_tier[tier.pk]) for tier in tiers]


def create(artist: Artist, terms: TierTerms, *, by: Person, tier_class: str = "") -> TierVersion:
    """A tier with its first version, which nobody can buy yet. Raises NotAllowed, InvalidTerms, Refused."""
    _require_role(artist, by, roles.may_edit, "the artist, an owner or an editor", "write a tier")
    terms = validate(terms)
    with transaction.atomic():
        if Artist.objects.select_for_update(no_key=True).get(pk=artist.pk).left_at:
            raise Refused("The artist has left, so nothing more is sold.")
        tiers = artist.tiers.filter(archived_at=None)
        if tiers.count() >= MAX_TIERS:
            raise Refused(f"An artist has at most {MAX_TIERS} tiers. Archive one that fans do not need.")
        newest = tiers.aggregate(position=Max("position"))["position"]
        position = 0 if newest is None else newest + 1
        tier = Tier.objects.create(artist=artist, position=position, tier_class=tier_class)
        trail.record("tier.created", by=by.actor, subject=f"tier:{tier.pk}", artist=artist.pk)
        return _add_version(tier, 1, terms, by)


def edit(tier: Tier, terms: TierTerms, *, by: Person) -> TierVersion:
    """Add an unsigned version. What is on sale stays so until this one is. Raises NotAllowed, InvalidTerms, Refused."""
    _require_role(tier.artist, by, roles.may_edit, "the artist, an owner or an editor", "edit a tier")
    terms = validate(terms)
    with transaction.atomic():
        _lock(tier)
        newest = tier.versions.aggregate(version=Max("version"))["version"] or 0
        return _add_version(tier, newest + 1, terms, by)


def resolve_sale(tier: Tier) -> sales.Sale | sales.IncompleteSale:
    """Who is paid of the tier's income now, or what is missing for it to be sold."""
    return sales.resolve_sale(Use.TIER, tier.artist, (), tier_class=tier.tier_class)


def find_missing(tier: Tier) -> tuple[str, ...]:
    """What keeps a tier from being sold, in words: each yes and each piece of the split that is missing."""
    sale = resolve_sale(tier)
    return sale.missing if isinstance(sale, sales.IncompleteSale) else ()


def put_on_sale(version: TierVersion, *, by: Person, fresh: bool) -> None:
    """Sign exactly these terms as a principal, and sell them from now on in place of the version before.

    After a provider that did not answer, doing it again goes on. Raises NotAllowed, ReauthenticationRequired,
    PaymentsOff, NotForSale with what is missing, Refused for an older version, and ProviderUnavailable.
    """
    tier = version.tier
    decisions.require_principal(tier.artist, by=by, fresh=fresh, what="put a tier on sale")
    provider = get_provider()
    if missing := find_missing(tier):
        raise NotForSale(f"It cannot be sold yet. {'; '.join(missing)}.")
    _sign(version, by)
    prices = _make_prices(version, provider)
    with transaction.atomic():
        locked = _lock(tier)
        _refuse_older(locked, version)
        if not _find_prices(version).exists():  # somebody else may have put it on sale at the same moment
            TierPrice.objects.bulk_create(prices)
        TierPrice.objects.filter(version__tier=tier, closed_at=None).exclude(version=version).update(closed_at=Now())
        if Tier.objects.filter(pk=tier.pk).exclude(current=version).update(current=version):
            facts = {"version": version.version, "terms_hash": version.terms_hash}
            trail.record("tier.put_on_sale", by=by.actor, subject=f"tier:{tier.pk}", **facts)


def archive(tier: Tier, *, by: Person) -> None:
    """Sell it to nobody any more. Who has it keeps it. Repeating it changes nothing. Raises NotAllowed."""
    _require_role(tier.artist, by, roles.may_manage, "the artist or an owner", "archive a tier")
    _archive(tier, by=by.actor)


def archive_all(artist: Artist, *, by: str) -> None:
    """Sell no tier of an artist who left any more."""
    for tier in list_tiers(artist):
        _archive(tier, by=by)


def is_sold(tier: Tier) -> bool:
    """Whether fans can buy it with the money that the site runs on."""
    return TierPrice.objects.on_sale().filter(version=tier.current_id).exists()


@transaction.atomic
def _archive(tier: Tier, *, by: str) -> None:
    if Tier.objects.filter(pk=tier.pk, archived_at=None).update(archived_at=Now()):
        TierPrice.objects.filter(version__tier=tier, closed_at=None).update(closed_at=Now())
        trail.record("tier.archived", by=by, subject=f"tier:{tier.pk}")


def _add_version(tier: Tier, number: int, terms: TierTerms, by: Person) -> TierVersion:
    version = TierVersion.objects.create(tier=tier, artist=tier.artist, version=number, by=by.actor, **terms.columns())
    version.refresh_from_db(fields=["terms_hash", "created_at"])
    trail.record("tier.edited", by=by.actor, subject=f"tier:{tier.pk}", version=number)
    return version


def _sign(version: TierVersion, by: Person) -> None:
    with transaction.atomic():
        _refuse_older(_lock(version.tier), version)
        if TierVersion.objects.filter(pk=version.pk, decision=None).exists():
            decision = decisions.record_decision(
                Decision.Kind.TERMS, version.terms_hash, artist=version.tier.artist, by=by.actor, role=Role.PRINCIPAL
            )
            TierVersion.objects.filter(pk=version.pk).update(decision=decision)
            facts = {"version": version.version, "decision": decision.pk, "terms_hash": version.terms_hash}
            trail.record("tier.signed", by=by.actor, subject=f"tier:{version.tier_id}", **facts)


def _make_prices(version: TierVersion, provider: Provider) -> list[TierPrice]:
    """The prices of a signed version, made at the provider. The same keys make the same prices, for a day."""
    if _find_prices(version).exists():  # all were stored at once
        return []
    metadata = {"tier": str(version.tier_id), "tier_version": str(version.pk)}
    name = f"{version.tier.artist.name}: {version.name}"
    product = provider.catalogue.create_product(name, metadata=metadata, key=f"tier_version:{version.pk}:product")
    prices = []
    for price in TierTerms.of(version).prices:
        made = provider.catalogue.create_price(
            product,
            price.amount,
            price.currency,
            interval="year" if price.interval == Interval.YEAR else "month",
            metadata=metadata,
            key=f"tier_version:{version.pk}:{price.interval}:{price.currency}",
        )
        prices.append(
            TierPrice(
                version=version,
                artist_id=version.artist_id,
                book=settings.PAYMENTS,
                **price._asdict(),
                provider_product=product,
                provider_price=made.id,
            )
        )
    return prices


def _find_prices(version: TierVersion) -> QuerySet[TierPrice]:
    return TierPrice.objects.filter(version=version, book=settings.PAYMENTS)


def _lock(tier: Tier) -> Tier:
    """Lock the row, so that versions are numbered and sold one after the other. Raises Refused for an archived tier.

    Without a join: after waiting for a lock, PostgreSQL reads the locked row again, but not what is joined to it.
    """
    locked = Tier.objects.select_for_update(no_key=True).get(pk=tier.pk)
    if locked.archived_at:
        raise Refused("This tier is archived. Write a new one.")
    return locked


def _refuse_older(locked: Tier, version: TierVersion) -> None:
    if locked.current and locked.current.version > version.version:
        raise Refused(f"Version {locked.current.version} is on sale. Edit the tier to make a newer one.")


def _require_role(artist: Artist, by: Person, may: Callable[[Role | None], bool], who: str, what: str) -> None:
    if not may(roles.role_of(by, artist.team_id)):
        raise NotAllowed(f"In {artist.name}’s team, only {who} may {what}.")
