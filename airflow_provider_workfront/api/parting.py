"""Cut what comes one by one into parts that are dealt with at once."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

T = TypeVar("T")


def parted(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Give parts of so many, each as soon as it is full; the last one may be shorter."""
    left = iter(items)
    return iter(lambda: list(islice(left, size)), [])
