"""A stub for a kind of program, before there are remixes: words about a song, as a use that its owners must permit."""

from dataclasses import replace
from typing import Any

from django.db import transaction

from accounts.models import Person
from artists import drafts, generation, review
from artists.models import Draft, Moment, Program
from rights import agreements, clearance
from rights.agreements import Scope, Terms
from rights.clearance_result import Clearance
from rights.models import AgreementVersion, Party, Use
from tests import factories
from tests.rights import factories as owners
from tests.rights.factories import OwnedSong


def notice_moment(song: OwnedSong, program: Program | None = None, fan: Person | None = None) -> Moment:
    """A fan reached a moment with the song."""
    artist = song.artist.artist
    assert artist
    program = program or Program.objects.filter(artist=artist, current__recording=song.recording).first()
    moment = factories.create_moment(program or factories.create_program(artist, recording=song.recording), fan)
    return Moment.objects.select_related("person", "program__artist", "version__recording").get(pk=moment.pk)


def write_for(moment: Moment, song: OwnedSong, use: str = Use.REMIX) -> Draft | None:
    """The stage of the drafts for this moment, with a clearance of the use. None where the moment is refused."""
    artist = moment.program.artist
    counts = generation.find_counts([moment])
    words, remix = [
        clearance.clear(use, artist, [song.recording], territory=moment.person.country)
        for use in (Use.PERSONAL_MESSAGE, use)
    ]
    assert isinstance(words, Clearance)
    assert isinstance(remix, Clearance)
    text = generation.generate_text(moment, words, counts.get(generation.count_key(moment)), None)
    with transaction.atomic():
        drafts.store_drafts([moment], [replace(text, clearance=remix)], {})
    return Draft.objects.filter(moment=moment).order_by("-pk").first()


def write_remix_note(song: OwnedSong, use: str = Use.REMIX) -> Draft:
    draft = write_for(notice_moment(song), song, use)
    assert draft
    return draft


def approve(draft: Draft) -> Draft:
    """The artist approves it."""
    return review.approve(draft.pk, by=factories.get_member(draft.artist, "principal"))


def everybody(song: OwnedSong) -> list[Party]:
    return [song.artist, song.label, song.publisher, song.writer]


def agree(song: OwnedSong, wording: str = "Remixes of all songs.", **terms: Any) -> AgreementVersion:
    """The artist and all owners of the song agree on remixes. `terms` are those of `agreements.Terms` and `Scope`."""
    scope = {name: terms.pop(name) for name in ("monthly_limit", "after_end", "country") if name in terms}
    written = Terms(wording, (Scope(Use.REMIX, **scope),), **terms)
    proposed = agreements.propose(
        "A-1", everybody(song), written, by=factories.get_staff(), title="Remixes of Mara Veil"
    )
    for party in everybody(song):
        agreements.accept(proposed, party, by=owners.get_signer(party), fresh=True)
    return proposed
