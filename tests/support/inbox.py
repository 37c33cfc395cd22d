"""Airflow's side of events: an asset that a DAG is scheduled on, what it was told, and the routes on a socket."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from airflow.models.asset import (
    AssetActive,
    AssetDagRunQueue,
    AssetEvent,
    AssetModel,
    DagScheduleAssetReference,
)
from airflow.models.asset_state_store import AssetStateStoreModel
from airflow.models.dag import DagModel
from airflow.models.dagbundle import DagBundleModel
from airflow.utils.session import create_session
from fastapi import FastAPI
from sqlalchemy import delete, func, select
from support.sockets import serving

from airflow_provider_workfront.events.app import add_events

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DAG_ID = "on_event"
OF_ASSETS = (AssetStateStoreModel, AssetDagRunQueue, AssetEvent, DagScheduleAssetReference)


@contextmanager
def scheduled_on(*uris: str) -> Iterator[None]:
    """Let a DAG be scheduled on these assets while the block runs; all that was told is forgotten at its end."""
    schedule(*uris)
    try:
        yield
    finally:
        _forget(uris)


def schedule(*uris: str, dag_ids: Sequence[str] = (DAG_ID,)) -> None:
    """Let DAGs be scheduled on assets."""
    with create_session() as session:
        session.add(DagBundleModel(name=DAG_ID))
        session.flush()
        session.add_all(DagModel(dag_id=dag_id, bundle_name=DAG_ID, is_paused=False) for dag_id in dag_ids)
        for uri in uris:
            asset = AssetModel(name=uri, uri=uri, group="asset")
            session.add(asset)
            session.flush()
            session.add(AssetActive.for_asset(asset))
            session.add_all(DagScheduleAssetReference(asset_id=asset.id, dag_id=dag_id) for dag_id in dag_ids)


def told(uri: str = "") -> list[dict[str, Any]]:
    """Give what the DAG was told of an asset (of all without one), in the order of its coming."""
    events = select(AssetEvent.extra).join(AssetModel, AssetModel.id == AssetEvent.asset_id).order_by(AssetEvent.id)
    is_asked = AssetModel.uri == uri if uri else AssetModel.id.in_(_assets())
    with create_session() as session:
        return list(session.scalars(events.where(is_asked)))


def queued() -> bool:
    """Tell whether a run of the DAG is queued."""
    with create_session() as session:
        return bool(session.scalar(select(func.count()).where(AssetDagRunQueue.target_dag_id == DAG_ID)))


def _assets() -> Any:
    return select(DagScheduleAssetReference.asset_id).where(DagScheduleAssetReference.dag_id == DAG_ID)


def _forget(uris: tuple[str, ...]) -> None:
    with create_session() as session:
        ids = list(session.scalars(_assets()))
        for table in OF_ASSETS:
            session.execute(delete(table).where(table.asset_id.in_(ids)))
        for each in (AssetActive, AssetModel):
            session.execute(delete(each).where(each.uri.in_(uris)))
        session.execute(delete(DagModel).where(DagModel.dag_id == DAG_ID))
        session.execute(delete(DagBundleModel).where(DagBundleModel.name == DAG_ID))


def application() -> FastAPI:
    """Give the routes of events alone."""
    app = FastAPI()
    add_events(app)
    return app


@contextmanager
def served(app: FastAPI | None = None, port: int = 0) -> Iterator[str]:
    """Serve the routes on a socket; gives the address."""
    with serving(app or application(), port) as url:
        yield url
