"""Stages of the smoke run about money, which is simulated: a fan subscribes, and a statement adds up to the cent."""

from datetime import UTC, datetime
from functools import partial
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.db.models import Sum

from accounts.models import Person
from artists.models import Statement
from artists.royalties import closing
from billing import leases, tiers
from billing.exceptions import ProviderUnavailable
from billing.models import Authorisation, Payment, TierPrice
from billing.provider import get_provider
from billing.tier_terms import Price, TierTerms
from catalog.models import Artist
from config.smoke.browser import CSRF_FIELD, WORDS_FIELD, Browser
from config.smoke.checks import require, wait_for
from config.smoke.people import SmokeRun, find_person
from ledger import check
from ledger.accounts import CLEARING, REVENUE
from ledger.balances import read_balance, read_balances
from rights import agreements, parties, split_schemes
from rights.agreements import Scope, Terms
from rights.models import Use
from rights.money import format_money
from rights.shares import Role

BOOK, PRICE = "simulated", 400
SHARES: dict[str, int] = {Role.PLATFORM: 2_000, Role.FEATURED_ARTIST: 8_000}
CARD = "succeeds"


def principal_sells_a_tier(run: SmokeRun) -> None:
    """Who is paid is agreed first. Then the tier is signed, and its price made at the provider."""
    artist, mara, staff = _artist(), find_person(run, "principal"), find_person(run, "staff")
    scheme = split_schemes.add_scheme(Use.TIER, SHARES, by=staff)
    party = parties.get_artist_party(artist)
    terms = Terms("Income of tiers.", (Scope(Use.TIER, covers_later=True),), scheme=scheme)
    version = agreements.propose("T-1", (party,), terms, by=staff)
    agreements.accept(version, party, by=mara, fresh=True)
    offers = TierTerms("Harbour", (Price("month", "EUR", PRICE),), lines=("Release night, one hour early",))
    offered = tiers.create(artist, offers, by=mara)

    def sell() -> bool:
        try:
            tiers.put_on_sale(offered, by=mara, fresh=True)
        except ProviderUnavailable:
            return False
        return True

    require(wait_for(sell, seconds=20), "the simulated provider answers, so the tier is on sale")
    run.report(f"Mara and the platform agreed on 80 and 20 percent; Harbour is on sale at {_money(PRICE)} a month")


def fan_subscribes(run: SmokeRun) -> None:
    """Over the pages, as a browser does: terms, the provider's page, and back. Coming back alone gives nothing."""
    fan, price = run.fans["approved"], TierPrice.objects.get(book=BOOK)
    order = send_form(fan.browser, f"/artists/mara-veil/tiers/{price.pk}", {"start": "now"})
    ana = Person.objects.get(email=fan.browser.email)
    require(not leases.has_access(ana.pk, price.artist_id), "an order that is not paid gives nothing")
    back = pay_at_provider(run, order)
    require(
        wait_for(partial(leases.has_access, ana.pk, price.artist_id), seconds=20),
        "the webhook, and what the provider answers about it, give Ana the tier",
    )
    assert fan.socket
    told = partial(fan.socket.notices, "entitlement.changed")
    require(wait_for(told, seconds=10), "Ana's open page is told of her tier")
    page = fan.browser.http.get(back, timeout=30)
    require(page.status_code == 200 and "Simulated payments: no money moves" in page.text, "it says that none moved")
    run.report(f"Ana ordered Harbour, paid with the card “{CARD}”, and has it; her open page was told")


def statement_adds_up(run: SmokeRun) -> None:
    """What was paid is earned and shared; the statement, its lines, the ledger and the provider say the same."""
    month = f"{datetime.now(UTC):%Y%m}"
    closed = closing.close_month(month, book=BOOK, early=True)
    statement: Statement = closed.statements.get()
    lines = statement.lines.aggregate(total=Sum("amount"))["total"]
    payable = -read_balance(f"party:{statement.party_id}:payable", "EUR", book=BOOK)
    revenue = -read_balance(REVENUE, "EUR", book=BOOK)
    require(lines == statement.closing == payable, f"the statement is its lines and the ledger: {lines}, {payable}")
    paid = sum(Payment.objects.values_list("amount", flat=True))
    paid += sum(Authorisation.objects.filter(status="captured").values_list("amount", flat=True))
    require(payable + revenue == paid, f"{payable} and {revenue} are what Ana paid: {paid}")
    require(sum(read_balances(book=BOOK).values()) == 0, "all accounts add up to nothing")
    provider = require_same_at_provider()
    require(list(check.find_faults([closed.head])) == [], "the ledger's chain and its sums hold")
    run.report(
        f"of {_money(paid)} Mara's statement has {_money(payable)} and the platform {_money(revenue)}; the provider "
        f"has {_money(provider)} after its fee, as the ledger says"
    )


def require_same_at_provider() -> int:
    """Compare what the provider has of ours with what the ledger says. Returns it, in cents."""
    held = get_provider().transfers.fetch_balance()
    provider = held.available.get("EUR", 0) + held.pending.get("EUR", 0)
    clearing = read_balance(CLEARING, "EUR", book=BOOK)
    require(clearing == provider, f"the provider has what the ledger says: {provider} and {clearing}")
    return provider


def send_form(browser: Browser, path: str, fields: dict[str, str], *, to: str = "") -> str:
    """Send the form of a page, to its own address or to another one. Returns the provider's address to go on at."""
    page = browser.http.get(browser.site + path, timeout=30)
    token = CSRF_FIELD.search(page.text)
    require(token, f"{path} has a form: {page.status_code}")
    assert token
    words = WORDS_FIELD.search(page.text)
    sent = {**fields, "csrfmiddlewaretoken": token[1], "words_hash": words[1] if words else ""}
    answer = browser.http.post(browser.site + (to or path), sent, timeout=30, allow_redirects=False)
    require(answer.status_code == 303, f"{path} leads to the provider: {answer.status_code} {answer.text[:400]}")
    address = answer.headers["Location"]
    require(address.startswith(settings.STRIPE_URL), f"which is the simulated one: {address}")
    return address


def pay_at_provider(run: SmokeRun, address: str) -> str:
    """Choose the card on the provider's page. Returns the address of ours to which it leads back."""
    paid = requests.post(address, data={"card": CARD}, timeout=30, allow_redirects=False)
    require(paid.status_code in {302, 303}, f"the provider's page takes the card: {paid.status_code}")
    back = paid.headers["Location"]
    require(urlsplit(back).netloc == urlsplit(run.site).netloc, f"it leads back to us: {back}")
    return back


def _artist() -> Artist:
    return Artist.objects.get(slug="mara-veil")


def _money(amount: int) -> str:
    return format_money(amount, "EUR")
