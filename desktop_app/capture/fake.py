"""Simulated microphones, which tests, the self-test and the screenshots record from."""

import threading
from collections.abc import Callable

import numpy as np

from desktop_app.capture.source import Block, BlockTaker, Microphone, Source
from desktop_app.errors import DeviceError

BLOCK = 512  # samples, as the real microphone delivers


class FakeSource:
    """Delivers silence, then the sound that `play` was given, then silence again, block by block from its own thread.

    Attributes:
        speed: How many times faster than real time it runs.
        played: Set when the last sound given to `play` was delivered completely.
    """

    def __init__(self, name: str = "Fake microphone", sample_rate: int = 16_000, speed: float = 1.0) -> None:
        self.name = name
        self.sample_rate = sample_rate
        self.speed = speed
        self.played = threading.Event()
        self._queue: list[Block] = []
        self._stop = threading.Event()
        self._unplugged = threading.Event()
        self._paused = threading.Event()
        self._overflow_next = False
        self._pause_after = False
        self._thread: threading.Thread | None = None

    def start(self, on_block: BlockTaker, on_end: Callable[[], None]) -> None:
        """Begin with silence (a quiet noise, as a real microphone gives; `mute` gives exact zeros)."""
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, args=(on_block, on_end), name="fake source", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stop.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()
            self._thread = None

    def play(self, samples: Block, then_pause: bool = False) -> None:
        """Queues float32 [n] to be delivered. After it comes quiet noise, or with `then_pause` no block at all."""
        self._pause_after = then_pause
        self.played.clear()
        blocks = [samples[i : i + BLOCK] for i in range(0, len(samples), BLOCK)]
        self._queue.extend(blocks)

    def unplug(self) -> None:
        """Ends by itself, as an unplugged device does."""
        self._unplugged.set()

    def pause(self, paused: bool = True) -> None:
        """Delivers no blocks, like a device that has not started yet."""
        (self._paused.set if paused else self._paused.clear)()

    def overflow(self) -> None:
        """Report lost samples with the next block."""
        self._overflow_next = True

    def _run(self, on_block: BlockTaker, on_end: Callable[[], None]) -> None:
        rng = np.random.default_rng(0)
        while not self._stop.wait(BLOCK / self.sample_rate / self.speed):
            if self._unplugged.is_set():
                on_end()
                return
            if self._paused.is_set():
                continue
            if self._queue:
                block = self._queue.pop(0)
                on_block(block, self._overflow_next)
                if not self._queue:
                    if self._pause_after:
                        self._paused.set()
                    self.played.set()
            else:
                on_block(self.quiet(rng, BLOCK), self._overflow_next)
            self._overflow_next = False

    def quiet(self, rng: np.random.Generator, n: int) -> Block:
        """What is delivered while nothing is played: noise at -70 dBFS."""
        return (rng.standard_normal(n) * 10 ** (-70 / 20)).astype(np.float32)


class MutedSource(FakeSource):
    """A microphone that is muted or not permitted: exact zeros."""

    def quiet(self, rng: np.random.Generator, n: int) -> Block:  # noqa: ARG002
        """Zeros."""
        return np.zeros(n, dtype=np.float32)


class FakeMicrophones:
    """A sound system with the given sources. Changes to `plugged` are seen by the next rescan.

    Attributes:
        opened: The names of the sources that were opened.
    """

    def __init__(self, *sources: FakeSource) -> None:
        self.opened: list[str] = []
        self.plugged: list[FakeSource] = list(sources)
        self._known = tuple(self.plugged)

    def available(self, rescan: bool = False) -> tuple[Microphone, ...]:
        """The sources that were plugged in at the last rescan."""
        if rescan:
            self._known = tuple(self.plugged)
        return tuple(Microphone(s.name, "Fake", is_default=i == 0) for i, s in enumerate(self._known))

    def open(self, microphone: Microphone) -> Source:
        """The source of that name, ready to start again."""
        for source in self.plugged:
            if source.name == microphone.name:
                source._unplugged.clear()
                self.opened.append(source.name)
                return source
        raise DeviceError(f"“{microphone.name}” is no longer there. Choose another microphone.")
