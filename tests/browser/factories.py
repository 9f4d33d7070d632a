"""Make people, drafts and experiences on the full site. These functions wait for its workers to write and deliver."""

from allauth.account.models import EmailAddress

from accounts import tokens
from accounts.models import Person
from artists import holds, review
from artists.models import Draft, Program
from catalog.models import Artist
from fans.models import Experience
from tests import factories
from tests.browser.full_site import PIPELINE_TIMEOUT_SECONDS
from tests.factories import PASSWORD
from tests.servers import wait_until


def set_password(person: Person) -> Person:
    """Let a person sign in with PASSWORD and a confirmed address."""
    person.set_password(PASSWORD)
    person.save()
    EmailAddress.objects.get_or_create(user=person, email=person.email, verified=True, primary=True)
    return person


def create_token(person: Person) -> str:
    """Make a token for scrobblers and return its secret."""
    return tokens.create(person, "player", by=person)[1]


def wait_for_pending_draft(artist: Artist, fan: Person | None = None, *, program: Program | None = None) -> Draft:
    """A new moment of the fan, and the draft that the worker wrote for it."""
    program = program or artist.programs.filter(state=Program.State.LIVE).first() or factories.create_program(artist)
    moment = factories.create_moment(Program.objects.select_related("current", "artist").get(pk=program.pk), fan)
    drafts = Draft.objects.select_related("artist", "person", "version__program").filter(moment=moment)
    draft = wait_until(drafts.first, seconds=PIPELINE_TIMEOUT_SECONDS)
    assert draft
    return draft


def approve_and_wait(draft: Draft, **changes: str) -> Experience:
    """Approve a draft as the principal, without time to undo, and wait until the worker has delivered it."""
    factories.remove_undo_time(draft.artist)
    review.approve(draft.pk, by=factories.get_member(draft.artist, "principal"), **changes)
    experiences = Experience.objects.select_related("person", "artist").filter(draft=draft.pk)
    experience = wait_until(experiences.first, seconds=PIPELINE_TIMEOUT_SECONDS)
    assert experience
    return experience


def create_experience_and_wait(
    artist: Artist, fan: Person | None = None, *, program: Program | None = None
) -> Experience:
    return approve_and_wait(wait_for_pending_draft(artist, fan, program=program))


def hold_draft(draft: Draft, person: Person) -> None:
    """Let a person have the draft open in review."""
    holds.hold_draft(draft, by=person)
