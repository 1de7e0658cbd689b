"""Finds the recordings for `voicekin classify`: files, folders, addresses, a list, a sound on standard input."""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_app import interruption

if TYPE_CHECKING:
    import voicekin

STANDARD_INPUT = "-"


def asked_about(args: argparse.Namespace, stack: ExitStack) -> "Iterator[Path | voicekin.Source | voicekin.Failure]":
    """The recordings. A sound on standard input is copied to a temporary file, which is deleted when the stack ends.

    Raises:
        AudioError: No recording is named, standard input is named twice, or the list can't be understood.
    """
    import voicekin

    if not args.paths and args.list is None:
        raise voicekin.AudioError("Name a recording, a folder, or a list with --from.")
    if [*args.paths, args.list].count(STANDARD_INPUT) > 1:
        raise voicekin.AudioError("Standard input holds one sound or one list: name - once.")
    for name in args.paths:
        if name == STANDARD_INPUT:
            yield voicekin.Source(name, at=_standard_input(stack))
        else:
            yield from voicekin.find_sources([name], recursive=args.recursive)
    if args.list == STANDARD_INPUT:
        yield from voicekin.read_list(sys.stdin, "standard input")
    elif args.list is not None:
        try:
            with Path(args.list).open(encoding="utf-8", errors="surrogateescape") as lines:
                yield from voicekin.read_list(lines, args.list)
        except OSError as error:
            raise voicekin.AudioError(f"{args.list} can't be read ({error.strerror}): check the name.") from None


def _standard_input(stack: ExitStack) -> Path:
    """A temporary file with all of standard input: decoders need to seek."""
    from voicekin.sources import copied

    path = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="voicekin-"))) / "standard input"
    with path.open("wb") as file:
        copied(sys.stdin.buffer, file, interruption.requested)
    return path
