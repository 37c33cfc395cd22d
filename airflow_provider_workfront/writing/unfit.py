"""What is wrong with one value of a row."""

from __future__ import annotations


class Unfit(Exception):
    """Say why a value cannot be written, in words that go on after the value: ``is no whole number``."""
