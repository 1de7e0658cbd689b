"""`voicekin pack`: lists, installs and removes packs, and checks that a pack is valid."""

import argparse
from pathlib import Path
from typing import Any

from desktop_app import interruption
from desktop_app.commands.plain_text import plain


def add_parser(subparsers: Any) -> None:
    """Adds the command to the parser of `voicekin`."""
    parser = subparsers.add_parser("pack", help="list, verify, install, choose or remove packs")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    actions.add_parser("list", help="list the installed packs; * marks the one in use")
    verify = actions.add_parser("verify", help="make all checks of the app, and run the pack once")
    verify.add_argument(
        "pack", nargs="?", metavar="DIR", help="a folder, .vkpack file or name (default: the pack in use)"
    )
    card = actions.add_parser("card", help="print a pack's model card")
    card.add_argument(
        "pack", nargs="?", metavar="DIR", help="a folder, .vkpack file or name (default: the pack in use)"
    )
    install = actions.add_parser("install", help="install a pack")
    install.add_argument("source", type=Path, metavar="PATH", help="a folder or .vkpack file")
    install.add_argument("--replace", action="store_true", help="replace an installed pack of the same name")
    for action, what in (("use", "make a pack the one in use"), ("remove", "remove an installed pack")):
        actions.add_parser(action, help=what).add_argument("name", metavar="NAME")


def run(args: argparse.Namespace) -> int:
    """Runs the action; an error is raised as a VoiceKinError."""
    from voicekin import packs

    if args.action in ("verify", "card"):
        path = packs.find_pack(args.pack) if args.pack else packs.pack_in_use()
        if args.action == "card":
            print("\n".join(map(plain, packs.load_pack(path, interruption.requested).model_card().split("\n"))))
            return 0
        checks = packs.verify_pack(path, interruption.requested)
        for check in checks:
            print(f"{'ok' if check.ok else 'FAILED':<8}{check.name:<10}{plain(check.detail)}")
        return int(not all(check.ok for check in checks))
    if args.action == "list":
        for pack in packs.installed_packs():
            print(plain(_line(pack)))
    elif args.action == "install":
        pack = packs.install_pack(args.source, replace=args.replace, should_stop=interruption.requested)
        print(f"Installed {pack.name}.")
    elif args.action == "use":
        packs.use_pack(args.name)
        print(f"{args.name} is in use from now on.")
    else:
        packs.remove_pack(args.name)
        print(f"Removed {args.name}.")
    return 0


def _line(pack: Any) -> str:
    """The line for one `InstalledPack` in the list."""
    mark = "*" if pack.in_use else " "
    if pack.problem:
        return f"{mark} {pack.name:<20}  {pack.problem}"
    size = f"{pack.size_bytes / 1e6:.0f} MB"
    return f"{mark} {pack.name:<20}  {pack.version:<10}  {size:>7}  {', '.join(pack.labels)}  ({pack.licence})"
