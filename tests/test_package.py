"""What the package index and registries of providers get: metadata, links, files."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import tomllib
from email.message import Message
from pathlib import Path

import check_package
import jsonschema
import pytest
import yaml

from airflow_provider_workfront import __version__
from airflow_provider_workfront.provider import get_provider_info

PROJECT = Path(__file__).parents[1]
SETTINGS = tomllib.loads((PROJECT / "pyproject.toml").read_text())
INFO = get_provider_info()
REGISTRY = yaml.safe_load((PROJECT / "provider.yaml").read_text())
WHEEL = [
    "airflow_provider_workfront/__init__.py",
    "airflow_provider_workfront/py.typed",
    "airflow_provider_workfront-0.1.0.dist-info/METADATA",
    "airflow_provider_workfront-0.1.0.dist-info/entry_points.txt",
    "airflow_provider_workfront-0.1.0.dist-info/licenses/LICENSE",
]


def described(**changed: str) -> Message:
    metadata = Message()
    metadata["Version"] = "1.2.3"
    urls = {label: f"https://example.org/{label}" for label in check_package.LABELS} | changed
    for label, url in urls.items():
        if url:
            metadata["Project-URL"] = f"{label}, {url}"
    return metadata


def on_the_index(text: str) -> str:
    """Apply the substitutions of pyproject.toml, as the build does."""
    for substitution in SETTINGS["tool"]["hatch"]["metadata"]["hooks"]["fancy-pypi-readme"]["substitutions"]:
        replacement = substitution["replacement"].replace("$HFPR_VERSION", __version__)
        text = re.sub(substitution["pattern"], replacement, text)
    return text


# -- the README on the index


def test_no_link_of_the_readme_is_relative_on_the_index():
    """Images lead to the file itself, links to the page that shows it, headings to the README; code stays as it is."""
    readme = (PROJECT / "README.md").read_text()
    links = re.findall(r"(!?)\[[^\]]*\]\(([^)\s]+)\)", on_the_index(readme))

    assert len(links) == len(re.findall(r"\[[^\]]*\]\(([^)\s]+)\)", readme)) > 50
    assert [link for _, link in links if not link.startswith("https://")] == []
    assert all(("raw.githubusercontent.com" in link) == bool(image) for image, link in links)
    assert all(f"/v{__version__}/" in link for _, link in links if check_package.PLACEHOLDER in link)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("![a](docs/a.png)", "![a](https://raw.githubusercontent.com/{o}/v{v}/docs/a.png)"),
        ("[a](docs/a.md#b)", "[a](https://github.com/{o}/blob/v{v}/docs/a.md#b)"),
        ("[a](#b)", "[a](https://github.com/{o}/blob/v{v}/README.md#b)"),
        ("[a](https://b/c)", "[a](https://b/c)"),
        (
            "[![a](b.png)](c.md)",
            "[![a](https://raw.githubusercontent.com/{o}/v{v}/b.png)](https://github.com/{o}/blob/v{v}/c.md)",
        ),
    ],
)
def test_each_kind_of_link_becomes_absolute(written, shown):
    """Also an image within a link; an absolute address stays."""
    owner = f"{check_package.PLACEHOLDER}/airflow-provider-workfront"

    assert on_the_index(written) == shown.format(o=owner, v=__version__)


def test_a_relative_link_on_the_index_is_a_problem():
    """Of a page, an image, a heading; one line each."""
    html = '<a href="docs/a.md">a</a><img src="b.png"><a href="#c">c</a><a rel="x" href="https://d">d</a>'

    assert len(check_package.check_description(html)) == 3
    assert len(check_package.check_description(f'{html}<h2 id="c">c</h2>')) == 2
    assert check_package.check_description("") == ["the README cannot be rendered"]


# -- files and addresses


@pytest.mark.parametrize(
    "extra", ["tests/test_a.py", "airflow_provider_workfront/test_a.py", "a.py", "airflow_provider_workfront/a.pyc"]
)
def test_the_wheel_holds_the_package_and_nothing_else(extra):
    """No test, no second top-level module, nothing compiled."""
    assert check_package.check_wheel_files(WHEEL) == []
    assert len(check_package.check_wheel_files([*WHEEL, extra])) == 1


@pytest.mark.parametrize("missing", [name for name in WHEEL if not name.endswith(("__init__.py", "METADATA"))])
def test_a_wheel_without_licence_types_or_entry_points_is_refused(missing):
    """Each by its name."""
    (problem,) = check_package.check_wheel_files([name for name in WHEEL if name != missing])

    assert Path(missing).name in problem


def test_a_source_archive_holds_the_tests():
    """Who packages it for a distribution runs them."""
    whole = [f"package-1.0/{name}" for name in check_package.IN_SOURCE]

    assert check_package.check_source_files(["package-1.0", *whole]) == []
    assert check_package.check_source_files(whole[1:]) == ["the source archive lacks tests"]


@pytest.mark.parametrize("label", check_package.LABELS)
def test_every_address_is_there(label):
    """In pyproject.toml; and its absence is a problem."""
    assert SETTINGS["project"]["urls"][label].startswith("https://")
    assert check_package.check_urls(described()) == []
    assert len(check_package.check_urls(described(**{label: ""}))) == 1


@pytest.mark.process
def test_the_placeholder_stands_in_its_two_files_only():
    """CONTRIBUTING.md says how to replace it; the check itself has to know the word."""
    command = ["git", "grep", "-l", check_package.PLACEHOLDER]
    run = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    if run.returncode == 128:
        pytest.skip("no Git repository here")

    assert set(run.stdout.split()) - {"scripts/check_package.py"} <= {
        "CONTRIBUTING.md",
        "pyproject.toml",
        ".github/CODEOWNERS",
    }


# -- releases


def test_a_release_needs_its_section_its_tag_and_an_owner():
    """Each lack is one line."""
    good = "# Changelog\n\n## Unreleased\n\n## 1.2.3 - 2026-01-31\n\n- A line.\n"

    assert check_package.check_release(described(), good, "refs/tags/v1.2.3") == []
    assert check_package.check_release(described(), good, "refs/heads/main") == []
    for metadata, changelog, ref, said in [
        (described(), good.replace(" - 2026-01-31", " - Unreleased"), "", "no section"),
        (described(), good.replace("Unreleased\n", "Unreleased\n\n- More.\n"), "", "under Unreleased"),
        (described(), good, "refs/tags/v1.2.4", "the tag v1.2.4"),
        (described(Source=f"https://github.com/{check_package.PLACEHOLDER}/x"), good, "", check_package.PLACEHOLDER),
    ]:
        (problem,) = check_package.check_release(metadata, changelog, ref)
        assert said in problem


# -- registries


def test_the_registry_file_is_valid_for_airflow():
    """The schema that Airflow's own providers are held to."""
    (root,) = importlib.util.find_spec("airflow").submodule_search_locations
    schema = json.loads((Path(root) / "provider.yaml.schema.json").read_text())

    assert [error.message for error in jsonschema.Draft7Validator(schema).iter_errors(REGISTRY)] == []


def test_the_registry_file_says_what_airflow_is_told():
    """Key by key; the form and the options are left to the connection's page."""
    (kind,) = INFO["connection-types"]
    told = INFO | {
        "connection-types": [{key: kind[key] for key in ("connection-type", "hook-class-name", "hook-name")}]
    }
    own = {"state", "lifecycle", "source-date-epoch", "plugins"}  # for registries only

    assert REGISTRY.keys() - own == told.keys() - {"config"}
    for key in REGISTRY.keys() - own - {"description"}:
        assert REGISTRY[key] == told[key], key
    assert REGISTRY["description"].strip() == told["description"]
    assert (
        REGISTRY["plugins"][0]["plugin-class"].replace(".plugin.", ".plugin:")
        == (SETTINGS["project"]["entry-points"]["airflow.plugins"]["workfront"])
    )


def test_every_module_that_is_named_exists():
    """A registry reads them for operators and hooks."""
    named = {
        module for key in ("hooks", "operators", "sensors", "triggers") for module in INFO[key][0]["python-modules"]
    }
    named |= {transfer["python-module"] for transfer in INFO["transfers"]}

    assert [name for name in named if importlib.util.find_spec(name) is None] == []
