"""The demo's requests: Mara takes them, one of Ana's arrived by hand, and another waits for an answer."""

from datetime import timedelta

from artists import drafts, programs, review
from artists.models import Draft, ExperienceRequest, ProgramVersion
from artists.requests import asking, prices
from artists.requests.asking import Wish
from artists.requests.consent_text import Words
from config.demo.artist_data import MARA
from config.demo.decisions import TIME_PER_DECISION, deliver_and_open
from config.demo.fan_data import ANA
from config.demo.setup import DemoWorld

OFFER_NAME = "A personal message"
TEMPLATE = (
    "Dear {recipient}[, {relation}, {name}, asked me to write to you]. This is for {occasion}[: {event}].[ Play {song} "
    "when it gets late.] I wish you calm water and a good wind. {artist}"
)
PRICES = {"EUR": 800, "JPY": 1_200, "KWD": 2_500}
FREE_TRIES = 2
ARRIVED = Wish("Leyla", "exam", "friend", "passed", note="She is afraid of deep water.", may_share_name=True)
WAITS = Wish("Tomás", "birthday", "friend", "year_older", note="He sings your songs in the car.", may_share_name=True)
ANSWER = "Leyla, the deep end is the best part once you know it. Bravo. I will think of you by the sea. Mara"


def create_requests(world: DemoWorld) -> None:
    """Mara signs an offer; Ana asks twice with her free tries, so the next request is paid for."""
    version = _offer(world)
    arrived = _ask(world, version, ARRIVED)
    world.clock.set_now(world.clock.now + TIME_PER_DECISION)
    review.edit(arrived.pk, ANSWER, by=world.principal(MARA), fresh=True)
    deliver_and_open(world, [arrived])
    _ask(world, version, WAITS)


def _offer(world: DemoWorld) -> ProgramVersion:
    artist, principal = world.artists[MARA], world.principal(MARA)
    program = programs.create(artist, name=OFFER_NAME, by=principal)
    version = programs.edit(
        program,
        by=principal,
        moment=ProgramVersion.MomentKind.REQUEST,
        nth=1,
        wording={"locale": "en", "templates": [TEMPLATE], "fragments": {}},
        review_seconds=int(timedelta(days=5).total_seconds()),
        terms={"prices": PRICES, "free_tries": FREE_TRIES},
    )
    programs.sign(version, by=principal, fresh=True)
    return ProgramVersion.objects.select_related("artist").get(pk=version.pk)


def _ask(world: DemoWorld, version: ProgramVersion, wish: Wish) -> Draft:
    world.clock.set_now(world.clock.now + TIME_PER_DECISION)
    ana = world.people[ANA]
    price = prices.find_price(ana, version)
    assert price
    words = Words.of(version, price)
    request: ExperienceRequest = asking.ask(ana, version, wish, words_hash=words.words_hash, starts_now=False)
    drafts.write_next()
    return Draft.objects.get(moment=request.moment)
