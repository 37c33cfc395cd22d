"""What Airflow reads at every start: it must be valid, complete and light."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tomllib
from pathlib import Path

import jsonschema
import pytest

from airflow_provider_workfront import __version__
from airflow_provider_workfront.connection.settings import EXTRAS, Settings
from airflow_provider_workfront.provider import get_provider_info

INFO = get_provider_info()
(CONNECTION_TYPE,) = INFO["connection-types"]
FIELDS = CONNECTION_TYPE["conn-fields"]
OPTIONS = INFO["config"]["workfront"]["options"]


def airflows_schema(name: str) -> dict:
    (root,) = importlib.util.find_spec("airflow").submodule_search_locations
    return json.loads((Path(root) / name).read_text())


def test_the_info_is_valid_for_airflow():
    """Airflow ignores a provider whose info does not match its schema."""
    schema = airflows_schema("provider_info.schema.json")

    assert not list(jsonschema.Draft7Validator(schema).iter_errors(INFO))


def test_the_form_behaves_as_airflow_expects():
    """The same schema that Airflow checks it with at start."""
    behaviour = {name.replace("-", "_"): value for name, value in CONNECTION_TYPE["ui-field-behaviour"].items()}

    jsonschema.validate(behaviour, airflows_schema("customized_form_field_behaviours.schema.json"))
    assert behaviour["hidden_fields"] == ["port", "schema"]


def test_version_and_name_are_the_package_s_own():
    """Three version strings in one package drift apart."""
    assert INFO["versions"] == [__version__]
    assert INFO["package-name"] == "airflow-provider-workfront"


def test_the_form_has_exactly_the_fields_that_are_read():
    """A field that nothing reads would be a lie, one that is not shown could not be found."""
    assert FIELDS.keys() == EXTRAS.keys() - {"refresh_token_home"}  # the broker's own mark, no field for people


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_is_explained(name):
    """Label for the form, description for whoever wonders; a text field may stay empty."""
    field = FIELDS[name]

    assert field["label"]
    assert field["description"].endswith(".")
    assert "null" in field["schema"]["type"] or "default" in field["schema"]


def test_what_settings_hide_is_a_password_field():
    """Airflow masks what the form marks; the rest it shows."""
    hidden = {name for name, field in Settings.__dataclass_fields__.items() if not field.repr}

    shown_as_password = {name for name, field in FIELDS.items() if field["schema"].get("format") == "password"}

    assert shown_as_password == hidden - {"client_secret"}


@pytest.mark.parametrize("name", [name for name, field in FIELDS.items() if "default" in field["schema"]])
def test_a_default_of_the_form_is_the_default_of_the_settings(name):
    """The form writes its defaults into the connection."""
    assert FIELDS[name]["schema"]["default"] == Settings.__dataclass_fields__[name].default


@pytest.mark.parametrize("name", [name for name, field in FIELDS.items() if "enum" in field["schema"]])
def test_every_choice_of_the_form_can_be_read(name):
    """A choice that is refused later would be a trap; each is shown in words, with the value that JSON has."""
    shown = FIELDS[name]["schema"]["values_display"]

    assert list(shown) == FIELDS[name]["schema"]["enum"]
    for word in FIELDS[name]["schema"]["enum"]:
        assert EXTRAS[name](word) == word
        assert shown[word].endswith(f" ({word})")


def test_the_form_keeps_apart_what_few_need():
    """The refresh token first, all else in one fold; a name of two words Airflow would hide from screen readers."""
    folds = {name: field["schema"]["section"] for name, field in FIELDS.items()}

    assert folds.pop("refresh_token") == "Authorization"
    assert set(folds.values()) == {"Advanced"}
    assert next(iter(FIELDS)) == "refresh_token"


@pytest.mark.parametrize("name", [name for name, field in FIELDS.items() if "maximum" in field["schema"]])
def test_the_bounds_of_the_form_are_those_that_are_checked(name):
    """The form stops a person where the connection would be refused."""
    schema = FIELDS[name]["schema"]

    assert [EXTRAS[name](schema[bound]) for bound in ("minimum", "maximum")] == [
        schema["minimum"],
        schema["maximum"],
    ]
    with pytest.raises(ValueError, match="must be"):
        EXTRAS[name](schema["maximum"] + 1)


@pytest.mark.parametrize("name", OPTIONS)
def test_every_option_is_documented(name):
    """`airflow config list` shows these texts."""
    assert OPTIONS[name]["description"].endswith(".")
    assert isinstance(OPTIONS[name]["default"], str)


def test_airflow_finds_the_provider_by_its_entry_point():
    """The entry point names this very function, and only `airflow.plugins` names a plugin."""
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]

    points = project["entry-points"]

    assert points["apache_airflow_provider"]["provider_info"] == "airflow_provider_workfront.provider:get_provider_info"
    assert "plugins" not in INFO


@pytest.mark.process
def test_reading_the_info_imports_nothing_else():
    """It is read by every Airflow process at start."""
    code = (
        "import sys; before = set(sys.modules);"
        "from airflow_provider_workfront.provider import get_provider_info; get_provider_info();"
        "print(*sorted(set(sys.modules) - before))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert not {name.split(".")[0] for name in run.stdout.split()} & {
        "airflow",
        "httpcore",
        "httpx",
        "pendulum",
        "fastapi",
    }
    ours = {name for name in run.stdout.split() if name.startswith("airflow_provider_workfront")}
    assert ours == {"airflow_provider_workfront", "airflow_provider_workfront.provider"}
