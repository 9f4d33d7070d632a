"""Rules for every template and every static file, checked in their source."""

import re

from config import BASE_DIR


def test_templates_have_no_inline_scripts_styles_or_visible_comments() -> None:
    for path in (BASE_DIR / "templates").rglob("*.html"):
        text = path.read_text()
        visible = re.sub(r"{% comment %}.*?{% endcomment %}", "", text, flags=re.DOTALL)
        assert re.findall(r"{#[^#]*\n", visible) == [], path
        if "email" not in path.parts:  # mails have inline styles, and no content security policy
            assert re.findall(r"<style|\sstyle=|\son\w+=|hx-on|<script(?![^>]*\ssrc=)", visible) == [], path


def test_styles_and_scripts_fetch_nothing() -> None:
    for path in (BASE_DIR / "static").iterdir():
        if path.suffix in {".css", ".js"}:
            assert re.findall(r"url\(|@import|https?://", path.read_text()) == [], path
