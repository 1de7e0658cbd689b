"""`voicekin voice`: the voices that VoiceKin has learnt, each from unlabelled recordings of one speaker."""

import argparse
import sys
from pathlib import Path
from typing import Any

from desktop_app import interruption
from desktop_app.commands.plain_text import told


def add_parser(subparsers: Any) -> None:
    """Adds the command to the parser of `voicekin`."""
    parser = subparsers.add_parser("voice", help="list, teach or remove voices")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    actions.add_parser("list", help="list the voices and how many recordings each has learnt from")
    learn = actions.add_parser(
        "learn",
        help="teach a voice from recordings of one speaker",
        description="Teaches a voice from recordings of one speaker, which need no labels. A voice that does not exist "
        "is made. Ten recordings or more, in different moods, help most.",
    )
    learn.add_argument("name", metavar="NAME", help="what to call the voice")
    learn.add_argument("paths", nargs="+", metavar="PATH", help="a recording or a folder")
    learn.add_argument("--pack", metavar="DIR", help="use another pack: its folder, .vkpack file or name")
    learn.add_argument("-r", "--recursive", action="store_true", help="search subfolders as well")
    actions.add_parser("remove", help="forget a voice").add_argument("name", metavar="NAME")


def run(args: argparse.Namespace) -> int:
    """Runs the action; an error is raised as a VoiceKinError."""
    if args.action == "learn":
        return _learn(args)
    from voicekin import people

    if args.action == "remove":
        print(f"Removed {people.forget_voice(args.name).name}.")
        return 0
    voices = people.voices()
    if not voices:
        print("No voice is learnt yet; `voicekin voice learn` makes one.", file=sys.stderr)
    for voice in voices:
        paused = "  (paused)" if voice.paused else ""
        print(f"{voice.name:<24}  {_recordings(voice.recordings):>16}  since {voice.created[:10]}{paused}")
    return 0


def _learn(args: argparse.Namespace) -> int:
    import voicekin

    def tell(refused: voicekin.Failure) -> None:
        print(told(refused.path, refused.error), file=sys.stderr)

    with voicekin.load(args.pack, should_stop=interruption.requested) as recogniser:
        files = voicekin.find_recordings(map(Path, args.paths), recursive=args.recursive)
        lesson = recogniser.learn_voice(args.name, files, should_stop=interruption.requested, told=tell)
    if lesson.voice is None:
        print(f"{lesson.name} has learnt from no recording, so there is no such voice.", file=sys.stderr)
        return 1
    learnt = f"{_recordings(lesson.voice.clips)} and is {lesson.voice.settled:.0%} settled"
    print(f"{lesson.name} has learnt from {learnt}.")
    return int(bool(lesson.refused))


def _recordings(n: int) -> str:
    return f"{n} recording" if n == 1 else f"{n} recordings"
