"""Databases to load into."""

from support.warehouse import server, warehouse

__all__ = ["server", "warehouse"]
