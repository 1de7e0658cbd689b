"""Ctrl-C, TERM and HUP as a request: whoever works looks at `requested` and stops where that is safe.

No signal raises anything: an exception that meets a program wherever it stands, in the middle of a lock or of an
import, leaves it hanging or half done. Python's own part of a signal only writes its number into a pipe; a thread reads
that, so that a request is noticed also while the main thread waits inside a library.
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
"""A second signal this long after the first ends the process at once; a sooner one is the same impatience."""

GRACE_S = 10.0
"""Whoever has not looked by then waits for something that does not come: a pipe that nobody reads, a dead disk."""

BLOCKED_S = 1.0
"""A terminal or pipe that takes the last word takes it within this."""

ShouldStop = Callable[[], bool]
"""What those who work long ask at times, `requested` for one; they raise Cancelled where it says so."""

_signal = 0
_said = False
_saying = threading.Lock()
_stderr = 2  # or a number of its own, for 2 may be lent to something else meanwhile
_on_request: Callable[[], object] | None = None


def requested() -> bool:
    """Whether the process was asked to stop."""
    return _signal != 0


def never() -> bool:
    """The `ShouldStop` of who does not want to stop."""
    return False


def heed(should_stop: ShouldStop) -> None:
    """For long loops.

    Raises:
        Cancelled: `should_stop` says so.
    """
    if should_stop():
        from desktop_app.errors import Cancelled  # here, for its imports take longer than all else before `watch`

        raise Cancelled


def check() -> None:
    """For long loops.

    Raises:
        Cancelled: The process was asked to stop.
    """
    heed(requested)


def status() -> int:
    """The exit status of an interrupted process as shells have it: 128 and the signal's number."""
    return 128 + (_signal or signal.SIGINT)


def say(word: str) -> None:
    """The last word of an interrupted process on stderr; it is not said again if it has to be ended hard then."""
    global _said
    with _saying:
        print(word, file=sys.stderr, flush=True)
        _said = True


def call(on_request: Callable[[], object]) -> None:
    """For who waits in an event loop: `on_request` is called once, in another thread, or at once if it is too late."""
    global _on_request
    _on_request = on_request
    if _signal:
        on_request()


def watch(word: str, grace_s: float = GRACE_S) -> None:
    """From now on signals are requests. For the main thread of a process, once; a signal that is ignored stays so.

    Args:
        word: Said on stderr where the process has to be ended hard.
        grace_s: Seconds from the first signal on after which it is ended hard, with its word. What it writes is written
            so that it survives that.
    """
    global _stderr
    _hold_standard_streams()
    _stderr = os.dup(2)
    reading, writing = os.pipe()
    if hasattr(os, "set_blocking"):
        os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup has it for HUP
            signal.signal(number, _nothing)
    threading.Thread(target=_listen, args=(reading, word.encode(), grace_s), name="signals", daemon=True).start()


def over() -> None:
    """The work is done and the status is known: what comes now changes nothing.

    Python takes its handlers away as it ends, and a signal that meets it then would end it as if nothing had been said.
    """
    with suppress(OSError, ValueError, AttributeError):
        sys.stdout.flush()  # it may wait for ever, so as long as signals are heard
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def _hold_standard_streams() -> None:
    """Numbers that the caller has closed go to nobody, lest what is opened next, our pipe for one, be written to as
    standard output or error."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # which takes the lowest number that is free


def _nothing(*_: object) -> None:
    """Python writes to the pipe only for signals that have a handler."""


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
    """Ends the process from any thread, whatever the others hold."""
    if _saying.acquire(timeout=BLOCKED_S) and not _said:  # not while the main thread says it, or is stuck with it
        writing = threading.Thread(target=_write, args=(word,), daemon=True)  # a pipe that is full blocks it for ever
        writing.start()
        writing.join(BLOCKED_S)
    os._exit(status())


def _write(word: bytes) -> None:
    with suppress(OSError):
        os.write(_stderr, word + b"\n")
