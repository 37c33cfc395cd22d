"""The habits of the repository: what CI runs on GitHub and elsewhere, pinned actions and tools, links of its pages."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml

PROJECT = Path(__file__).parents[1]
GITHUB = PROJECT / ".github"
SETTINGS = tomllib.loads((PROJECT / "pyproject.toml").read_text())
WORKFLOWS = {path.name: yaml.safe_load(path.read_text()) for path in sorted((GITHUB / "workflows").glob("*.yml"))}
STEPS = [
    (name, step)
    for name, workflow in WORKFLOWS.items()
    for job in workflow["jobs"].values()
    for step in job.get("steps", [])
]
HOOKS = [
    hook
    for repo in yaml.safe_load((PROJECT / ".pre-commit-config.yaml").read_text())["repos"]
    for hook in repo["hooks"]
]


def made(text: str) -> set[str]:
    """Find the `make` commands of a script that check something."""
    return {line.strip() for line in re.findall(r"^\s*make (.*)$", text, re.MULTILINE) if not line.startswith(".venv")}


def pinned() -> dict[str, str]:
    lines = [
        line
        for name in ("constraints.txt", "constraints-tools.txt")
        for line in (PROJECT / name).read_text().splitlines()
    ]
    return dict(line.split("==") for line in lines if "==" in line)


def test_github_runs_the_commands_of_the_ci_script():
    """None is missing on one side: what passes here passes there."""
    on_github = "\n".join(step["run"] for name, step in STEPS if "run" in step and name != "release.yml")

    assert made(on_github) == made((PROJECT / ".ci" / "run").read_text())


def test_every_target_that_is_called_exists():
    """A workflow that calls a missing one fails on GitHub only."""
    targets = set(re.findall(r"^([\w-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))
    texts = [step["run"] for _, step in STEPS if "run" in step]
    texts += [(PROJECT / name).read_text() for name in ("CONTRIBUTING.md", "docs/releasing.md", "README.md")]

    assert {command.split()[0] for text in texts for command in made(text)} <= targets


def test_the_tests_run_on_every_python_of_the_classifiers():
    """A version that is claimed is tested."""
    claimed = re.findall(r"Programming Language :: Python :: (3\.\d+)", "\n".join(SETTINGS["project"]["classifiers"]))

    assert WORKFLOWS["ci.yml"]["jobs"]["test"]["strategy"]["matrix"]["python"] == claimed


@pytest.mark.parametrize(("workflow", "step"), [(name, step) for name, step in STEPS if "uses" in step])
def test_actions_are_pinned(workflow, step):
    """By commit: a tag can be moved. Who checks out leaves no token behind."""
    assert re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}", step["uses"]), workflow
    if step["uses"].startswith("actions/checkout@"):
        assert step["with"]["persist-credentials"] is False


def test_an_action_has_one_version():
    """In all workflows, with the version as a comment for Dependabot."""
    text = "\n".join(path.read_text() for path in (GITHUB / "workflows").glob("*.yml"))
    uses = set(re.findall(r"uses: (.*)", text))

    assert all(re.search(r"@[0-9a-f]{40} # v\d+\.\d+\.\d+$", use) for use in uses)
    assert len({use.split("@")[0] for use in uses}) == len(uses)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_has_no_right_by_default(name):
    """Each job asks for what it needs, and ends in time."""
    workflow = WORKFLOWS[name]

    assert workflow["permissions"] == {}
    assert all("permissions" in job and job["timeout-minutes"] <= 90 for job in workflow["jobs"].values())


def test_only_the_job_that_publishes_has_an_identity():
    """It builds nothing: no code of a dependency runs beside the right to publish."""
    jobs = WORKFLOWS["release.yml"]["jobs"]
    with_identity = [name for name, job in jobs.items() if "id-token" in job["permissions"]]

    assert with_identity == ["publish"]
    assert jobs["publish"]["environment"] == "pypi"
    assert [step for step in jobs["publish"]["steps"] if "run" in step] == []
    assert "secrets." not in (GITHUB / "workflows" / "release.yml").read_text()


def test_hooks_have_the_versions_of_the_constraints():
    """The same ruff at a commit and in CI."""
    versions = pinned()
    tools = [tool.split("==") for hook in HOOKS for tool in hook.get("additional_dependencies", []) if "==" in tool]

    assert dict(tools) == {name: versions[name] for name, _ in tools}
    assert {"ruff", "codespell", "zizmor"} <= {name for name, _ in tools}
    (linter,) = [tool for hook in HOOKS if hook["id"] == "actionlint" for tool in hook["additional_dependencies"]]
    assert f"go run {linter}" in (GITHUB / "workflows" / "ci.yml").read_text()


def test_every_page_of_the_repository_is_there():
    """Where GitHub and people look for it; links of each lead somewhere."""
    for name in (
        "CODE_OF_CONDUCT.md",
        "SECURITY.md",
        "CONTRIBUTING.md",
        "LICENSE",
        "CHANGELOG.md",
        ".github/CODEOWNERS",
    ):
        assert (PROJECT / name).read_text().strip(), name
    for page in (PROJECT / "CODE_OF_CONDUCT.md", PROJECT / "CHANGELOG.md", GITHUB / "pull_request_template.md"):
        links = re.findall(r"\]\((?!https?:|#)([^)\s#]+)", page.read_text())
        assert [link for link in links if not (page.parent / link).exists()] == []
