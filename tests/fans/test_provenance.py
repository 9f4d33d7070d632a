"""The site's keys mark files and know them again; for practice they are made when they are needed."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from pytest_django import Settings

from ai.provenance import files
from ai.provenance.exceptions import InvalidKey
from ai.provenance.identify import Identified
from fans import provenance
from tests.ai.provenance.samples import make_label, song, write_render


def test_a_render_is_marked_and_known_again_with_keys_for_practice(settings: Settings, tmp_path: Path) -> None:
    settings.PROVENANCE_PRACTICE, settings.PROVENANCE_FOLDER = True, tmp_path / "keys"
    render = write_render(tmp_path / "render.flac", song(5))

    marked = provenance.mark_files(render, make_label(), tmp_path)
    again = provenance.mark_files(render, make_label(render_id=7), tmp_path)

    assert marked.stream.media_type == files.MP3
    assert provenance.identify_file(again.master.path, list) == Identified(7, "manifest", "Trusted")


def test_without_a_folder_of_keys_nothing_is_marked(settings: Settings, tmp_path: Path) -> None:
    settings.PROVENANCE_PRACTICE, settings.PROVENANCE_FOLDER = False, None

    with pytest.raises(ImproperlyConfigured, match="provenance_key create"):
        provenance.read_keys()

    settings.PROVENANCE_FOLDER = tmp_path / "missing"
    with pytest.raises(InvalidKey):
        provenance.read_keys()


def test_the_command_makes_keys_once_and_says_until_when_they_count(settings: Settings, tmp_path: Path) -> None:
    settings.PROVENANCE_FOLDER, out = tmp_path / "keys", StringIO()

    call_command("provenance_key", "create", str(tmp_path / "keys"), "--organisation", "Nova Records", stdout=out)
    call_command("provenance_key", "show", stdout=out)

    assert sorted(path.name for path in (tmp_path / "keys").iterdir()) == [
        "root-key.pem",
        "root.pem",
        "signing.pem",
        "watermark.key",
    ]
    assert "counts until 20" in out.getvalue()
    assert "PRIVATE" not in out.getvalue()
    with pytest.raises(CommandError, match="there already"):
        call_command("provenance_key", "create", str(tmp_path / "keys"), "--organisation", "Nova Records")
