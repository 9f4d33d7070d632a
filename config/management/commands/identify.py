"""`manage.py identify FILE`: say which render a file is, and how that is known."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from ai.audio.exceptions import AudioError, Refused
from ai.provenance.exceptions import ProvenanceError
from ai.provenance.identify import Identified
from artists.models import Draft
from fans import provenance
from fans.models import Experience, Render, ShelfEntry

MANIFESTS = {
    None: "It has no manifest.",
    "Trusted": "Its manifest is ours, and the file is as it was signed.",
    "Valid": "Its manifest was signed by somebody else.",
    "Invalid": "It has a manifest, and was changed after it was signed.",
}


class Command(BaseCommand):
    help = (
        "Say which render a file is, from its manifest, its watermark or its fingerprint. "
        "Exit code 1: nothing of ours was found in it, or it cannot be read."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--manifest", type=Path, help="a manifest that lies in a file of its own")
        parser.add_argument(
            "--altered", action="store_true", help="look for a copy at another speed, tempo or key too: takes minutes"
        )

    def handle(self, *args: Any, file: Path, manifest: Path | None, altered: bool, **options: Any) -> None:
        try:
            found = provenance.identify_file(file, sidecar=manifest, altered=altered)
        except Refused as refused:
            raise CommandError(refused.sentence) from refused
        except (OSError, AudioError, ProvenanceError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(MANIFESTS[found.manifest])
        if found.render_id is None:
            raise CommandError(_say_nothing_found(found, altered=altered))
        change = f" Its sound was altered: {found.altered}." if found.altered else ""
        self.stdout.write(f"Known by its {found.by}: render {found.render_id}.{change}")
        self._describe(provenance.find_render(found.render_id), by_sound=found.by == "fingerprint")

    def _describe(self, render: Render | None, *, by_sound: bool) -> None:
        if render is None:
            self.stdout.write("That render is no longer kept.")
            return
        recording = render.recording
        self.stdout.write(f"{render.get_kind_display()} of “{recording.title}” by {render.artist} ({recording.isrc})")
        self.stdout.write(f"made {render.done_at:%Y-%m-%d %H:%M} UTC, by the recipe {render.recipe}")
        entry = ShelfEntry.objects.filter(render=render).select_related("experience").first()
        if entry:
            self.stdout.write(f"The copy of {entry}: {entry.get_state_display().lower()}. It was made of this remix:")
        sounds_so = provenance.list_alike(render) if by_sound else [render]
        if others := len(sounds_so) - 1:
            self.stdout.write(f"Renders with the same sound: {others} more. A fingerprint does not tell which it is.")
        drafts = Draft.objects.filter(moment__render__in=sounds_so)
        delivered = list(Experience.objects.filter(draft__in=drafts.values("pk")).order_by("delivered_at", "pk"))
        if entry and not by_sound:
            delivered = [entry.experience]
        if not delivered:
            self.stdout.write("It was never delivered, so it has no receipt.")
        for experience in delivered:
            path = reverse("receipt", args=[experience.receipt_key])
            self.stdout.write(
                f"Delivered {experience.delivered_at:%Y-%m-%d %H:%M} UTC. Its receipt: {settings.SITE_URL}{path}"
            )


def _say_nothing_found(found: Identified, *, altered: bool) -> str:
    if not found.compared_fingerprints:
        return "No render: it has no watermark of ours. No fingerprints were compared, because fpcalc is not installed."
    nothing = "No render: it has no watermark of ours, and its fingerprint is like no stored sound's."
    return nothing if altered else f"{nothing} Try --altered if its speed, tempo or key may have been changed."
