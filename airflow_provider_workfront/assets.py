"""Assets of Workfront: ``workfront://acme.my.workfront.com/TASK`` stands for all objects of one type."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

from airflow_provider_workfront.api.objects import segment

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from airflow.providers.common.compat.openlineage.facet import Dataset
    from airflow.sdk import Asset, Context

SCHEME = "workfront"
EXAMPLE = "workfront://acme.my.workfront.com/TASK"

_NAME = re.compile(r"[0-9a-f:.]+|[a-z0-9]([a-z0-9.-]*[a-z0-9])?")


def asset_uri(host: str, obj_code: str) -> str:
    """Give the URI of a type of objects at a host; the type may be named in any way, e.g. ``task`` or ``Issue``.

    Raises ValueError if one of them cannot be.
    """
    return f"{SCHEME}://{_netloc(host)}/{segment(obj_code).upper()}"


def create_asset(*, host: str, obj_code: str, extra: Mapping[str, Any] | None = None) -> Asset:
    """Make the asset of a type of objects at a host."""
    from airflow.sdk import Asset

    return Asset(asset_uri(host, obj_code), extra=dict(extra or {}))


def workfront_asset(obj_code: str, workfront_conn_id: str = "workfront_default") -> Asset:
    """Make the asset of a type of objects at the host of a connection.

    It reads the connection whenever the DAG is parsed: where that is not wanted, use `create_asset`. Raises
    ConnectionSettingsError, naming connection and field, if the connection cannot work.
    """
    from airflow.sdk import BaseHook
    from airflow.sdk.configuration import conf

    from airflow_provider_workfront.connection import Settings, policy

    conn = BaseHook.get_connection(workfront_conn_id)
    settings = Settings.of(conn, conn.extra_dejson, **policy(conf))
    return create_asset(host=urlsplit(settings.base_url).netloc, obj_code=obj_code)


def tell_outlets(
    context: Context, outlets: Iterable[object], host: str, obj_code: str, extra: Mapping[str, Any]
) -> None:
    """Give the events of a task's outlets what it wrote; an alias among them becomes the asset of that.

    So a task names the right host without any lookup while its DAG is parsed.
    """
    from airflow.sdk import Asset, AssetAlias

    told = {"obj_code": segment(obj_code).upper(), **extra}
    for outlet in outlets:
        if isinstance(outlet, AssetAlias):
            context["outlet_events"][outlet].add(create_asset(host=host, obj_code=obj_code), extra=told)
        elif isinstance(outlet, Asset):
            context["outlet_events"][outlet].extra.update(told)


def sanitize_uri(uri: SplitResult) -> SplitResult:
    """Give the one form of a URI, as Airflow asks for it: host in small letters, type by its code."""
    code = uri.path.strip("/")
    if not code or uri.query:
        raise ValueError(f"{uri.geturl()!r} must be a host and an object code, such as {EXAMPLE}")
    return uri._replace(netloc=_netloc(uri.netloc), path=f"/{segment(code).upper()}")


def convert_asset_to_openlineage(asset: Asset, lineage_context: Any) -> Dataset:  # noqa: ARG001 Airflow passes it
    """Give the dataset of OpenLineage that an asset is."""
    parts = urlsplit(asset.uri)
    return dataset(parts.netloc, parts.path)


def dataset(host: str, obj_code: str) -> Dataset:
    """Give the dataset of OpenLineage for a type of objects at a host."""
    from airflow.providers.common.compat.openlineage.facet import Dataset

    namespace, _, name = asset_uri(host, obj_code.strip("/")).rpartition("/")
    return Dataset(namespace=namespace, name=name)


def _netloc(host: str) -> str:
    """Write a host in one way, with a port only where it is not the usual one."""
    try:
        parts = urlsplit(f"//{host.strip()}")
        name, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        name, port = "", None
    if not _NAME.fullmatch(name) or parts.username is not None or parts.path:
        raise ValueError(f"a URI of Workfront names its host, without user and password, such as {EXAMPLE}")
    shown = f"[{name}]" if ":" in name else name
    return f"{shown}:{port}" if port not in {None, 443} else shown
