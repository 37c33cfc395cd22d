"""What a Workfront has: object types, their fields, references, collections, operations and actions."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, cached_property

from airflow_provider_workfront.simulator.schema import forms, people, planning, records, work
from airflow_provider_workfront.simulator.schema.actions import ACTIONS, QUERIES, Signature, signatures
from airflow_provider_workfront.simulator.schema.index import ALIASES, FLAGS, INDEX, LABELS, OPERATIONS, REMOVED
from airflow_provider_workfront.simulator.schema.notation import Block, Field, read_field, read_table

__all__ = ["NEWEST", "Field", "ObjectType", "Signature", "find_type", "object_type", "object_types"]

NEWEST = 22  # reference 1.4: the newest public version

UNIONS = {"WORK": ("TASK", "OPTASK"), "APPROVAL": ("PROJ", "TASK", "OPTASK")}  # appendix B, last lines
COMMON = ("ID", "name", "customerID", "extRefID")  # of types whose fields no source lists [inferred]


@dataclass(frozen=True)
class ObjectType:
    """Describe one type of object."""

    code: str
    name: str
    secondary: bool
    operations: tuple[str, ...]
    block: Block = field(repr=False)

    @property
    def label(self) -> str:
        """Give the name that people read."""
        return LABELS.get(self.code, self.name)

    @property
    def fields(self) -> dict[str, Field]:
        """Give the fields by name, of all versions."""
        return self.block.fields

    @property
    def references(self) -> dict[str, str]:
        """Give the target's code by reference name."""
        return self.block.references

    @property
    def collections(self) -> dict[str, str]:
        """Give the members' code by collection name."""
        return self.block.collections

    @property
    def search(self) -> tuple[str, ...]:
        """Give the names that only filters understand."""
        return self.block.search

    @property
    def flags(self) -> tuple[str, ...]:
        """Give the flags such as RESTORABLE."""
        return tuple(flag for flag, codes in FLAGS.items() if self.code in codes.split())

    @property
    def removed_in(self) -> int:
        """Give the version that dropped the type; 0 if none did."""
        return REMOVED.get(self.code, 0)

    @property
    def is_extendible(self) -> bool:
        """Tell whether custom forms may be attached."""
        return "DATA_EXTENDIBLE" in self.flags

    @property
    def is_restorable(self) -> bool:
        """Tell whether deleted objects wait in the recycle bin."""
        return "RESTORABLE" in self.flags

    @cached_property
    def actions(self) -> dict[str, Signature]:
        """Give the actions by name."""
        return signatures(ACTIONS.get(self.code, ""))

    @cached_property
    def queries(self) -> dict[str, Signature]:
        """Give the named queries by name."""
        return signatures(QUERIES.get(self.code, ""))

    def field(self, name: str, version: int = NEWEST) -> Field | None:
        """Find a field that this version has."""
        found = self.fields.get(name)
        return found if found is not None and found.since <= version else None


@cache
def object_types() -> dict[str, ObjectType]:
    """Give every type by its code."""
    blocks: dict[str, Block] = {}
    for module in (work, people, planning, records, forms):
        blocks |= read_table(module.TABLE)
    for union, codes in UNIONS.items():
        blocks[union] = _united([blocks[code] for code in codes])
    unlisted = Block({name: read_field("string", name) for name in COMMON}, {"customer": "CUST"})
    entries = (entry.partition("=") for entry in INDEX.split())
    return {code: _read_entry(code, rest, blocks.get(code, unlisted)) for code, _, rest in entries}


def _read_entry(code: str, rest: str, block: Block) -> ObjectType:
    name, _, letters = rest.partition(":")
    operations = tuple(word for letter in letters for word in OPERATIONS[letter])
    return ObjectType(code, name.rstrip("*"), name.endswith("*"), operations, block)


def _united(blocks: list[Block]) -> Block:
    union = Block()
    for block in reversed(blocks):
        union.fields.update(block.fields)
        union.references.update(block.references)
        union.collections.update(block.collections)
    return union


@cache
def _by_word() -> dict[str, str]:
    types = object_types().values()
    return {t.name.upper(): t.code for t in types} | {t.code: t.code for t in types} | ALIASES


def find_type(word: str) -> ObjectType | None:
    """Find a type by code or API name, in any case (rule 4)."""
    code = _by_word().get(word.upper())
    return object_types()[code] if code else None


def object_type(code: str) -> ObjectType:
    """Give the type of a code known to exist."""
    return object_types()[code]
