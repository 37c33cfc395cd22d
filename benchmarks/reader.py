"""One client of the bench: how it reads everything into a JSON Lines file, and what it needs for that."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KEY = "the-key-of-the-bench"  # the server takes any; a shorter one would be masked wherever it occurs
API = "/attask/api/v21.0"
MODULES = ("bare", "ours", "rivals", "writers")


@dataclass(frozen=True)
class Reader:
    """A way to read all rows of ``url`` into ``file``; `needs` is imported before the clock starts."""

    read: Callable[[str, Path], None]
    needs: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    told: str = ""
    """How it is set up, for the page."""
    benches: tuple[str, ...] = ("extract", "torn")
    quick: tuple[str, ...] = ()
    """The benches that try it when only a few things are tried."""
    order: str = "ID"

    @property
    def versions(self) -> str:
        """Name the packages it is made of, with their versions."""
        return ", ".join(f"{package} {_version(package)}" for package in self.packages)


def readers() -> dict[str, Reader]:
    """Give all of them, in the order of the tables."""
    return {name: reader for module in MODULES for name, reader in import_module(module).READERS.items()}


def chosen(bench: str, *, quick: bool) -> dict[str, Reader]:
    """Give those of one bench."""
    return {name: each for name, each in readers().items() if bench in (each.quick if quick else each.benches)}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "(not installed)"
