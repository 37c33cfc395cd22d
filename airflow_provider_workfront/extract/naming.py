"""Names for columns: one rule for every warehouse, and a name once given is not given again. Pure."""

from __future__ import annotations

import re
import unicodedata
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

LONGEST = 63  # PostgreSQL cuts a longer one, and would make two the same
CUSTOM = "DE:"

_DE = re.compile(r"(?:^|:)DE:")
_BEFORE_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z](?!s(?![a-z]))[a-z])")  # but IDs is one word
_UNSPEAKABLE = str.maketrans({"ß": "ss", "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d"})


def split_path(path: str) -> tuple[tuple[str, ...], str]:
    """Part a path into what leads to an object and what is asked of it: ``project:DE:a:b`` -> ``project``, ``DE:a:b``.

    The name of a custom field may itself hold colons.
    """
    if match := _DE.search(path):
        return tuple(part for part in path[: match.start()].split(":") if part), path[match.end() - len(CUSTOM) :]
    *hops, leaf = path.split(":")
    return tuple(hops), leaf


def column_name(source: str, suffix: str = "") -> str:
    """Give a source its name: ``plannedStartDate`` -> ``planned_start_date``, ``DE:Budget (EUR)`` -> ``de_budget_eur``.

    A custom name without a single Latin letter or digit is named after its hash.
    """
    hops, leaf = split_path(source)
    words = [_words(_BEFORE_CAPITAL.sub("_", hop)) for hop in hops]
    if leaf.startswith(CUSTOM):
        words += ["de", _words(leaf.removeprefix(CUSTOM)) or f"field_{_mark(leaf)}"]
    else:
        words.append(_words(_BEFORE_CAPITAL.sub("_", leaf)) or f"field_{_mark(leaf)}")
    if suffix:
        words.append(suffix)
    name = "_".join(filter(None, words))
    return shortened(f"_{name}" if name[0].isdigit() else name, source)


def shortened(name: str, source: str) -> str:
    """Cut a long name, and mark it with what only its source decides."""
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 7]}_{_mark(source)}"


def unique(name: str, source: str, taken: Collection[str]) -> str:
    """Give a name that is not taken: itself, or itself with a mark that only its source decides."""
    candidate, salt = name, source
    while candidate in taken:
        mark = _mark(salt)
        candidate, salt = f"{name[: LONGEST - len(mark) - 1]}_{mark}", f"{salt}+"
    return candidate


def _words(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.translate(_UNSPEAKABLE)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")


def _mark(text: str) -> str:
    return sha256(text.encode(errors="backslashreplace")).hexdigest()[:6]
