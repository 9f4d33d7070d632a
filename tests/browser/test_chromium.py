"""Finding and installing Chromium. These tests need no browser."""

import sys
from pathlib import Path

import pytest

from tests.browser import chromium


@pytest.fixture
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No browser on the PATH, none of Playwright's, and a download host that does not answer."""
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "browsers"))
    monkeypatch.setenv("PLAYWRIGHT_DOWNLOAD_HOST", "http://127.0.0.1:9")
    return tmp_path


def test_a_failed_installation_is_reported(bare_machine: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(chromium.NoBrowser) as refused:
        chromium.find_chromium(bare_machine / "browsers" / "chrome")

    message = str(refused.value)
    assert message.startswith("no Chromium, and `playwright install chromium` failed: ")
    assert message.endswith(f"; {chromium.HOW_TO_INSTALL}")


def test_chromium_is_installed_once(bare_machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = bare_machine / "chrome"

    def install() -> None:
        installed.touch()

    monkeypatch.setattr(chromium, "install_chromium", install)
    first = chromium.find_chromium(installed)
    monkeypatch.setattr(chromium, "install_chromium", pytest.fail)

    assert (first, chromium.find_chromium(installed)) == (str(installed), str(installed))


def test_the_systems_chromium_comes_before_playwrights(bare_machine: Path) -> None:
    system = bare_machine / "chromium"
    system.write_text("#!/bin/sh\n")
    system.chmod(0o755)

    assert chromium.find_chromium(bare_machine / "chrome") == str(system)


def test_a_named_chromium_that_does_not_exist_is_refused(bare_machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")

    with pytest.raises(chromium.NoBrowser, match="CHROMIUM=/nowhere/chromium is no program"):
        chromium.find_chromium(Path(sys.executable))
