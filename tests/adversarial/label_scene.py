"""A rightsholder with one of everything that its pages and its API are about, and the people who ask for them."""

from dataclasses import dataclass
from typing import Any

from accounts import roles
from accounts.models import Person
from artists import invitation_mail
from artists.models import Draft, Statement
from catalog.models import Artist
from rights import claims, parties
from rights.agreements import Key
from rights.models import AgreementVersion, CatalogImport, Claim, Grant, Party, RosterEntry
from rights.shares import Role
from tests import factories
from tests.adversarial.addresses import LABEL_API, LABEL_PAGES
from tests.artists.label import agreements
from tests.artists.remix_notes import agree, approve, write_remix_note
from tests.artists.royalties import scene as royalties
from tests.rights import factories as owners
from tests.rights.imports import factories as import_factories


@dataclass
class Scene:
    party: Party
    artist: Artist
    entry: RosterEntry
    claim: Claim
    brought: CatalogImport
    named: CatalogImport
    """A file of another rightsholder that names this one."""
    version: AgreementVersion
    draft: Draft
    statement: Statement

    def requests(self, party: Party | None = None, *, api: bool = False) -> list[tuple[str, str, str]]:
        """Name, address and method of every page, or of the API, about the objects of this rightsholder."""
        team = self.party.team
        assert team
        values = {
            "party": (party or self.party).pk,
            "entry": self.entry.pk,
            "claim": self.claim.pk,
            "artist": self.artist.slug,
            "import": self.brought.pk,
            "named": self.named.pk,
            "invitation": team.invitations.order_by("pk").values_list("pk", flat=True)[0],
            "member": team.members.get(person__name="Nia").pk,
            "version": self.version.pk,
            "draft": self.draft.pk,
            "statement": self.statement.pk,
        }
        return [
            (name, path.format(**values), method)
            for name, (path, methods) in (LABEL_API if api else LABEL_PAGES).items()
            for method in methods.split()
        ]

    def state(self) -> Any:
        """Whatever a page could change."""
        entries = list(RosterEntry.objects.order_by("pk").values_list("pk", "accepted", "live_until"))
        said = list(Grant.objects.order_by("pk").values_list("pk", "ended_at"))
        imports = list(CatalogImport.objects.order_by("pk").values_list("pk", "state"))
        assert self.party.team
        team = list(self.party.team.members.order_by("pk").values_list("person", "role"))
        invited = list(self.party.team.invitations.order_by("pk").values_list("pk", "outcome"))
        agreed = list(AgreementVersion.objects.order_by("pk").values_list("pk", "ended_at", "acceptances"))
        return (
            entries,
            said,
            imports,
            (team, invited),
            agreed,
            list(Draft.objects.order_by("pk").values_list("pk", "state")),
            list(Claim.objects.order_by("pk").values_list("pk", "confirmed_at", "live_until")),
        )


def create_scene() -> Scene:
    artist = factories.create_artist()
    song = owners.create_owned_song(artist, permitted=False)
    party = song.label
    agree(song, keys=(Key(party),))
    factories.create_artist("Ove Lind")
    entry = owners.add_to_roster(party, artist)
    by, recording = factories.get_member(artist, "editor"), factories.create_recording(artist)
    claim = claims.claim(party, Role.RECORDING_OWNER, by=by, recording=recording)
    assert party.team
    roles.add_member(party.team, factories.create_person("Nia"), "reviewer", by=owners.get_signer(party))
    invitation_mail.invite(party, "invited@example.com", "reviewer", by=owners.get_signer(party))
    version = agreements.propose(party, parties.get_artist_party(artist))
    brought = import_factories.read(party, "Low Tide,Mara Veil,,")
    other = owners.create_party(name="Third Shore")
    owners.add_to_roster(other, artist)
    rows = ["Shared,Mara Veil,Third Shore 50; Harbor Lane 50"]
    named = import_factories.bring_in(other, *rows, heading="title,artist,owners")
    [statement] = royalties.state(party)
    return Scene(party, artist, entry, claim, brought, named, version, approve(write_remix_note(song)), statement)


def member(party: Party, role: str) -> Person:
    if role == "signatory":
        return owners.get_signer(party)
    person = factories.create_person(role)
    assert party.team
    roles.add_member(party.team, person, role, by=factories.get_staff())
    return person


def strangers(scene: Scene, other: Party) -> list[Person]:
    people = [factories.create_fan(), factories.get_staff(), owners.get_signer(other)]
    return people + [factories.get_member(scene.artist, role) for role in ("principal", "owner")]
