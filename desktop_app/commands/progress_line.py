"""Shows progress on a terminal in one line, which is overwritten, and cleared for results. Writes nothing to a pipe."""

import shutil
import sys
import threading
import time
from types import TracebackType
from typing import Self, TextIO

from desktop_app.commands.plain_text import plain

EVERY_S = 0.1
CLEAR_LINE = "\r\x1b[K"


class ProgressLine:
    """The line on `stream`; by default standard error, so that a pipe gets only the results. Thread-safe."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self.visible = self._stream.isatty()
        self._lock = threading.Lock()
        self._told_at = float("-inf")
        self._shown = False

    def show(self, text: str) -> None:
        """Replaces the line, at most ten times a second."""
        if not self.visible:
            return
        with self._lock:
            now = time.monotonic()
            if now - self._told_at < EVERY_S:
                return
            self._told_at = now
            width = shutil.get_terminal_size().columns - 1
            line = plain(text)
            self._stream.write(CLEAR_LINE + (line if len(line) <= width else f"{line[: max(0, width - 1)]}…"))
            self._stream.flush()
            self._shown = True

    def clear(self) -> None:
        """Clears the line, before something else is printed."""
        if not self._shown:
            return
        with self._lock:
            self._stream.write(CLEAR_LINE)
            self._stream.flush()
            self._shown = False
            self._told_at = float("-inf")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()
