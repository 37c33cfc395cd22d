"""Check what would be uploaded to the package index: files, metadata and the page that the index makes of the README.

`make check-package` runs this after `twine check --strict`, `check-wheel-contents`, `pyroma` and `validate-pyproject`:
`python check_package.py <folder with one wheel and one source archive>`. It checks what those tools do not.
`--release` (`make release-check`) also requires a dated section in CHANGELOG.md, no placeholder, and, where CI runs
for a tag, the tag of this version.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tarfile
import zipfile
from email import message_from_bytes
from email.policy import compat32
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from email.message import Message

PROJECT = Path(__file__).resolve().parents[1]
PACKAGE = "airflow_provider_workfront"
PLACEHOLDER = "your-organization"
"""Stands for the owner of the repository; see CONTRIBUTING.md."""

LABELS = ("Homepage", "Documentation", "Source", "Issues", "Changelog")
SUFFIXES = {".py", ".typed", ".html", ".css", ".js"}
IN_SOURCE = ("tests", "docs", "dags_examples", "LICENSE", "CHANGELOG.md", "pyproject.toml")


def main() -> int:
    """Run every check; print one line for each problem; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--release", action="store_true")
    args = parser.parse_args()
    (wheel,) = args.folder.glob("*.whl")
    (source,) = args.folder.glob("*.tar.gz")
    files = read_wheel(wheel)
    with tarfile.open(source) as archive:
        in_source = archive.getnames()
    metadata = read_metadata(files)
    problems = [
        *check_wheel_files(files),
        *check_source_files(in_source),
        *check_urls(metadata),
        *check_description(rendered(str(metadata.get_payload()))),
    ]
    if args.release:
        problems += check_release(metadata, (PROJECT / "CHANGELOG.md").read_text(), os.environ.get("GITHUB_REF", ""))
    for problem in problems:
        print(f"[package] {problem}", file=sys.stderr)
    print(f"[package] {metadata['Name']} {metadata['Version']}: {len(files)} files, {len(problems)} problems")
    return 1 if problems else 0


def read_wheel(path: Path) -> dict[str, bytes]:
    """Read the files of a wheel, by name."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}


def read_metadata(files: dict[str, bytes]) -> Message:
    """Parse the METADATA file of a wheel."""
    (name,) = [name for name in files if name.endswith(".dist-info/METADATA")]
    return message_from_bytes(files[name], policy=compat32)


def check_wheel_files(names: Iterable[str]) -> list[str]:
    """Return what is missing in the wheel, and what does not belong into it."""
    problems, info = [], set()
    for name in names:
        path = PurePosixPath(name)
        if path.parts[0].endswith(".dist-info"):
            info.add("/".join(path.parts[1:]))
        elif path.parts[0] != PACKAGE or path.suffix not in SUFFIXES:
            problems.append(f"the wheel has {name}; only the package belongs into it")
        elif any(part in {"tests", "conftest.py"} or part.startswith("test_") for part in path.parts):
            problems.append(f"the wheel has the test {name}")
    wanted = [("licenses/LICENSE", info), ("entry_points.txt", info), (f"{PACKAGE}/py.typed", set(names))]
    return problems + [f"the wheel lacks {name}" for name, there in wanted if name not in there]


def check_source_files(names: Iterable[str]) -> list[str]:
    """Return what is missing in the source archive: who packages for a distribution runs the tests."""
    there = {PurePosixPath(name).parts[1] for name in names if len(PurePosixPath(name).parts) > 1}
    return [f"the source archive lacks {name}" for name in IN_SOURCE if name not in there]


def check_urls(metadata: Message) -> list[str]:
    """Return the labels without an https address; Airflow's provider list links to `Documentation`."""
    urls = dict(entry.split(", ", 1) for entry in metadata.get_all("Project-URL", []))
    return [f"project.urls has no https address {label}" for label in LABELS if "https://" not in urls.get(label, "")]


def rendered(description: str) -> str:
    """Render Markdown to HTML as PyPI does."""
    from readme_renderer import markdown

    return markdown.render(description) or ""


def check_description(html: str) -> list[str]:
    """Return the links and images that lead nowhere on a page of the index."""
    if not html:
        return ["the README cannot be rendered"]
    found = re.findall(r'<(?:a|img)\b[^>]*?\b(?:href|src)="([^"]*)"', html)
    own = {f"#{name}" for name in re.findall(r'\bid="([^"]*)"', html)}
    dead = [link for link in found if not link.startswith("https://") and link not in own]
    return [f"the README's link {link} does not work on the index" for link in dead]


def check_release(metadata: Message, changelog: str, ref: str) -> list[str]:
    """Return what stands against a release of this version; `ref` is the Git reference that CI runs for, or empty."""
    version, problems = metadata["Version"], []
    if not re.search(rf"^## {re.escape(version)} - \d{{4}}-\d\d-\d\d$", changelog, re.MULTILINE):
        problems.append(f"CHANGELOG.md has no section '## {version} - <year>-<month>-<day>'")
    unreleased = re.search(r"^## Unreleased\n(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL)
    if unreleased and unreleased[1].strip():
        problems.append("CHANGELOG.md has entries under Unreleased: move them below the version")
    if ref.startswith("refs/tags/") and ref != f"refs/tags/v{version}":
        problems.append(f"the tag {ref.removeprefix('refs/tags/')} is not v{version}")
    if PLACEHOLDER in str(metadata):
        problems.append(f"the metadata names {PLACEHOLDER}: put in the repository's owner (CONTRIBUTING.md)")
    return problems


if __name__ == "__main__":
    sys.exit(main())
