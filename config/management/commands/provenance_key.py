"""`manage.py provenance_key`: make the keys that mark and sign remixes, or say until when they count."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ai.provenance import keys
from ai.provenance.exceptions import InvalidKey


class Command(BaseCommand):
    help = "Make a signing chain and a watermark key in a new folder, or say until when the signing key counts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        create = actions.add_parser("create", help="in a folder that is not there yet")
        create.add_argument("folder", type=Path)
        create.add_argument("--organisation", required=True, help="the name that verifiers show")
        actions.add_parser("show", help="of PROVENANCE_FOLDER")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        if action == "create":
            self._create(options["folder"], options["organisation"])
        else:
            self._show()

    def _create(self, folder: Path, organisation: str) -> None:
        try:
            keys.create(folder, organisation=organisation)
        except OSError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Made. Set PROVENANCE_FOLDER={folder}, and move {keys.ROOT_KEY_FILE} to where no server is.")

    def _show(self) -> None:
        folder = settings.PROVENANCE_FOLDER
        if folder is None:
            raise CommandError("PROVENANCE_FOLDER is not set: there are no remixes.")
        try:
            signing = keys.read_folder(folder).signing
        except InvalidKey as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"The signing key of {folder} counts until {keys.expires_at(signing):%Y-%m-%d}.")
