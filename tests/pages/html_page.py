"""Parse an HTML page: its elements, its visible text, and what a strict content security policy would refuse."""

from html.parser import HTMLParser
from typing import Any

HOSTILE_NAME = '<b onmouseover="x">evil & "quotes"'
"""A name with markup, bidirectional controls and quotes."""
VOID_ELEMENTS = {"meta", "link", "input", "br", "img", "path", "circle", "wbr"}


class HTMLPage(HTMLParser):
    """`elements` are (name, attributes) in order, and `inline_code` what the policy would refuse."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.inline_code: list[str] = []
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.elements.append((tag, attributes))
        self.inline_code += [
            f"<{tag} {name}>" for name in attributes if name == "style" or name.startswith(("on", "hx-on"))
        ]
        self.inline_code += [
            f"<{tag} {name}>" for name, value in attrs if (value or "").strip().startswith("javascript:")
        ]
        if tag == "style" or (tag == "script" and "src" not in attributes):
            self.inline_code.append(f"<{tag}>")
        if tag not in VOID_ELEMENTS:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not {"script", "style"} & set(self._open):
            self.text.append(data)

    def all(self, name: str, /, **wanted: str) -> list[dict[str, str | None]]:
        """The attributes of all elements of this name that have the wanted attributes. `data_made` means data-made."""
        attributes = {key.rstrip("_").replace("_", "-"): value for key, value in wanted.items()}
        return [found for tag, found in self.elements if tag == name and attributes.items() <= found.items()]

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.text).split())

    @property
    def external_urls(self) -> list[str]:
        """URLs of scripts, images and links that another host would serve."""
        urls = [found.get("src") for _, found in self.elements] + [found.get("href") for found in self.all("link")]
        return [url for url in urls if url and not url.startswith("/")]


def parse_page(response: Any) -> HTMLPage:
    return HTMLPage(response.content.decode())
