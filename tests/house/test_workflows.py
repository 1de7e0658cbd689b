"""The workflows may do no more than they have to, and call what is there."""

import hashlib
import os
import re
import subprocess
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


def step(workflow: str, job: str, name: str) -> str:
    """The shell of a step."""
    steps = read(CHECKOUT / ".github" / "workflows" / f"{workflow}.yml")["jobs"][job]["steps"]
    (found,) = [one["run"] for one in steps if one.get("name") == name]
    assert isinstance(found, str)
    return found


def shell(script: str, folder: Path, **more: str) -> "subprocess.CompletedProcess[str]":
    """Runs a step as GitHub does."""
    call = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    return subprocess.run(call, cwd=folder, env={**os.environ, **more}, capture_output=True, text=True, timeout=120)


BUILT = {
    "python": ["voicekin-1.2.3-py3-none-any.whl", "voicekin-1.2.3.tar.gz"],
    "linux": ["voicekin_1.2.3_amd64.deb", "voicekin-1.2.3.run", "ffmpeg-7.1-source.tar", "sbom.cdx.json"],
    "macos": ["VoiceKin-1.2.3.dmg", "ffmpeg-7.1-source.tar", "sbom.cdx.json"],
    "windows": ["VoiceKin-1.2.3-setup.exe", "ffmpeg-7.1-source.tar", "sbom.cdx.json"],
}


def downloaded(folder: Path) -> None:
    """What the release's job finds: a folder for each job, with the sums that the job wrote."""
    for system, names in BUILT.items():
        (folder / system).mkdir()
        sums = []
        for name in names:
            content = f"{name} of {system}".encode()
            (folder / system / name).write_bytes(content)
            sums.append(f"{hashlib.sha256(content).hexdigest()}  {name}")
        end = "\r\n" if system == "windows" else "\n"
        (folder / system / "SHA256SUMS").write_bytes((end.join(sums) + end).encode())


def test_a_release_offers_what_every_system_built_with_its_sums(tmp_path: Path) -> None:
    downloaded(tmp_path)
    done = shell(step("installers", "release", "Gather what is offered"), tmp_path)
    assert done.returncode == 0, done.stderr
    offered = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (tmp_path / "release").iterdir()}
    del offered["SHA256SUMS"]
    names = {name for names in BUILT.values() for name in names} - {"sbom.cdx.json"}
    assert set(offered) == names | {f"sbom-{system}.cdx.json" for system in ("linux", "macos", "windows")}
    lines = (tmp_path / "release" / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    assert {name: line_sum for line_sum, name in (line.split("  ") for line in lines)} == offered


@pytest.mark.parametrize("changed", ["python/voicekin-1.2.3.tar.gz", "windows/VoiceKin-1.2.3-setup.exe"])
def test_what_changed_on_its_way_is_not_released(tmp_path: Path, changed: str) -> None:
    downloaded(tmp_path)
    (tmp_path / changed).write_bytes(b"something else")
    assert shell(step("installers", "release", "Gather what is offered"), tmp_path).returncode != 0


MADE = """
git init -q --bare -b main origin.git && git clone -q origin.git first && cd first
git config user.name A && git config user.email a@example.org
mkdir requirements && echo numpy==1 >constraints.txt && cp constraints.txt requirements/app.txt
git add -A && git commit -qm start && git push -q origin HEAD:main
"""

GH = """#!/bin/sh
case $2 in
  list) [ -e "$ASKED" ] && echo 1 || echo 0 ;;
  create) [ ! -e "$ASKED" ] && echo "$@" >"$ASKED" ;; # a second request for a branch is an error
esac
"""


@pytest.mark.parametrize("newer", [True, False])
def test_newer_packages_are_offered_once_on_a_branch(tmp_path: Path, newer: bool) -> None:
    assert shell(MADE, tmp_path).returncode == 0
    (tmp_path / "gh").write_text(GH, encoding="utf-8")
    (tmp_path / "gh").chmod(0o755)
    asked = tmp_path / "asked"
    for version in (2, 3):  # a second try in the same month replaces the first
        clone = tmp_path / f"try {version}"
        assert shell(f"git clone -q origin.git '{clone.name}'", tmp_path).returncode == 0
        if newer:
            (clone / "constraints.txt").write_text(f"numpy=={version}\n", encoding="utf-8")
        script = step("update", "offer", "Offer what passed")
        done = shell(script, clone, PATH=f"{tmp_path}:{os.environ['PATH']}", ASKED=str(asked))
        assert done.returncode == 0, done.stderr
    heads = shell("git ls-remote --heads origin", clone).stdout.split()
    branches = [name for name in heads if name.startswith("refs/heads/packages-")]
    assert (len(branches), asked.exists()) == (int(newer), newer)
    if newer:
        assert branches[0].removeprefix("refs/heads/") in asked.read_text(encoding="utf-8")
        show = f"git fetch -q origin {branches[0]} && git show FETCH_HEAD:constraints.txt"
        assert shell(show, clone).stdout == "numpy==3\n"
