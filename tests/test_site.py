"""The documentation as a site: pages in the navigation, the reference, common problems, the check of links."""

from __future__ import annotations

import ast
import re
import tomllib
from inspect import signature
from pathlib import Path

import check_site
import pytest
from airflow.models import BaseOperator
from support.pages import ALL, rows

from airflow_provider_workfront import operators, sensors, transfers
from airflow_provider_workfront.provider import get_provider_info

PROJECT = Path(__file__).parents[1]
DOCS = PROJECT / "docs"
PACKAGE = PROJECT / "airflow_provider_workfront"
PROBLEMS = (DOCS / "guide" / "problems.md").read_text()
MESSAGES = [cells[0].strip("`") for cells in rows(PROBLEMS) if cells[0].startswith("`")]


def listed(page: Path) -> list[Path]:
    """Find the pages of a page's navigation, in their order."""
    found = []
    for body in re.findall(r"^```\{toctree\}\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL):
        for entry in body.split():
            if entry.startswith((":", "/api/")) or entry.isdigit():
                continue
            found += sorted(page.parent.glob(f"{entry}.md")) if "*" in entry else [page.parent / f"{entry}.md"]
    return [path.resolve() for path in found]


def test_every_page_is_in_the_navigation_once():
    """A page that nobody finds, or finds in two places, is a defect; Sphinx refuses the first as a warning."""
    tasks = listed(DOCS / "index.md")
    pages = [*tasks, *(page for task in tasks for page in listed(task))]

    assert len(tasks) == 9
    assert sorted(pages) == sorted(set(DOCS.rglob("*.md")) - {DOCS / "index.md"})


def test_the_start_of_each_part_says_where_to_go():
    """Each page of its navigation has a line in its table, but for the decisions."""
    for task in listed(DOCS / "index.md"):
        linked = {(task.parent / link).resolve() for link in re.findall(r"\]\(([^)#]+\.md)", task.read_text())}
        assert [page for page in listed(task) if page not in linked and page.parent.name != "decisions"] == []


def test_the_first_python_of_each_page_is_run():
    """tests/test_docs.py runs blocks called `python`; one of another name would only look like an example."""
    first = {}
    for fence in ALL:
        if fence.language.startswith("py"):
            first.setdefault(fence.page, fence)

    assert len(first) > 15
    assert {page for page, fence in first.items() if not (fence.is_dag or fence.is_script)} == set()


def public_strings() -> str:
    """Collect the literals of the package, one a line."""
    trees = [ast.parse(path.read_text()) for path in PACKAGE.rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    return "\n".join(node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))


def test_the_messages_of_the_common_problems_exist():
    """Word for word, so that somebody who searches for one finds it; each once."""
    said = public_strings()

    assert len(MESSAGES) == len(set(MESSAGES)) > 20
    assert [message for message in MESSAGES if message not in said] == []


def test_the_examples_are_all_shown():
    """Each file of `dags_examples`, under its name."""
    text = (DOCS / "guide" / "examples.md").read_text()
    shown = re.findall(r"^## (\w+)\n\n```\{literalinclude\} \.\./\.\./dags_examples/(\w+)\.py$", text, re.MULTILINE)

    assert shown == [(path.stem, path.stem) for path in sorted((PROJECT / "dags_examples").glob("*.py"))]


def test_the_reference_covers_every_module_that_airflow_is_told_of():
    """What `docs/conf.py` calls public is in the menu of the reference, and has all that DAGs import."""
    (names,) = re.findall(r"^PUBLIC = \((.*?)\)$", (DOCS / "conf.py").read_text(), re.MULTILINE)
    public = set(re.findall(r"\w+", names))
    menu = re.findall(
        r"^/api/airflow_provider_workfront/(\w+)/index$", (DOCS / "guide" / "reference.md").read_text(), re.MULTILINE
    )
    info = get_provider_info()
    told = {
        module for key in ("hooks", "operators", "sensors", "triggers") for module in info[key][0]["python-modules"]
    }
    told |= {item["python-module"] for item in info["transfers"]}

    assert set(menu) == public
    assert {module.split(".")[1] for module in told} <= public


@pytest.mark.parametrize(
    "operator",
    [
        getattr(module, name)
        for module in (operators, sensors, transfers)
        for name in module.__all__
        if name.endswith(("Operator", "Sensor"))
    ],
)
def test_every_argument_of_an_operator_is_described(operator):
    """The reference is generated from these lines; Airflow's own arguments are described by Airflow."""
    described = {arg for kind in operator.__mro__ for arg in re.findall(r":param (\w+):", kind.__doc__ or "")}
    own = {name for name, arg in signature(operator.__init__).parameters.items() if arg.kind == arg.KEYWORD_ONLY}

    assert own - set(signature(BaseOperator.__init__).parameters) - described == set()


# -- the check of the finished pages


@pytest.mark.parametrize(
    ("link", "problem"),
    [
        ("b.html#here", ""),
        ("#top", ""),
        ("", ""),
        ("https://elsewhere/", ""),
        ("mailto:a@example.org", ""),
        ("folder/c.html", ""),
        ("gone.html", "no such file"),
        ("b.html#gone", "no such anchor"),
        ("#gone", "no such anchor"),
        ("folder/", "a folder"),
        ("/b.html", "absolute"),
        ("../outside.html", "no such file"),
    ],
)
def test_a_link_that_leads_nowhere_is_found(tmp_path, link, problem):
    """On a plain file server: folders have no index, and nothing begins at the root."""
    site = tmp_path / "site"
    (site / "folder").mkdir(parents=True)
    (tmp_path / "outside.html").write_text("")
    (site / "b.html").write_text('<h1 id="here">b</h1>')
    (site / "folder" / "c.html").write_text("")
    (site / "index.html").write_text(f'<p id="top"><a href="{link}">a</a></p>')

    found = check_site.dead_links(site)

    assert [line.split(": ", 2)[2].startswith(problem) for line in found] == ([True] if problem else [])


def test_what_a_page_loads_from_elsewhere_is_found(tmp_path):
    """The site works without the network; a link is no load, and templates of a theme are no pages."""
    (tmp_path / "_static").mkdir()
    (tmp_path / "_static" / "a.html").write_text('<a href="{{ gone }}">a</a>')
    tags = [
        '<script src="https://cdn/a.js"></script>',
        '<link rel="stylesheet" href="//cdn/a.css">',
        '<img src="https://a/b.png">',
    ]
    (tmp_path / "index.html").write_text(
        "".join(tags) + '<link rel="canonical" href="https://a/"><a href="https://a/">a</a>'
    )

    assert [line.rpartition(": ")[2] for line in check_site.dead_links(tmp_path)] == ["loaded from elsewhere"] * 3


def test_the_theme_is_the_chosen_one():
    """Without the line Sphinx takes its own theme, and says nothing."""
    settings = (DOCS / "conf.py").read_text()

    assert 'html_theme = "pydata_sphinx_theme"' in settings
    assert '"theme-switcher"' in settings
    assert '"text": f"{project} {release}"' in settings


def test_the_tools_of_the_site_are_pinned():
    """Warnings are errors: a new version of Sphinx must not break the build by itself."""
    groups = tomllib.loads((PROJECT / "pyproject.toml").read_text())["dependency-groups"]
    pinned = {line.split("==")[0] for line in (PROJECT / "constraints-tools.txt").read_text().lower().splitlines()}
    wanted = {re.split(r"[\[>=<]", line)[0] for line in [*groups["docs"], *groups["release"]]}

    assert {name for name in wanted if name not in pinned and name.replace("-", "_") not in pinned} == set()
