"""Rows of an input that have the same key: found before anything is written, in little memory."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from hashlib import blake2b
from itertools import groupby
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.extract.columns import Kind
from airflow_provider_workfront.writing.diff import is_empty

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

NUMBERS = frozenset({Kind.INTEGER, Kind.NUMBER, Kind.DECIMAL})
DIGEST, NUMBER = 16, 8
MOST_NAMED = 5


class Keys:
    """The keys of an input, each kept as 24 bytes: a million rows take 24 MB."""

    def __init__(self, name: str, kind: Kind | None = None) -> None:
        """Take the keys of a field; those of numbers are compared as numbers, texts without blanks at their ends."""
        self.name = name
        self.kind = kind
        self._parts: dict[int, bytearray] = {}

    def add(self, number: int, key: Any) -> None:
        """Take in the key of a row; rows without one have none in common."""
        if is_empty(key):
            return
        digest = self._digest(key)
        self._parts.setdefault(digest[0], bytearray()).extend(digest + number.to_bytes(NUMBER, "big"))

    def doubled(self) -> dict[int, str]:
        """Say of each row whose key another one has why it cannot be written: nobody can tell which one is meant."""
        return {number: told for told, numbers in self._groups() for number in numbers}

    def numbers(self, keys: Iterable[str]) -> dict[str, int]:
        """Give the rows that have some keys; of several rows with the same key the first one."""
        wanted = {self._digest(key): key for key in keys}
        found: dict[str, int] = {}
        for part in self._parts.values() if wanted else ():
            for at in range(0, len(part), DIGEST + NUMBER):
                if key := wanted.get(bytes(part[at : at + DIGEST])):
                    found.setdefault(key, int.from_bytes(part[at + DIGEST : at + DIGEST + NUMBER], "big"))
        return found

    def _digest(self, key: Any) -> bytes:
        return blake2b(self._text(key).encode(errors="backslashreplace"), digest_size=DIGEST).digest()

    def _groups(self) -> Iterator[tuple[str, list[int]]]:
        for part in self._parts.values():
            entries = sorted(bytes(part[at : at + DIGEST + NUMBER]) for at in range(0, len(part), DIGEST + NUMBER))
            for _, same in groupby(entries, key=lambda entry: entry[:DIGEST]):
                numbers = [int.from_bytes(entry[DIGEST:], "big") for entry in same]
                if len(numbers) > 1:
                    yield self._told(numbers), numbers

    def _told(self, numbers: list[int]) -> str:
        shown = [str(number) for number in numbers[:MOST_NAMED]]
        rest = [f"{len(numbers) - MOST_NAMED} more"] if len(numbers) > MOST_NAMED else [shown.pop()]
        return f"rows {', '.join(shown)} and {rest[0]} have the same {self.name}: none of them is written"

    def _text(self, key: Any) -> str:
        text = str(key).strip()
        try:
            return str(Decimal(text).normalize()) if self.kind in NUMBERS else text
        except InvalidOperation:
            return text
