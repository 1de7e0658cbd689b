"""Ctrl-C, TERM and HUP are treated as a request: long-running code polls `requested` and stops where that is safe.

No signal raises an exception: an exception at an arbitrary point, while a lock is held or during an import, would leave
the program hanging or its work half done. Python's signal handler only writes the signal's number into a pipe, which a
thread reads. So a request is noticed even while the main thread waits inside a library.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name))

AGAIN_S = 3.0
"""A second signal this many seconds after the first ends the process at once; an earlier one is ignored, since
impatient people press Ctrl-C twice."""

GRACE_S = 10.0
"""Seconds after which the process is ended: code that has not polled by then is blocked, by a pipe that nobody reads or
a dead disk."""

BLOCKED_S = 1.0
"""Seconds that a terminal or pipe gets to accept the last message."""

ShouldStop = Callable[[], bool]
"""Polled by long-running code, which raises Cancelled once it returns True. `requested` is one."""

_signal = 0
_said = False
_saying = threading.Lock()
_stderr = 2  # `watch` replaces it with a duplicate, since descriptor 2 may be redirected meanwhile
_on_request: Callable[[], object] | None = None


def requested() -> bool:
    """Whether a signal has asked the process to stop."""
    return _signal != 0


def never() -> bool:
    """A `ShouldStop` that never asks to stop."""
    return False


def heed(should_stop: ShouldStop) -> None:
    """To be called in long loops.

    Raises:
        Cancelled: `should_stop` returned True.
    """
    if should_stop():
        from desktop_app.errors import Cancelled  # imported late, since it is slow and `watch` must come early

        raise Cancelled


def check() -> None:
    """To be called in long loops.

    Raises:
        Cancelled: A signal has asked the process to stop.
    """
    heed(requested)


def status() -> int:
    """The exit status of an interrupted process, as shells define it: 128 plus the signal's number."""
    return 128 + (_signal or signal.SIGINT)


def say(word: str) -> None:
    """Prints the last message of an interrupted process to stderr. It is not printed again if the process then has to
    be ended by force."""
    global _said
    with _saying:
        print(word, file=sys.stderr, flush=True)
        _said = True


def call(on_request: Callable[[], object]) -> None:
    """For code that waits in an event loop: `on_request` is called once, from another thread, when a signal arrives; it
    is called immediately if one has arrived already."""
    global _on_request
    _on_request = on_request
    if _signal:
        on_request()


def watch(word: str, grace_s: float = GRACE_S) -> None:
    """Treats signals as requests from now on. To be called once, in the main thread. Ignored signals stay ignored.

    Args:
        word: Printed to stderr if the process has to be ended by force.
        grace_s: Seconds after the first signal until the process is ended by force. Files are written in a way that
            survives that.
    """
    global _stderr
    _hold_standard_streams()
    _stderr = os.dup(2)
    reading, writing = os.pipe()
    if hasattr(os, "set_blocking"):
        os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup ignores HUP
            signal.signal(number, _nothing)
    threading.Thread(target=_listen, args=(reading, word.encode(), grace_s), name="signals", daemon=True).start()


def over() -> None:
    """Ignores signals from now on: the work is done and the exit status is known.

    Python removes its signal handlers as it exits; a signal after that would end the process with another status.
    """
    with suppress(OSError, ValueError, AttributeError):
        sys.stdout.flush()  # it may block for ever, so it runs while signals are still handled
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def _hold_standard_streams() -> None:
    """Opens the null device for standard streams that the caller has closed. Otherwise the next file that is opened,
    our pipe for one, would get that descriptor and be written to as standard output or error."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free descriptor


def _nothing(*_: object) -> None:
    """A handler that does nothing: Python writes to the pipe only for signals that have a handler."""


def _listen(reading: int, word: bytes, grace_s: float) -> None:
    global _signal
    number = os.read(reading, 1)[0]
    first = time.monotonic()
    _signal = number
    threading.Thread(target=_end_later, args=(grace_s, word), name="patience", daemon=True).start()
    if _on_request is not None:
        _on_request()
    while True:
        os.read(reading, 1)
        if time.monotonic() - first >= AGAIN_S:
            _end(word + b" It was ended at once, in the midst of its work.")


def _end_later(grace_s: float, word: bytes) -> None:
    time.sleep(grace_s)
    _end(word)


def _end(word: bytes) -> None:
    """Ends the process from any thread, whatever locks the others hold."""
    if _saying.acquire(timeout=BLOCKED_S) and not _said:  # not if the main thread prints it or hangs in that
        writing = threading.Thread(target=_write, args=(word,), daemon=True)  # a full pipe would block it for ever
        writing.start()
        writing.join(BLOCKED_S)
    os._exit(status())


def _write(word: bytes) -> None:
    with suppress(OSError):
        os.write(_stderr, word + b"\n")
