"""The entry point of `voicekin`: runs a command, the self-test (`--self-test`), or else opens the window."""

import os
import sys
from collections.abc import Sequence

from desktop_app import interruption  # imports almost nothing, so that signals are watched early

NO_DISPLAY = (
    "voicekin: there is no display to open the window on. Start it in a desktop session, "
    "or use it from here: voicekin classify FILE..."
)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs VoiceKin with the arguments of its command line and gives the exit status."""
    if argv is not None:
        return _run(argv)
    # the process is ours. This comes before anything slow: until here a signal ends it as it ends any program
    interruption.watch("voicekin: stopped.")
    try:
        return _run(sys.argv[1:])
    finally:
        interruption.over()


def _run(argv: Sequence[str]) -> int:
    from desktop_app import cli

    if list(argv) == ["--self-test"]:
        from desktop_app import self_test

        return self_test.run()
    if argv and argv[0] == "--first-run":  # VoiceKin started this process itself, to run a new pack once
        from desktop_app.engine.recognition.verify import first_run

        return first_run(list(argv[1:]))
    if argv and not _is_file(argv[0]):
        return cli.main(argv)
    if not _has_display():
        print(NO_DISPLAY, file=sys.stderr)
        return cli.USAGE
    # before PySide6: on Windows both bring a C++ runtime, and onnxruntime fails on the older one that Qt loads
    import onnxruntime  # noqa: F401

    from desktop_app.ui.application import run

    return run(list(argv))


def _is_file(argument: str) -> bool:
    """Whether the argument is a recording or pack to open in the window ("Open with"), and not a command."""
    from pathlib import Path

    from desktop_app import cli

    return argument not in cli.COMMANDS and not argument.startswith("-") and Path(argument).exists()


def _has_display() -> bool:
    """Whether a window can be shown. Only Linux and other Unix systems can lack a display; a platform that is chosen
    with QT_QPA_PLATFORM may need none."""
    if sys.platform in ("win32", "darwin"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


if __name__ == "__main__":
    sys.exit(main())
