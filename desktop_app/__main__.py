"""Where `voicekin` begins: a command goes to the command line, `--self-test` to it, everything else to the window."""

import os
import sys
from collections.abc import Sequence

from desktop_app import interruption  # as little as can be before it watches

NO_DISPLAY = (
    "voicekin: there is no display to open the window on. Start it in a desktop session, "
    "or use it from here: voicekin classify FILE..."
)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs VoiceKin with the arguments of its command line and gives the exit status."""
    if argv is not None:
        return _run(argv)
    # a process of our own. Before anything that takes time: until here a signal ends it as it ends any other
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
    if argv and argv[0] == "--first-run":  # of a new pack, by ourselves
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
    """Whether it is a recording or pack to open in the window, as "open with" passes it, and no command."""
    from pathlib import Path

    from desktop_app import cli

    return argument not in cli.COMMANDS and not argument.startswith("-") and Path(argument).exists()


def _has_display() -> bool:
    """Only Linux and its like can be without one; QT_QPA_PLATFORM chooses a platform that may need none."""
    if sys.platform in ("win32", "darwin"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


if __name__ == "__main__":
    sys.exit(main())
