"""Imports point down only: the picture of the layers, held by a walk over every import."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import airflow_provider_workfront

PACKAGE = "airflow_provider_workfront"
ROOT = Path(airflow_provider_workfront.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))

BELOW = {
    "__init__": set(),
    "provider": set(),
    "api": set(),
    "auth": {"api"},
    "client": {"api", "auth"},
    "connection": {"api", "auth"},
    "broker": {"api", "auth", "client", "connection"},
    "run": {"broker"},
    "hooks": {"api", "auth", "broker", "client", "connection", "run"},
    "failures": {"api"},
    "spelling": set(),
    "extract": {"api", "failures"},
    "sql_hook": {"failures"},
    "load": {"api", "extract", "failures", "sql_hook"},
    "writing": {"api", "extract", "failures", "sql_hook"},
    "links": set(),
    "assets": {"api", "connection"},
    "notifications": {"api", "hooks"},
    "operators": {"api", "assets", "client", "events", "extract", "failures", "hooks", "links", "spelling"},
    "triggers": {"api", "client", "hooks"},
    "sensors": {"api", "client", "failures", "hooks", "links", "operators", "spelling", "triggers"},
    "transfers": {
        *{"api", "assets", "client", "extract", "failures", "hooks", "links", "load", "spelling", "sql_hook", "writing"}
    },
    "pages": {"api", "auth", "broker", "connection"},
    "events": {"api", "assets", "broker", "connection"},
    "plugin": {"broker", "events", "pages"},
    "cli": {"api", "auth", "broker", "client", "connection", "hooks", "pages"},
    "simulator": set(),
}
"""What each layer may import of ours; nothing imports the simulator, or a shared bug would cancel out."""

SENDS = {"client"}
"""The one layer with an HTTP library."""


def layer_of(file):
    """Name the layer of a file: the first part of its path."""
    return file.relative_to(ROOT).parts[0].removesuffix(".py")


def imported(file):
    """List every module that a file imports, wherever in it."""
    names = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


def own_layers(file):
    """List the layers of ours that a file imports."""
    return {name.split(".")[1] for name in imported(file) if name.startswith(f"{PACKAGE}.")} - {"__version__"}


def of(*layers):
    """List the files of some layers."""
    return [pytest.param(file, id=str(file.relative_to(ROOT))) for file in FILES if layer_of(file) in layers]


def test_every_layer_is_in_the_picture():
    """A new one must be drawn before it is built."""
    assert {layer_of(file) for file in FILES} <= BELOW.keys()


@pytest.mark.parametrize("file", of(*BELOW))
def test_a_layer_imports_only_what_lies_below(file):
    """So that it can be understood, and tested, without what lies above."""
    assert own_layers(file) - {layer_of(file)} <= BELOW[layer_of(file)]


@pytest.mark.parametrize("file", of("provider"))
def test_the_provider_info_imports_nothing(file):
    """Airflow reads it at every start, in every process."""
    assert [name for name in imported(file) if not name.startswith(("__future__", "typing"))] == []


@pytest.mark.parametrize("file", of("api", "auth"))
def test_the_pure_layers_do_no_io(file):
    """They say what to send and when to wait; others do it."""
    impure = {
        "httpx",
        "httpcore",
        "airflow",
        "socket",
        "asyncio",
        "sqlalchemy",
        "fastapi",
        "requests",
        "aiohttp",
        "urllib.request",
    }
    tops = {name.partition(".")[0] for name in imported(file)} | {name.rpartition(".")[0] for name in imported(file)}
    assert tops & impure == set()


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_only_the_client_has_an_http_library(file):
    """One way to the network, with one set of rules."""
    libraries = {"httpx", "httpcore", "requests", "aiohttp", "urllib3", "http.client", "urllib.request"}
    allowed = {"http.client"} if layer_of(file) == "simulator" else set()  # its status texts
    found = {library for library in libraries for name in imported(file) if f"{name}.".startswith(f"{library}.")}
    assert layer_of(file) in SENDS or found <= allowed


@pytest.mark.parametrize("file", of("simulator"))
def test_the_simulator_needs_nothing_but_python(file):
    """It must start anywhere, in a moment; checking a signature is the exception."""
    tops = {name.partition(".")[0] for name in imported(file)} - {PACKAGE}
    assert tops - sys.stdlib_module_names <= {"cryptography", "jwt"}


@pytest.mark.process
def test_the_protocol_loads_lightly():
    """Operators import it while DAGs are parsed: no HTTP library, no dates, no Airflow."""
    code = (
        f"import sys, {PACKAGE}.api.bulk, {PACKAGE}.api.documents, {PACKAGE}.api.query, {PACKAGE}.api.text_mode;"
        f"import {PACKAGE}.api.writes;"
        "print([name for name in ('httpx', 'pendulum', 'airflow') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT.parent)
    assert run.stdout.strip() == "[]"
