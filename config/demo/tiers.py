"""The demo's tiers: two of Mara's, written by the seed, and put on sale once the simulated provider runs."""

from functools import partial

from accounts.models import Person
from artists import programs
from artists.models import Program, ProgramVersion
from billing import tiers
from billing.exceptions import ProviderUnavailable
from billing.models import TierVersion
from billing.tier_terms import IncludedProgram, Price, TierTerms
from catalog.models import Artist
from config.demo.artist_data import MARA
from config.demo.setup import DemoWorld
from config.smoke.checks import wait_for

TIER_LISTEN = 101
"""The listen that a program of the tiers answers: the one after the guest's hundredth."""
TIER_WORDS = "A hundred, and then one more[, {name}]. This one is for the people who keep the lights on here."
START_SECONDS = 20.0  # until the simulated provider answers


def write_tiers(world: DemoWorld) -> None:
    """Two versions that nobody signed yet, and a program that they include."""
    artist, principal = world.artists[MARA], world.principal(MARA)
    program = _offer_program(artist, principal)
    included = (IncludedProgram(program.pk, program.name),)
    harbour = TierTerms(
        name="Harbour",
        prices=(Price("month", "EUR", 300), Price("year", "EUR", 3_000), Price("month", "JPY", 500)),
        programs=included,
        lines=("Release night, one hour early",),
    )
    night_shift = TierTerms(
        name="Night Shift",
        prices=(Price("month", "EUR", 600), Price("year", "EUR", 6_000), Price("month", "KWD", 2_000)),
        requests_a_month=1,
        has_downloads=True,
        programs=included,
        lines=("Everything in Harbour",),
    )
    for terms in (harbour, night_shift):
        tiers.create(artist, terms, by=principal)


def _offer_program(artist: Artist, principal: Person) -> Program:
    """What reaches fans alone who have one of the tiers."""
    program = programs.create(artist, name="One more than a hundred", by=principal)
    version = programs.edit(
        program,
        by=principal,
        moment=ProgramVersion.MomentKind.NTH_LISTEN,
        nth=TIER_LISTEN,
        wording={"locale": "en", "templates": [TIER_WORDS], "fragments": {}},
        audience=ProgramVersion.Audience.SUBSCRIBED,
    )
    programs.sign(version, by=principal, fresh=True)
    return program


def sell_tiers() -> bool:
    """Let Mara sign them and put them on sale. Repeating it changes nothing. False if the provider never answered."""
    artist = Artist.objects.get(slug=MARA)
    principal = artist.team.members.select_related("person").get(role="principal").person
    waiting = [newest for tier, newest in tiers.list_newest(artist) if not tiers.is_sold(tier)]
    return all(wait_for(partial(_sell, version, principal), seconds=START_SECONDS) for version in waiting)


def _sell(version: TierVersion, principal: Person) -> bool:
    try:
        tiers.put_on_sale(version, by=principal, fresh=True)
    except ProviderUnavailable:
        return False
    return True
