"""The command line: one subcommand a module of `desktop_app.commands`."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from desktop_app import __version__
from desktop_app.errors import VoiceKinError

COMMANDS = ("classify", "voice", "examples", "pack", "doctor")

OK = 0
SOME_FAILED = 1
USAGE = 2
"""Also when the call can't be carried out at all: no such pack, voice or store."""

INTERRUPTED = 130  # 128 + SIGINT, as shells have it
PIPE_CLOSED = 141  # 128 + SIGPIPE


def main(argv: Sequence[str]) -> int:
    """Runs one command and gives the exit status.

    argparse ends the process itself, by SystemExit, for --help (0) and for a call that it does not understand (2).
    """
    for stream in (sys.stdout, sys.stderr):
        # a terminal without Unicode shows what it can, and a file name that is no text is shown all the same
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        args = _parser().parse_args(argv)
        status: int = import_module(f"desktop_app.commands.{args.command}").run(args)
        sys.stdout.flush()
        return status
    except VoiceKinError as error:
        print(f"voicekin: {error}", file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        print("voicekin: stopped.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # who read our output has gone, `head` for one; Python must not find the pipe broken again when it exits
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="voicekin",
        description="Which emotion a recording of speech sounds like, and why. Without a command the window opens.",
        epilog="Exit status: 0 all went well, 1 some recording failed, 2 the call can't be carried out. "
        "voicekin --self-test proves an installation, in a profile that is thrown away.",
    )
    parser.add_argument("--version", action="version", version=f"voicekin {__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in COMMANDS:
        import_module(f"desktop_app.commands.{name}").add_parser(subparsers)
    return parser
