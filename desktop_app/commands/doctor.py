"""`voicekin doctor`: prints the information that a bug report needs."""

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from desktop_app.commands.plain_text import plain

if TYPE_CHECKING:
    from desktop_app.engine.doctor import Finding


def add_parser(subparsers: Any) -> None:
    """Adds the command to the parser of `voicekin`."""
    parser = subparsers.add_parser(
        "doctor",
        help="print what a bug report needs: versions, microphones, the pack, and the time for one answer",
        description="Prints what a bug report needs. Your home folder is shown as ~; nothing is sent anywhere.",
    )
    parser.add_argument("--pack", metavar="DIR", help="another pack: its folder, .vkpack file or name")


def run(args: argparse.Namespace) -> int:
    """Prints the findings; returns 1 if one of them keeps the app from working."""
    from desktop_app.engine.doctor import engine_findings, without_home
    from voicekin.packs import find_pack, pack_in_use

    path = find_pack(args.pack) if args.pack else pack_in_use()
    well = True
    for finding in (*engine_findings(path), *_microphones()):
        well &= finding.ok
        value = finding.value if finding.ok else f"PROBLEM: {finding.value}"
        print(plain(without_home(f"{finding.name:<12}{value}")), flush=True)
    return int(not well)


def _microphones() -> "Iterator[Finding]":
    """The microphones. Having none is not an error: files can be analysed without one."""
    from desktop_app.capture.microphone import SystemMicrophones
    from desktop_app.engine.doctor import Finding
    from desktop_app.errors import DeviceError

    try:
        found = SystemMicrophones().available()
    except DeviceError as error:
        yield Finding("Microphones", str(error))
        return
    if not found:
        yield Finding("Microphones", "none")
    for i, one in enumerate(found):
        default = ", the default" if one.is_default else ""
        yield Finding("" if i else "Microphones", f"{one.name} ({one.host_api}{default})")
