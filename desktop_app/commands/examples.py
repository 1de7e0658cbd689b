"""`voicekin examples`: recordings that the user has labelled; they influence every later answer."""

import argparse
import sys
from pathlib import Path
from typing import Any

from desktop_app import interruption
from desktop_app.commands.plain_text import plain, told


def add_parser(subparsers: Any) -> None:
    """Adds the command to the parser of `voicekin`."""
    parser = subparsers.add_parser("examples", help="add, list, remove, export or import your own labelled recordings")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    add = actions.add_parser("add", help="label recordings")
    add.add_argument("label", metavar="LABEL", help="their emotion: one of the pack's labels, or your own")
    add.add_argument("paths", nargs="+", metavar="PATH", help="a recording or a folder")
    add.add_argument("--voice", metavar="NAME", help="the saved voice of the speaker; it learns from them as well")
    add.add_argument(
        "--keep-audio", action="store_true", help="keep a copy of the sound, to listen to and for other packs"
    )
    add.add_argument("--pack", metavar="DIR", help="use another pack: its folder, .vkpack file or name")
    add.add_argument("-r", "--recursive", action="store_true", help="search subfolders as well")
    actions.add_parser("list", help="list the examples, the latest first")
    remove = actions.add_parser("remove", help="remove examples")
    remove.add_argument("ids", nargs="*", type=int, metavar="ID", help="numbers that `voicekin examples list` shows")
    remove.add_argument("--all", action="store_true", help="remove every example")
    export = actions.add_parser("export", help="write voices and examples to one file")
    export.add_argument("target", type=Path, metavar="FILE")
    export.add_argument("--overwrite", action="store_true", help="replace an existing file")
    actions.add_parser("import", help="import such a file").add_argument("source", type=Path, metavar="FILE")


def run(args: argparse.Namespace) -> int:
    """Runs the action; an error is raised as a VoiceKinError."""
    action = {"add": _add, "list": _list, "remove": _remove, "export": _export, "import": _import}[args.action]
    return action(args)


def _add(args: argparse.Namespace) -> int:
    import voicekin

    failed = False
    with voicekin.load(args.pack, should_stop=interruption.requested) as recogniser:
        for path in voicekin.find_recordings(map(Path, args.paths), recursive=args.recursive):
            interruption.check()
            try:
                if isinstance(path, voicekin.Failure):
                    failed = True
                    print(told(path.path, path.error), file=sys.stderr)
                    continue
                example = recogniser.add_example(
                    args.label,
                    path,
                    voice=args.voice,
                    keep_audio=args.keep_audio,
                    should_stop=interruption.requested,
                )
                print(plain(f"{example.id:>6}  {example.label:<12}  {path}"))
            except voicekin.StoreError:
                raise
            except voicekin.VoiceKinError as error:
                failed = True
                print(told(path, error), file=sys.stderr)
    return int(failed)


def _list(args: argparse.Namespace) -> int:  # noqa: ARG001 - all actions have this signature
    from voicekin import people

    voices = {p.id: p.name for p in people.voices()}
    examples = people.examples()
    if not examples:
        print("There are no examples yet; `voicekin examples add` makes one.", file=sys.stderr)
    for e in examples:
        voice = voices.get(e.voice_id, "") if e.voice_id is not None else ""
        kept = "audio kept" if e.audio else ""
        said = f"{e.id:>6}  {e.label:<12}  {e.added[:10]}  {e.duration_s:6.1f} s  {voice:<12}  {kept:<10}  {e.origin}"
        print(plain(said))
    return 0


def _remove(args: argparse.Namespace) -> int:
    from desktop_app.errors import StoreError
    from voicekin import people

    if args.all == bool(args.ids):
        raise StoreError("Say which examples to remove, by their numbers, or --all.")
    removed = people.remove_examples(None if args.all else args.ids)
    print(f"Removed {removed} {'example' if removed == 1 else 'examples'}.")
    return 0


def _export(args: argparse.Namespace) -> int:
    from voicekin import people

    done = people.export_people(args.target, overwrite=args.overwrite, should_stop=interruption.requested)
    print(f"Wrote {done.examples} examples ({done.with_audio} with sound) and {done.voices} voices to {args.target}.")
    return 0


def _import(args: argparse.Namespace) -> int:
    from voicekin import people

    done = people.import_people(args.source, should_stop=interruption.requested)
    print(
        f"Imported {done.examples} examples and {done.voices} voices; {done.already_there} examples were there already."
    )
    return 0
