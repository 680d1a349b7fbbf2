"""Reads a page as a browser would, without one."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser

VOID = {"meta", "br", "link", "img", "input", "hr"}


class Read(HTMLParser):
    """What a browser would make of the page: its tags with attributes, and the text within each class."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[tuple[str, str]] = []
        self.texts: list[tuple[tuple[str, ...], str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append((tag, dict(attrs).get("class") or dict(attrs).get("id") or tag))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((tuple(name for _, name in self.open), data))

    def within(self, name: str) -> str:
        return " ".join(" ".join(text for names, text in self.texts if name in names).split())

    def ids(self) -> Iterator[str]:
        yield from (value for _, attributes in self.tags for key, value in attributes.items() if key == "id" and value)
