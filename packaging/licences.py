"""Whose work is in the bundle: THIRD_PARTY.md with every licence, and an SBOM in CycloneDX.

    licences.py ORIGINS FOLDER      ORIGINS: (place in the bundle, file it came from), as the spec wrote it

Each file of the bundle is traced to the Python distribution or Debian package that brought it; a file of unknown
origin stops the build.
"""

import json
import os
import re
import subprocess
import sys
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from importlib import metadata
from pathlib import Path

from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense, LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

ROOT = Path(__file__).resolve().parents[1]
TEXT = re.compile(r"(LICEN[CS]E|COPYING|COPYRIGHT|NOTICE|ThirdPartyNotices|OFL)[^/]*$", re.IGNORECASE)

OURS = "voicekin"
SYSTEM = "the system's"
BY_HAND = {  # what a distribution's own metadata does not say in SPDX's words, or does not carry as a text
    "pyside6-essentials": ("LGPL-3.0-only OR GPL-3.0-only", ("LGPL-3.0.txt", "GPL-3.0.txt")),
    "shiboken6": ("LGPL-3.0-only OR GPL-3.0-only", ("LGPL-3.0.txt", "GPL-3.0.txt")),
    "pyinstaller": ("GPL-2.0-or-later WITH Bootloader-exception", ()),
}
ASSETS = {  # the folders with others' work
    "fonts": ("Inter", "OFL-1.1"),
    "speakers": ("Resemblyzer's speaker encoder", "Apache-2.0"),
    "vad": ("Silero VAD", "MIT"),
}
FFMPEG = ROOT / "build" / "ffmpeg"
PACK = ROOT / "assets" / "packs" / "default"
BACKBONES = {"openai/whisper-": ("Whisper", "MIT", "Whisper-MIT.txt")}  # whose weights the pack's encoder holds


@dataclass(frozen=True)
class Work:
    """One distribution or package in the bundle.

    Attributes:
        kind: "pypi", "deb", "python", "asset", or "generic" for what was built from its source.
        licence: As its own metadata says, or "".
        texts: The licence files.
    """

    kind: str
    name: str
    version: str
    licence: str
    texts: tuple[Path, ...] = field(compare=False)


def main(origins: Path, folder: Path) -> None:
    """Write both files into `folder`."""
    sources = {source for _, source in json.loads(origins.read_text(encoding="utf-8"))}
    found = {source: origin(Path(source)) for source in sources if Path(source).is_absolute()}
    works = {work for work in found.values() if isinstance(work, Work)}
    if system := [Path(source) for source, work in found.items() if work is SYSTEM]:
        works |= debian(system)
    works.add(distribution("pyinstaller"))  # its bootloader is the program that starts
    works |= pack()
    listed = sorted(works, key=lambda work: (work.name.lower(), work.kind))
    (folder / "THIRD_PARTY.md").write_text(third_party(listed), encoding="utf-8")
    (folder / "sbom.cdx.json").write_text(sbom(listed), encoding="utf-8")
    print(f"{len(listed)} third-party works in the bundle")


def origin(path: Path) -> "Work | str":
    """Who brought a file: a Work, OURS, or SYSTEM where only the system's package manager knows."""
    if path.is_relative_to(FFMPEG):
        version = (FFMPEG / "version").read_text(encoding="utf-8").strip()
        return Work("generic", "FFmpeg", version, "LGPL-2.1-or-later", (FFMPEG / "COPYING.LGPLv2.1",))
    if path.is_relative_to(ROOT / "assets"):
        texts = tuple(sorted(file for file in path.parent.iterdir() if TEXT.match(file.name)))
        return Work("asset", ASSETS[path.parent.name][0], "", ASSETS[path.parent.name][1], texts) if texts else OURS
    if owner := by_file().get(path.resolve()):
        return OURS if owner == OURS else distribution(owner)
    if path.name == "base_library.zip" or path.is_relative_to(sys.base_prefix) or "libpython" in path.name:
        return python()
    return OURS if path.is_relative_to(ROOT) else SYSTEM


@cache
def by_file() -> dict[Path, str]:
    """The distribution of every file in this environment."""
    return {
        Path(str(item.locate_file(file))).resolve(): item.metadata["Name"].lower().replace("_", "-")
        for item in metadata.distributions()
        for file in item.files or ()
    }


@cache
def distribution(name: str) -> Work:
    """A Python distribution by its name."""
    found = metadata.distribution(name)
    said = found.metadata
    classified = [c.rpartition(":: ")[2] for c in said.get_all("Classifier") or () if c.startswith("License ::")]
    own = said["License-Expression"] or (said["License"] or "").partition("\n")[0] or ", ".join(classified)
    licence, texts = BY_HAND.get(name, (own, ()))
    files = [Path(str(found.locate_file(file))) for file in found.files or () if TEXT.match(file.name)]
    return Work(
        "pypi", said["Name"], found.version, licence, (*files, *(ROOT / "packaging/licences" / t for t in texts))
    )


def pack() -> set[Work]:
    """The pack that ships, with the corpora that it was made of, and the encoder in it."""
    manifest = json.loads((PACK / "pack.json").read_text(encoding="utf-8"))
    made_of = [work for prefix, work in BACKBONES.items() if manifest["backbone"].startswith(prefix)]
    if not made_of:
        raise SystemExit(f"nobody knows the licence of {manifest['backbone']}: name it in packaging/licences.py")
    name, licence, text = made_of[0]
    return {
        Work("asset", "VoiceKin default pack", manifest["version"], manifest["licence"], (PACK / "MODEL_CARD.md",)),
        Work("asset", name, "", licence, (ROOT / "packaging/licences" / text,)),
    }


@cache
def python() -> Work:
    """Python itself."""
    versioned = f"python{sys.version_info.major}.{sys.version_info.minor}"
    places = (Path(sys.base_prefix) / "lib" / versioned / "LICENSE.txt", Path(sys.base_prefix) / "LICENSE.txt")
    texts = tuple(place for place in places if place.is_file())
    return Work("python", "Python", sys.version.partition(" ")[0], "PSF-2.0", texts[:1])


def debian(paths: list[Path]) -> set[Work]:
    """The Debian packages of these system libraries, asked for all at once: each question takes dpkg a second."""
    wanted = {str(place): path for path in paths for place in (path, path.resolve(), Path(f"/usr{path}"))}
    asked = subprocess.run(["dpkg-query", "-S", *wanted], capture_output=True, text=True).stdout.splitlines()
    owner = {wanted[place]: packages.partition(":")[0] for packages, place in (line.split(": ", 1) for line in asked)}
    if unknown := set(paths) - set(owner):
        raise SystemExit(f"in the bundle, and nobody knows whose it is: {', '.join(map(str, sorted(unknown)))}")
    packages = sorted(set(owner.values()))
    shown = subprocess.run(
        ["dpkg-query", "-W", "-f=${Package} ${source:Upstream-Version}\n", *packages],
        capture_output=True,
        text=True,
        check=True,
    )
    return {
        Work("deb", name, version, "", (Path("/usr/share/doc") / name / "copyright",))
        for name, version in (line.split(" ") for line in shown.stdout.splitlines())
    }


def third_party(works: list[Work]) -> str:
    """The list, then each text once."""
    lines = [
        "# What others made, in VoiceKin",
        "",
        "VoiceKin itself is under the Apache License 2.0. Libraries under the LGPL lie as files of their own in",
        "`_internal` and can be replaced by other builds of them; so can the program `media/ffmpeg` there. Its source,",
        "as it was built, is the archive `ffmpeg-VERSION-source.tar` that is offered beside VoiceKin's installers.",
        "",
        "| work | version | licence |",
        "|---|---|---|",
        *(f"| {work.name} | {work.version} | {work.licence or 'see its text'} |" for work in works),
    ]
    shown: dict[str, str] = {}
    for work in works:
        if not work.texts:
            raise SystemExit(f"no licence text for {work.name}")
        lines += ["", f"## {work.name}", ""]
        for file in work.texts:
            text = file.read_text(encoding="utf-8", errors="replace").strip()
            if text in shown:
                lines.append(f"The same text as under {shown[text]}.")
            else:
                shown[text] = work.name
                lines += ["```", text.replace("```", "'''"), "```"]
    return "\n".join(lines) + "\n"


def sbom(works: list[Work]) -> str:
    """CycloneDX 1.6; the same works at the same commit give the same bytes."""
    bom = Bom(serial_number=uuid.uuid5(uuid.NAMESPACE_URL, ";".join(f"{w.kind}/{w.name}@{w.version}" for w in works)))
    bom.metadata.timestamp = datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), UTC)
    bom.metadata.component = Component(
        name=OURS,
        version=os.environ["VOICEKIN_VERSION"],
        type=ComponentType.APPLICATION,
        licenses=[LicenseExpression("Apache-2.0")],
        bom_ref=OURS,
    )
    for work in works:
        purl = PackageURL(work.kind, "debian" if work.kind == "deb" else None, work.name, work.version)
        bom.components.add(
            Component(
                name=work.name,
                version=work.version or None,
                type=ComponentType.DATA if work.kind == "asset" else ComponentType.LIBRARY,
                purl=purl if work.kind in ("pypi", "deb", "generic") else None,
                licenses=[DisjunctiveLicense(name=work.licence)] if work.licence else [],
                bom_ref=f"{work.kind}/{work.name}@{work.version}",
            )
        )
    bom.register_dependency(bom.metadata.component, bom.components)
    return JsonV1Dot6(bom).output_as_string(indent=1)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
