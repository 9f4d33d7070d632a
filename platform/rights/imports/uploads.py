"""Bring a catalogue file, ask for its import, and remove it. The work itself is done by `work imports`."""

from django.db import transaction

from accounts.exceptions import NotAllowed
from accounts.models import Person
from audit import trail
from rights import notices, parties
from rights.imports.exceptions import ImportRefused
from rights.models import CatalogImport, ImportFile, Party
from worker.wake import notify

CHANNEL = "catalog_imports"
MAX_BYTES = 10 * 1024 * 1024
MAX_UNREAD = 3
"""Files of one party that wait to be read or imported."""
WORKING_STATES = (CatalogImport.State.READING, CatalogImport.State.REQUESTED)


def upload(party: Party, file_name: str, content: bytes, *, by: Person) -> CatalogImport:
    """Store a file, so that it is read. The caller has checked that `by` belongs to the party's team.

    Raises ImportRefused.
    """
    if not content:
        raise ImportRefused("This file is empty.")
    if len(content) > MAX_BYTES:
        raise ImportRefused(f"This file is too large. It may have {MAX_BYTES // 1024**2} MB: bring it in parts.")
    with transaction.atomic():
        Party.objects.select_for_update(no_key=True).get(pk=party.pk)
        if party.imports.filter(state__in=WORKING_STATES).count() >= MAX_UNREAD:
            raise ImportRefused(f"{MAX_UNREAD} files are being read. Wait for them, then bring the next.")
        name = "".join(letter for letter in file_name if letter.isprintable())[-200:] or "catalogue"
        uploaded = CatalogImport.objects.create(party=party, file_name=name, size=len(content), uploaded_by=by.actor)
        ImportFile.objects.create(catalog_import=uploaded, content=content)
        trail.record("import.uploaded", by=by.actor, subject=str(uploaded), party=party.pk, size=len(content))
        notify(CHANNEL)
    return uploaded


def request_import(catalog_import: CatalogImport, *, by: Person, fresh: bool) -> bool:
    """Ask for the good lines to come in. False if somebody did before, or the file is not read yet.

    Whoever signs for the party confirms with this that the recordings are its own. Raises NotAllowed and
    ReauthenticationRequired.
    """
    parties.require_signer(catalog_import.party, by=by, fresh=fresh, what="import a catalogue")
    ready = CatalogImport.objects.filter(pk=catalog_import.pk, state=CatalogImport.State.READY)
    with transaction.atomic():
        if not ready.update(state=CatalogImport.State.REQUESTED, requested_by=by.actor, problem=""):
            return False
        trail.record("import.requested", by=by.actor, subject=str(catalog_import), party=catalog_import.party_id)
        notices.post_about_import(catalog_import)
        notify(CHANNEL)
    return True


def remove(catalog_import: CatalogImport, *, by: Person) -> None:
    """Delete a file and its verdicts, also while it is read. What was imported stays. Raises ImportRefused."""
    if not parties.may_stop(catalog_import.party, by) and catalog_import.uploaded_by != by.actor:
        raise NotAllowed("Only whoever brought a file, whoever signs and an owner of the team remove it.")
    _require_not_imported(catalog_import)  # at once: whoever imports it holds the lock below for a minute
    with transaction.atomic():
        stored = CatalogImport.objects.select_for_update().filter(pk=catalog_import.pk).first()
        if stored is None:
            return
        _require_not_imported(stored)
        stored.delete()
        trail.record("import.removed", by=by.actor, subject=str(catalog_import), party=catalog_import.party_id)


def _require_not_imported(stored: CatalogImport) -> None:
    if stored.state in (CatalogImport.State.REQUESTED, CatalogImport.State.DONE):
        raise ImportRefused("This was imported, or is being imported now.")
