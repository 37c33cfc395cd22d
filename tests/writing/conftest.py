"""Databases to read from."""

from support.warehouse import server, warehouse

__all__ = ["server", "warehouse"]
