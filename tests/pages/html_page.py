"""Read a page as a browser does: its elements, and what of it a strict policy would refuse."""

from html.parser import HTMLParser
from typing import Any

VOID_ELEMENTS = {"meta", "link", "input", "br", "img", "path", "circle", "wbr"}


class HTMLPage(HTMLParser):
    """The elements of one page in order, as (name, attributes), and the words that people see."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.inline: list[str] = []
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.elements.append((tag, found))
        self.inline += [f"<{tag} {name}>" for name in found if name == "style" or name.startswith(("on", "hx-on"))]
        self.inline += [f"<{tag} {name}>" for name, value in attrs if (value or "").strip().startswith("javascript:")]
        if tag == "style" or (tag == "script" and "src" not in found):
            self.inline.append(f"<{tag}>")
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
        """Elements of this name whose attributes are these; data_made stands for data-made."""
        asked = {key.rstrip("_").replace("_", "-"): value for key, value in wanted.items()}
        return [found for tag, found in self.elements if tag == name and asked.items() <= found.items()]

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.text).split())

    @property
    def elsewhere(self) -> list[str]:
        """What would be fetched from another host."""
        fetched = [found.get("src") for _, found in self.elements] + [found.get("href") for found in self.all("link")]
        return [address for address in fetched if address and not address.startswith("/")]


def parse_page(response: Any) -> HTMLPage:
    return HTMLPage(response.content.decode())
