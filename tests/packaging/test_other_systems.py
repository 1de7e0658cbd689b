"""What can be seen from here of the installers for Windows and macOS, and of the workflow that makes them."""

import ast
import plistlib
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from desktop_app.engine.sound.kinds import FILM, SOUND

CHECKOUT = Path(__file__).resolve().parents[2]
PACKAGING = CHECKOUT / "packaging"
WORKFLOW = CHECKOUT / ".github" / "workflows" / "installers.yml"


def workflow() -> dict[str, Any]:
    jobs: dict[str, Any] = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]
    return jobs


def test_the_spec_is_python() -> None:
    ast.parse((PACKAGING / "voicekin.spec").read_text(encoding="utf-8"))


def test_macos_says_why_it_wants_the_microphone_and_may_use_it() -> None:
    info = plistlib.loads((PACKAGING / "macos" / "Info.plist").read_bytes())
    assert "records your voice" in info["NSMicrophoneUsageDescription"]
    entitlements = plistlib.loads((PACKAGING / "macos" / "entitlements.plist").read_bytes())
    assert entitlements["com.apple.security.device.audio-input"] is True
    assert not [name for name in entitlements if ".network." in name]


def test_macos_opens_packs_with_voicekin() -> None:
    info = plistlib.loads((PACKAGING / "macos" / "Info.plist").read_bytes())
    made = {one["UTTypeIdentifier"] for one in info["UTExportedTypeDeclarations"]}
    opened = {kind for one in info["CFBundleDocumentTypes"] for kind in one["LSItemContentTypes"]}
    assert made <= opened


def test_the_windows_uninstaller_takes_away_what_lies_beside_internal() -> None:
    script = (PACKAGING / "windows" / "voicekin.nsi").read_text(encoding="utf-8")
    deleted = set(re.findall(r'Delete "\$INSTDIR\\(.+)"', script))
    assert deleted == {"VoiceKin.exe", "voicekin-cli.exe", "THIRD_PARTY.md", "sbom.cdx.json", "uninstall.exe"}
    written = set(re.findall(r'WriteReg\w+ HKCU "([^"]+)"', script))
    roots = re.findall(r'DeleteRegKey HKCU "([^"]+)"', script)
    assert [key for key in written if not key.startswith(tuple(roots))] == []


def test_windows_offers_voicekin_for_what_it_reads() -> None:
    script = (PACKAGING / "windows" / "voicekin.nsi").read_text(encoding="utf-8")
    offered = re.findall(r'SupportedTypes" "(\.\w+)"', script)
    assert {".wav", ".m4a", ".mp4"} <= set(offered) <= {*SOUND, *FILM}


@pytest.mark.parametrize("job", ["linux", "macos", "windows", "release"])
def test_a_job_of_the_workflow_has_steps_that_run_or_use_something(job: str) -> None:
    assert all(("run" in step) != ("uses" in step) for step in workflow()[job]["steps"])


@pytest.mark.parametrize("job", ["linux", "macos", "release"])
def test_a_job_of_the_workflow_is_bash_that_parses(job: str) -> None:
    for step in workflow()[job]["steps"]:
        subprocess.run(["bash", "-n", "-c", step.get("run", "")], check=True, timeout=240)


def test_the_workflow_starts_what_exists() -> None:
    commands = " ".join(step.get("run", "") for job in workflow().values() for step in job["steps"])
    for name in re.findall(r"(?:^|\s)((?:packaging|\.ci|scripts)[/\\][\w./\\]+)", commands):
        assert (CHECKOUT / name.replace("\\", "/")).is_file(), name


def test_every_installer_is_tried_and_kept_by_the_workflow() -> None:
    for job in ("linux", "macos", "windows"):
        steps = workflow()[job]["steps"]
        assert any("upload-artifact" in step.get("uses", "") for step in steps)
        commands = " ".join(step.get("run", "") for step in steps)
        assert "--self-test" in commands or ".ci/installers" in commands
