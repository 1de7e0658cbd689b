"""What `voicekin classify` knows of who speaks and of who asks: a saved voice, and the user's own examples."""

import argparse
import hashlib
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_app.commands.plain_text import plain

if TYPE_CHECKING:
    from desktop_app.engine.people.own_datastore import OwnDatastore
    from desktop_app.engine.people.personal import Personal
    from desktop_app.engine.recognition.answer import VoiceUsed
    from desktop_app.engine.recognition.recogniser import Floats, Recogniser

NONE = "none"


@dataclass(frozen=True, eq=False)
class KnownPerson:
    """What answers are made with besides the pack.

    Attributes:
        baseline: float32 [D] of the saved voice, None where none is named.
        voice: Which that is, for the answers to say.
        examples: The user's own, None where there are none.
    """

    baseline: "Floats | None" = None
    voice: "VoiceUsed | None" = None
    examples: "OwnDatastore | None" = None

    def digest(self) -> str:
        """Names what is known: the same gives the same answers."""
        parts = [b"" if self.baseline is None else self.baseline.tobytes()]
        if self.examples is not None:
            labels = "\n".join(self.examples.names[k] for k in self.examples.label_of)
            parts += [self.examples.embeddings.tobytes(), labels.encode()]
        return hashlib.sha256(b"\0".join(parts)).hexdigest()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that say who speaks and which examples to heed."""
    voice = parser.add_mutually_exclusive_group()
    voice.add_argument(
        "--voice",
        metavar="NAME",
        help=f"the speaker is this saved voice (see `voicekin voice`), or {NONE}: hear each recording by itself",
    )
    voice.add_argument("--same-voice", action="store_true", help="all recordings of this call are one speaker")
    parser.add_argument(
        "--examples",
        metavar="PATH",
        help=f"heed the examples of this file, as `voicekin examples export` writes it, or {NONE} (your own)",
    )


@contextmanager
def open_known_person(recogniser: "Recogniser", args: argparse.Namespace) -> "Iterator[KnownPerson]":
    """What the options name. The user's own store that can't be opened is told and gone without, unless asked for.

    Raises:
        StoreError: If --voice or --examples name what can't be had.
    """
    from desktop_app import paths
    from desktop_app.engine.people.exchange import import_file
    from desktop_app.engine.people.personal import Personal
    from desktop_app.engine.people.store import DATABASE, Store
    from desktop_app.errors import StoreError

    with ExitStack() as stack:
        baseline: Floats | None = None
        voice: VoiceUsed | None = None
        named = args.voice not in (None, NONE)
        own: Personal | None = None
        wants_own = args.examples is None and (paths.user_data() / DATABASE).exists()
        if named or wants_own:
            try:
                own = Personal(stack.enter_context(Store(paths.user_data())), recogniser)
            except StoreError as error:
                if named:
                    raise
                print(f"voicekin: {plain(str(error))} Your own examples are not heeded.", file=sys.stderr)
        if named:
            assert own is not None
            baseline, voice = _voice(own, args.voice)
        if args.examples not in (None, NONE):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="voicekin-")))
            store = stack.enter_context(Store(folder))
            import_file(store, Path(args.examples))
            own = Personal(store, recogniser)
        if own is not None and args.examples != NONE:
            own.refresh()
        yield KnownPerson(baseline, voice, own.own if own is not None else None)


def _voice(own: "Personal", name: str) -> "tuple[Floats, VoiceUsed]":
    from desktop_app.engine.recognition.answer import VoiceUsed
    from desktop_app.errors import StoreError

    profile = own.profiles.named(name)
    voice = own.voice(profile.id)
    if not voice.clips:
        raise StoreError(f"This pack has heard no recording of {profile.name}; teach it with `voicekin voice learn`.")
    return voice.baseline, VoiceUsed("saved", profile.name, voice.clips, voice.settled)
