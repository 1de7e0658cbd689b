"""`voicekin voice`: the voices that VoiceKin knows, learnt from recordings of one speaker each, without labels."""

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
    actions.add_parser("list", help="the voices, and how well each is known")
    learn = actions.add_parser(
        "learn",
        help="teach a voice from recordings of one speaker",
        description="Teach a voice, which is made if there is none of that name, from recordings of one speaker. They "
        "need no labels; from ten recordings in different moods on it helps most.",
    )
    learn.add_argument("name", metavar="NAME", help="what to call the voice")
    learn.add_argument("paths", nargs="+", metavar="PATH", help="a recording or a folder")
    learn.add_argument("--pack", metavar="DIR", help="with another pack: its folder, .vkpack file or name")
    learn.add_argument("-r", "--recursive", action="store_true", help="look into the folders in a folder as well")
    actions.add_parser("remove", help="forget a voice").add_argument("name", metavar="NAME")


def run(args: argparse.Namespace) -> int:
    """Does it; what can't be done is raised as a sentence."""
    from desktop_app import paths
    from desktop_app.engine.people.profiles import Profiles
    from desktop_app.engine.people.store import Store

    with Store(paths.user_data()) as store:
        profiles = Profiles(store)
        if args.action == "list":
            voices = profiles.all()
            if not voices:
                print("No voice is learnt yet; `voicekin voice learn` makes one.", file=sys.stderr)
            for profile in voices:
                paused = "  (paused)" if profile.paused else ""
                print(
                    f"{profile.name:<24}  {_recordings(profile.recordings):>16}  since {profile.created[:10]}{paused}"
                )
            return 0
        if args.action == "remove":
            profile = profiles.named(args.name)
            profiles.remove(profile.id)
            print(f"Removed {profile.name}.")
            return 0
        return _learn(store, args)


def _learn(store: Any, args: argparse.Namespace) -> int:
    from desktop_app.engine.batch.files import find_recordings
    from desktop_app.engine.installed_packs import find_pack, open_pack, pack_in_use
    from desktop_app.engine.people.personal import Personal
    from desktop_app.engine.recognition.answer import Failure
    from desktop_app.engine.recognition.recogniser import Recogniser
    from desktop_app.errors import StoreError, VoiceKinError

    personal = Personal(store, Recogniser(open_pack(find_pack(args.pack) if args.pack else pack_in_use())))
    try:
        profile, made = personal.profiles.named(args.name), False
    except StoreError:
        profile, made = personal.profiles.create(args.name), True
    refused = 0
    try:
        for path in find_recordings(map(Path, args.paths), recursive=args.recursive):
            interruption.check()
            try:
                if isinstance(path, Failure):
                    reason, shown = path.error, path.path
                else:
                    shown = str(path)
                    analysis = personal.analyse_file(path.absolute(), interruption.requested)
                    reason = personal.learn(profile.id, analysis).refused
            except StoreError:
                raise
            except VoiceKinError as error:
                reason = str(error)
            refused += bool(reason)
            if reason:
                print(told(shown, reason), file=sys.stderr)
    finally:  # interrupted, too, no voice stays that knows nothing; one from before knows what other packs have heard
        voice = personal.voice(profile.id)
        if made and not voice.clips:
            personal.remove_voice(profile.id)
    if made and not voice.clips:
        print(f"{profile.name} has learnt from no recording, so there is no such voice.", file=sys.stderr)
        return 1
    print(f"{profile.name} has learnt from {_recordings(voice.clips)} and is {voice.settled:.0%} settled.")
    return int(refused > 0)


def _recordings(n: int) -> str:
    return f"{n} recording" if n == 1 else f"{n} recordings"
