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
python_maximum_signature_line_length = 70
python_use_unqualified_type_names = True
toc_object_entries_show_parents = "hide"
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

html_theme = "pydata_sphinx_theme"
html_title = f"{project} {release}"
html_show_sourcelink = False
html_copy_source = False
html_context = {"default_mode": "auto"}
html_theme_options: dict[str, Any] = {
    "icon_links": [{"name": "Source", "url": URLS["Source"], "icon": "fa-brands fa-github"}],
    "header_links_before_dropdown": 9,
    "navbar_align": "left",
    "navbar_persistent": ["search-button"],
    "navbar_end": ["theme-switcher", "navbar-icon-links"],
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
    "show_prev_next": False,
    "show_toc_level": 2,
    "footer_start": ["copyright"],
    "footer_end": [],
    "logo": {"text": f"{project} {release}"},
}
"""Light or dark as the reader's system is, with a switch; nothing is loaded from elsewhere."""

linkcheck_ignore = [r"http://(localhost|127\.0\.0\.1)", re.escape(URLS["Source"]), r"https://(acme|airflow)\."]
linkcheck_anchors = False

WHOLE = {"guide/changelog": "CHANGELOG.md", "guide/contributing": "CONTRIBUTING.md"}
"""Pages whose text is a file of the repository."""


def fill_page(app: Sphinx, docname: str, source: list[str]) -> None:  # noqa: ARG001 Sphinx passes it
    """Put a file of the repository into its page, and lead links out of `docs/` to examples or to the repository.

    A page of the reference gets a short title: the full name is too long for a menu and a phone.
    """
    if docname.startswith("api/"):
        title = source[0].partition("\n")[0].rpartition(".")[2]
        source[0] = "\n".join([title, "=" * len(title), *source[0].splitlines()[2:]])
        return
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
        if path.startswith("docs/"):
            return f"]({os.path.relpath(path, here)}{anchor})"
        if (PROJECT / path).exists():
            return f"]({URLS['Source']}/blob/v{release}/{path}{anchor})"
        return link[0]

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
