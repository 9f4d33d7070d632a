"""Let a fan hear 20 seconds of the recording beside a delivered remix, and no more of it than at the desk."""

from django.db import transaction

from accounts.models import Person
from ai.remix.corners import arrangement
from ai.remix.envelope import Envelope
from fans.desk import previews, state
from fans.models import RemixOffer, Render
from fans.remixes import Remix


def find_offer(remix: Remix) -> RemixOffer | None:
    """What is open now of the same parts; None where nothing can be heard of the recording any more."""
    offers = RemixOffer.objects.open().filter(source=remix.render.source_id)
    return offers.select_related("artist", "recording", "source").first()


def list_sections(remix: Remix, offer: RemixOffer) -> list[tuple[str, str]]:
    """The sections of the recording that the remix has too: their ids and names."""
    recorded = arrangement(remix.source, Envelope.parse(offer.content)).sections
    names = {section.id: section.name for section in remix.source.sections}
    return [(section, names[section]) for section in dict.fromkeys(recorded) if section in remix.recipe.sections]


def want_recorded(person: Person, offer: RemixOffer, section: str) -> Render:
    """Want 20 seconds of this section as recorded. Raises HeardEnough, or RemixClosed where a permission is missing."""
    desk = state.open_desk(person, offer)
    recorded = arrangement(desk.source, desk.envelope)
    cleared = previews.clear(desk)
    with transaction.atomic():
        previews.make_way(person.pk)
        return previews.want(desk, recorded, section, cleared)
