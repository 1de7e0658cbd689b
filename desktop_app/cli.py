"""The command line. Each subcommand is a module of `desktop_app.commands`."""

import argparse
import errno
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from desktop_app import __version__, interruption
from desktop_app.commands.plain_text import plain
from desktop_app.errors import Cancelled, PackExists, TargetExists, VoiceKinError

COMMANDS = ("classify", "answer", "report", "voice", "examples", "pack", "doctor")

USAGE = 2
"""The exit status for a wrong call, and for one that can't be carried out at all: no such pack, voice or store.
Commands themselves return 0, or 1 if some recordings failed."""

STOPPED = "voicekin: stopped."
PIPE_CLOSED = 141  # 128 + SIGPIPE

REPLACED_BY: dict[type[VoiceKinError], str] = {TargetExists: "--overwrite", PackExists: "--replace"}
"""The option with which a command replaces what already exists."""


def main(argv: Sequence[str]) -> int:
    """Runs one command and gives the exit status.

    argparse ends the process itself, by SystemExit, for --help (0) and for a call that it does not understand (2).
    """
    # they are None if the caller has closed them
    sys.stdout = sys.stdout or Path(os.devnull).open("w")  # noqa: SIM115 - as long as the process
    sys.stderr = sys.stderr or Path(os.devnull).open("w")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        # escape what the terminal's encoding lacks, and bytes of file names that are not valid text
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        args = parser().parse_args(argv)
        interruption.check()  # before any work starts
        status: int = import_module(f"desktop_app.commands.{args.command}").run(args)
        sys.stdout.flush()
        interruption.check()  # report the interruption even if the work was finished by then
        return status
    except VoiceKinError as error:
        replaced = REPLACED_BY.get(type(error))
        print(f"voicekin: {plain(str(error))}{f' {replaced} replaces it.' if replaced else ''}", file=sys.stderr)
        return USAGE
    except BrokenPipeError:  # the reader of our output has ended, for example `head`
        _write_no_more()
        return PIPE_CLOSED
    except Cancelled:
        interruption.say(STOPPED)
        return interruption.status()
    except OSError as error:
        if error.errno == errno.ENOSPC:  # standard output; for files that we write, it is a VoiceKinError already
            _write_no_more()
            print(f"voicekin: The answers can't be written ({error.strerror}): free some space.", file=sys.stderr)
            return USAGE
        raise


def _write_no_more() -> None:
    """Redirects stdout to the null device, so that Python does not fail again when it flushes stdout at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def parser() -> argparse.ArgumentParser:
    """The parser for all commands."""
    top = argparse.ArgumentParser(
        prog="voicekin",
        description="Which emotion a recording of speech sounds like, and why. Without a command the window opens.",
        epilog="Exit status: 0 all went well, 1 some recording failed, 2 the call can't be carried out. "
        "voicekin --self-test proves an installation, in a profile that is thrown away.",
    )
    top.add_argument("--version", action="version", version=f"voicekin {__version__}")
    subparsers = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in COMMANDS:
        import_module(f"desktop_app.commands.{name}").add_parser(subparsers)
    return top
