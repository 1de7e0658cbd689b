"""The workflows may do no more than they have to, and call what is there."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

CHECKOUT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((CHECKOUT / ".github" / "workflows").glob("*.yml"))


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_what_runs_packages_or_this_code_may_only_read(path: Path) -> None:
    workflow = read(path)
    assert workflow["permissions"] == {"contents": "read"}
    for name, job in workflow["jobs"].items():
        text = " ".join(step.get("run", "") for step in job["steps"])
        # python/ is the folder of what the job of that name built
        runs = re.search(r"scripts[/\\]|packaging[/\\]|\.ci/|pip install|python(?!/)", text)
        assert not (runs and "permissions" in job), name


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_an_action_is_a_commit_and_keeps_no_token_that_its_job_does_not_need(path: Path) -> None:
    for name, job in read(path)["jobs"].items():
        for step in job["steps"]:
            action, _, commit = step.get("uses", "@").partition("@")
            assert "uses" not in step or re.fullmatch("[0-9a-f]{40}", commit), (name, action)  # a tag can be moved
            if action == "actions/checkout" and "permissions" not in job:
                assert step["with"]["persist-credentials"] is False, name


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_the_scripts_that_are_called_are_there(path: Path) -> None:
    for called in re.findall(r"(?:scripts|packaging|\.ci)[/\\][\w.]+", path.read_text(encoding="utf-8")):
        if not called.endswith("."):  # scripts/environment.*
            assert (CHECKOUT / called.replace("\\", "/")).is_file(), called


def test_every_python_is_tried() -> None:
    (job,) = read(CHECKOUT / ".github" / "workflows" / "tests.yml")["jobs"].values()
    assert job["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13", "3.14"]


def test_a_release_waits_for_all_that_it_offers() -> None:
    jobs = read(CHECKOUT / ".github" / "workflows" / "installers.yml")["jobs"]
    assert set(jobs["release"]["needs"]) == set(jobs) - {"release"}
