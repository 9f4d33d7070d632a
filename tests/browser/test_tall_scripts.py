"""Letters that are taller or deeper than Latin ones reach neither the line above nor the line below."""

import itertools
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests import factories
from tests.browser import factories as browser_factories
from tests.browser.browsers import Browsers
from tests.browser.full_site import FullSite

_slugs = (f"tall-{number}" for number in itertools.count(1))
WIDTHS = (320, 390, 1440)
# Each line of text in the element with the box of its ink: what the font draws, not the box that CSS reserves for it.
# The rectangle of a text begins at the ascent of its font; a canvas measures the same text with the same font.
FIND_COLLISIONS = (Path(__file__).parent / "ink_collisions.js").read_text()


@dataclass(frozen=True)
class Script:
    """A language with names and a text whose letters go far up and down."""

    language: str
    artist: str
    fan: str
    song: str
    text: str


SCRIPTS = [
    Script(
        "ta", "ஸ்ரீ கூத்தன் பூங்குழலி", "ஸ்ரீஜூ லக்ஷ்மீ ஞூஹூ", "கூட்டுப் பூங்குயில் ஸ்ரீ",
        "[{name}, ]கூடிப் பாடும் பூங்குயில்களே, ஸ்ரீ கூறும் நன்றி! {song} பாடலை நீங்கள் {plays} முறை கேட்டீர்கள். "
        "ஹூஹூ, பூஞ்சூழலில் கூடுவோம்; மீண்டும் ஸ்ரீரங்கத்தில் சந்திப்பீர்கள்.",
    ),
    Script(
        "hi", "श्री हृदय कूर्मी", "श्रीर्जू टूर्नामेंट्स", "र्हूँ दुर्लभ्य कूँज",
        "[{name}, ]श्रीर्हूँ कूर्मियों की दुर्लभ्य टूर्नामेंट्स! {song} को {plays} बार सुना. र्हूँ कूँज में टूँट्यू र्द्धीं, फिर मिलेंगे.",
    ),
    Script(
        "th", "ปู่กู้ฎู ญู่ปั้น", "ฐู่ปั้น กู้ญุ๊", "ฎู้ป่ากุ้ง ปี่",
        "[{name} ]ปู่กู้ฎู้ป่ากุ้งปี่ ฐู่ญู่ปั้นที่กู้ผู้ใหญ่ {song} {plays} ครั้ง ฎู้ปู่ญู่ปี่กู้ที่ปั้นฐู่กุ้งญุ๊ผู้อยู่ที่นี่ปู่",
    ),
    Script(
        "ur", "نستعلیق پنجّھی", "ٹھپّےچ ڈّھٹّی", "گیتوں کی لَے",
        "[{name}، ]پنجّھی نے چٹّھی لکھّی! {song} آپ نے {plays} بار سنا۔ "
        "ٹھپّے اور گھُنگھرُو کے ساتھ پھر مِلیں گے، اچھّی چیزیں کہیں گے۔",
    ),
]  # fmt: skip


def require_font(language: str) -> None:
    """Skip where the browser would draw boxes. `.ci/run` installs fonts, and accepts no skipped test."""
    if not shutil.which("fc-list"):
        pytest.skip("no fc-list, which says what fonts there are: install fontconfig")
    if not subprocess.run(["fc-list", f":lang={language}"], capture_output=True, check=True).stdout:
        pytest.skip(f"no font for the language {language}: install fonts-noto-core")


def find_collisions(page: Page, selector: str) -> list[str]:
    page.evaluate("document.fonts.ready")
    return [line for width in WIDTHS for line in _find_at(page, selector, width)]


def _find_at(page: Page, selector: str, width: int) -> list[str]:
    page.set_viewport_size({"width": width, "height": 900})
    lines, collisions = page.locator(selector).first.evaluate(FIND_COLLISIONS)
    assert lines > 5, f"only {lines} lines are measured"
    return [f"{selector} at {width} px: {collision}" for collision in collisions]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.language)
def test_no_letter_reaches_the_next_line(script: Script, full_site: FullSite, browsers: Browsers) -> None:
    require_font(script.language)
    artist = factories.create_artist(script.artist, slug=next(_slugs))
    song = factories.create_recording(artist, script.song)
    wording = {"locale": script.language, "templates": [script.text], "fragments": {}}
    program = factories.create_program(artist, wording=wording, recording=song)
    fan = factories.create_fan(script.fan, opted_in=artist)
    draft = browser_factories.wait_for_pending_draft(artist, fan, program=program)

    review = browsers.open_page(f"/studio/{artist.slug}/review", factories.get_member(artist, "principal"))
    collisions = find_collisions(review, "article.draft")
    experience = browser_factories.approve_and_wait(draft)
    letter = browsers.open_page(f"/experiences/{experience.pk}", fan)
    collisions += find_collisions(letter, "main")
    collisions += find_collisions(browsers.open_page("/", fan), "article.experience-card")

    assert "\n".join(collisions) == ""
