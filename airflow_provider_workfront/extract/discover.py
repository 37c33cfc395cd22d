"""Ask Workfront what there is: the types on the way of each field, and the definitions of the custom fields used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from airflow_provider_workfront.api.errors import (
    InvalidRequestError,
    NotFoundError,
    PermissionDeniedError,
    ResponseError,
)
from airflow_provider_workfront.api.logs import get_logger
from airflow_provider_workfront.extract.contract import read_mapping
from airflow_provider_workfront.extract.fields import Found, found, names_of
from airflow_provider_workfront.extract.naming import CUSTOM, split_path
from airflow_provider_workfront.extract.planned import typed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from airflow_provider_workfront.api.filters import Fields
    from airflow_provider_workfront.extract.columns import Columns

log = get_logger(__name__)

AT_ONCE = 100  # definitions asked for by one search
MOST_UNREADABLE = 20
"""Custom fields that are left out; where there are more, something else is wrong."""
REFUSALS = (InvalidRequestError, NotFoundError, PermissionDeniedError)
DEFINITION = ("name", "label", "dataType", "displayType")

Record = dict[str, Any]


class Asked(Protocol):
    """What is needed of a client."""

    @property
    def metadata(self) -> Callable[[str], Record]:
        """Describe an object type."""

    @property
    def search(self) -> Callable[..., Iterator[Record]]:
        """Find objects."""


def discover(client: Asked, obj_code: str, fields: Fields = None, known: Mapping[str, Any] | None = None) -> Columns:
    """Find out the columns of a search before any row is read; a misspelt field is an error with the nearest names.

    `known` is the mapping of the run before: a custom field of it that was renamed since is asked for by its new name,
    one that is gone is left out; `contract.agreed` says what becomes of it. A custom field that Workfront
    describes but refuses to read is left out of ``DE:*``, and named in the log; one that was named itself is not.
    """
    definitions = Definitions(client)
    types: dict[str, Mapping[str, Any] | None] = {obj_code: client.metadata(obj_code)}

    def explored(paths: list[str]) -> Found:
        """Follow the paths, asking for each type that one leads to."""
        while (met := found(obj_code, paths, types)).wanted:
            types.update({code: _described(client, code) for code in met.wanted})
        return met

    result = explored(_present(names_of(fields), known or {}, definitions, explored))
    result.refuse_wrong(obj_code)
    if result.starred:
        for path, error in _unreadable(client, obj_code, list(result.starred)).items():
            log.warning("%s: the custom field %r is left out, since it cannot be read: %s", obj_code, path, error)
            result.drop(path)
    return typed(obj_code, result, definitions.by_name(result.customs()))


def _unreadable(client: Asked, obj_code: str, paths: list[str]) -> dict[str, ResponseError]:
    """Read a row, and halve the fields where it is refused: the error of each that cannot be read at all."""
    found: dict[str, ResponseError] = {}
    lots = [paths]
    while lots and len(found) <= MOST_UNREADABLE:  # a lot of one is not halved
        lot = lots.pop()
        try:
            next(client.search(obj_code, None, lot, limit=1), None)
        except REFUSALS as error:
            middle = len(lot) // 2
            if lot is paths:
                next(client.search(obj_code, None, ["ID"], limit=1), None)  # else it is not the fields that are refused
            if middle:
                lots += [lot[middle:], lot[:middle]]
            else:
                found[lot[0]] = error
    if len(found) > MOST_UNREADABLE:
        raise next(iter(found.values()))
    return found


def _described(client: Asked, code: str) -> Mapping[str, Any] | None:
    """Describe a type on the way; a secondary one may have no metadata of its own (reference 12, rule 6)."""
    try:
        return client.metadata(code)
    except (*REFUSALS, ValueError) as error:
        log.warning("Fields of %s are taken as text, since it cannot be described: %s", code, error)
        return None


def _present(
    names: list[str], known: Mapping[str, Any], definitions: Definitions, explored: Callable[[list[str]], Found]
) -> list[str]:
    """Put the new name of a field that was renamed since the last run, and leave out one that is gone."""
    was = {column.source: column.identity for column in read_mapping(known)}
    missing = {path: was[path] for path in names if path in was and explored([path]).wrong}
    now = definitions.by_id([identity for identity in missing.values() if identity])
    kept = []
    for path in names:
        if path not in missing:
            kept.append(path)
        elif name := now.get(missing[path]):
            renamed = ":".join((*split_path(path)[0], f"{CUSTOM}{name}"))
            kept += [] if explored([renamed]).wrong else [renamed]
    return kept


class Definitions:
    """Reads definitions of custom fields, in chunks; who may not see them goes without."""

    def __init__(self, client: Asked) -> None:
        self._client = client

    def by_name(self, names: list[str]) -> dict[str, Record]:
        """Give the definitions of named fields."""
        return {str(row["name"]): row for row in self._found("name", names)}

    def labelled(self, labels: list[str]) -> dict[str, str]:
        """Give the names of the fields that have these labels, by label."""
        return {str(row["label"]): str(row["name"]) for row in self._found("label", labels)}

    def by_id(self, ids: list[str]) -> dict[str, str]:
        """Give the names of fields."""
        return {str(row["ID"]): str(row["name"]) for row in self._found("ID", ids)}

    def _found(self, key: str, values: list[str]) -> Iterator[Record]:
        try:
            for start in range(0, len(values), AT_ONCE):
                yield from self._client.search("PARAM", {key: values[start : start + AT_ONCE]}, DEFINITION)
        except PermissionDeniedError as error:
            log.warning(
                "The definitions of custom fields may not be read, so their types are guessed from the metadata, and a "
                "renamed one is taken for a new one: %s",
                error,
            )
