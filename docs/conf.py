"""How Sphinx builds the documentation: `make docs`.

Pages are Markdown (MyST) and stay readable on GitHub. The API reference is generated from docstrings by autoapi, which
parses the package and imports nothing. Addresses of the repository come from `pyproject.toml`.
"""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import astroid

if TYPE_CHECKING:
    from sphinx.application import Sphinx

PROJECT = Path(__file__).resolve().parents[1]
PACKAGE = PROJECT / "airflow_provider_workfront"
URLS = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["urls"]

project = "airflow-provider-workfront"
author = "The airflow-provider-workfront maintainers"
project_copyright = f"{author}. Not affiliated with Adobe. Apache, Apache Airflow and Airflow are marks of the ASF"
(release,) = re.findall(r'^__version__ = "(.*)"$', (PACKAGE / "__init__.py").read_text(), re.MULTILINE)
version = release

extensions = ["myst_parser", "autoapi.extension", "sphinx_copybutton", "sphinx.ext.viewcode"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
exclude_patterns = ["_build", "api/airflow_provider_workfront/index.rst"]
nitpicky = False
default_role = "code"  # docstrings write code in single backticks, as Markdown does
myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]
copybutton_exclude = ".linenos, .gp, .go"
highlight_language = "none"

autoapi_dirs = [str(PACKAGE)]
autoapi_root = "api"
autoapi_ignore = ["*/simulator/*", "*/pages/*", "*/cli/*", "*/broker/*"]
suppress_warnings = ["autoapi.python_import_resolution"]  # of names in modules that are not public
autoapi_add_toctree_entry = False
autoapi_keep_files = False
autoapi_member_order = "alphabetical"
autoapi_own_page_level = "class"
autoapi_python_class_content = "both"
autoapi_options = ["members", "show-module-summary", "imported-members", "inherited-members"]
PUBLIC = ("hooks", "operators", "sensors", "transfers", "triggers", "notifications", "assets")
"""What a DAG imports; the rest of the package may change without notice."""

MODULES = {name for name in PUBLIC if (PACKAGE / f"{name}.py").is_file()}
CALLED = ("operators", "sensors", "transfers")
"""Where a class is its arguments: its methods and attributes are for Airflow to call."""

WHOLE = {"guide/changelog": "CHANGELOG.md", "guide/contributing": "CONTRIBUTING.md"}
"""Pages whose text is a file of the repository."""


def fill_page(app: Sphinx, docname: str, source: list[str]) -> None:  # noqa: ARG001 Sphinx passes it
    """Put a file of the repository into its page, and lead links out of `docs/` to examples or to the repository."""
    here = PurePosixPath("docs", docname).parent
    text, folder = source[0], here
    if docname in WHOLE:
        text, folder = (PROJECT / WHOLE[docname]).read_text(), PurePosixPath()

    def lead(link: re.Match[str]) -> str:
        path = os.path.normpath(folder / link[1])
        if path.startswith("dags_examples/") and path.endswith(".py"):
            path, anchor = "docs/guide/examples.md", f"#{PurePosixPath(path).stem}"
        else:
            anchor = link[2] or ""
        if path.startswith("docs/") and (PROJECT / path).is_file():
            return f"]({os.path.relpath(path, here)}{anchor})"
        return f"]({URLS['Source']}/blob/v{release}/{path}{anchor})"

    source[0] = re.sub(r"\]\((?![a-z]+:|#)([^)\s#]+)(#[^)\s]*)?\)", lead, text)


def hoist_imports(module: astroid.nodes.Module) -> None:
    """Let autoapi see what a package imports for type checkers only, and otherwise when it is used."""
    body: list[Any] = []
    for node in module.body:
        checks_types = isinstance(node, astroid.nodes.If) and node.test.as_string() == "TYPE_CHECKING"
        body += node.body if checks_types else [node]
    for node in body:
        node.parent = module
    module.body = body


def skip_private(app: Sphinx, what: str, name: str, obj: Any, skip: bool, options: Any) -> bool:  # noqa: ARG001, FBT001
    """Leave out what no DAG imports, and what Airflow itself calls on an operator."""
    parts = name.split(".")
    if what in {"package", "module"}:
        return len(parts) != 2 or parts[1] not in PUBLIC
    if what in {"method", "property", "attribute"} and parts[1] in CALLED:
        return True
    return skip or (obj.imported and parts[1] in MODULES)


def setup(app: Sphinx) -> None:
    """Register what stands above."""
    astroid.MANAGER.register_transform(
        astroid.nodes.Module, hoist_imports, lambda module: module.package and module.name.startswith(PACKAGE.name)
    )
    app.connect("source-read", fill_page)
    app.connect("autoapi-skip-member", skip_private)
