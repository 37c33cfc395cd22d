"""The words of a rich text, without what it looks like. Pure."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from airflow_provider_workfront.extract.jsontext import as_json, opened

_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_BREAKING = frozenset({"br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre"})


def plain_text(value: Any) -> str:
    """Give the text of a Draft.js document, one line a block (reference 5.10), of HTML, or of what is plain already."""
    document = _document(value)
    if document is not None:
        return "\n".join(str(block.get("text") or "") for block in document)
    text = value if isinstance(value, str) else as_json(value)
    return _without_tags(text) if _TAG.search(text) else text


def _document(value: Any) -> list[dict[str, Any]] | None:
    """Give the blocks of a document, whether it came as text or as an object."""
    if isinstance(value, str) and value.lstrip().startswith("{"):
        value = opened(value)
    blocks = value.get("blocks") if isinstance(value, dict) else None
    if isinstance(blocks, list) and all(isinstance(block, dict) for block in blocks):
        return blocks
    return None


def _without_tags(text: str) -> str:
    words = _Words()
    words.feed(text)
    words.close()
    return re.sub(r"\n{2,}", "\n", "".join(words.found)).strip()


class _Words(HTMLParser):
    """Collect text; what begins or ends a line becomes a new line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 HTMLParser's own
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        self._break(tag)

    def handle_data(self, data: str) -> None:
        self.found.append(data)

    def _break(self, tag: str) -> None:
        if tag in _BREAKING:
            self.found.append("\n")
