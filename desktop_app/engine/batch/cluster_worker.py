"""The work of a cluster's workers for a batch: they open the pack that they were sent, and analyse recordings.

A long recording is analysed by several workers: the one that reads it cuts it at its pauses, as always, sends packets
of stretches with their sound to the others, and encodes the rest itself.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from distributed import Client, Future, Worker, WorkerPlugin, get_client, get_worker, secede

from desktop_app import __version__
from desktop_app.engine.batch.answers import answer_one
from desktop_app.engine.batch.classify import named_as
from desktop_app.engine.batch.sources import Source, located
from desktop_app.engine.installed_packs import load_known
from desktop_app.engine.pack.format import MANIFEST, sha256_of
from desktop_app.engine.recognition.answer import Failure
from desktop_app.engine.recognition.recogniser import Analysis, Floats, Recogniser
from desktop_app.engine.sound.audio import SAMPLE_RATE, Waveform, probe
from desktop_app.errors import PackError

SPLIT_BYTES = 1_000_000
SPLIT_S = 120.0
"""A file of at least this many bytes and seconds is analysed by several workers."""
PACKET_S = 30.0
"""Seconds of speech of a long file in one packet for another worker."""
PACKETS_A_WORKER = 2
"""Packets that may wait for each of the other workers. Beyond that the reading worker encodes itself, which bounds the
memory."""

PACKET_PATIENCE_S = 30.0
"""How long a needed packet is waited for, which normally takes a second; then it is encoded here."""

TOLD_EVERY_S = 1.0

PROGRESS = "voicekin-progress"
"""The Dask topic on which workers report (index of the file, share done, 0 to 1)."""


def version() -> str:
    """The version of VoiceKin in the process that runs this."""
    return __version__


class PackOfWorker(WorkerPlugin):  # type: ignore[misc]  # its types are not published
    """A plugin for Dask workers that gives a worker the pack.

    Args:
        digest: sha256 of its pack.json, which tasks use to name the pack.
        root: Its folder on the client's machine; used if the worker finds the same pack there.
        archive: The pack as a .vkpack, for workers that don't find it; None if all workers are processes that the
            client itself started on its machine.
    """

    def __init__(self, digest: str, root: str, archive: bytes | None) -> None:
        self.name = f"voicekin-{digest}"
        self.digest = digest
        self._root = root
        self._archive = archive

    def setup(self, worker: Worker) -> None:
        """Stores the pack; it is opened when it is first needed."""
        if self._archive is None:
            with suppress(OSError, AttributeError):  # Windows has no sessions
                os.setsid()  # so that Ctrl-C at the client's terminal reaches only the client
        _PACKS[self.digest] = _Opener(self._source(Path(worker.local_directory)), self.digest)

    def teardown(self, worker: Worker) -> None:
        """Does nothing: the worker's folder is deleted with it."""

    def _source(self, folder: Path) -> Path:
        root = Path(self._root)
        with suppress(OSError):
            if sha256_of(root / MANIFEST) == self.digest:
                return root
        if self._archive is None:
            return root
        archive = folder / f"{self.digest}.vkpack"
        archive.write_bytes(self._archive)
        return archive


class _Opener:
    """Opens a pack once in a process, and gives each thread a recogniser."""

    def __init__(self, source: Path, digest: str) -> None:
        self._source, self._digest = source, digest
        self._lock = threading.Lock()
        self._first: Recogniser | None = None
        self._own = threading.local()

    def recogniser(self) -> Recogniser:
        """The recogniser for this thread.

        Raises:
            PackError: The pack differs from the client's, or does not pass its checks.
        """
        with self._lock:
            if self._first is None:
                pack = load_known(self._source)
                if sha256_of(pack.root / MANIFEST) != self._digest:
                    raise PackError("A worker has another pack under this name: install the same one there.")
                self._first = Recogniser(pack, threads=1)  # one core per worker: more gain little on short clips
        if not hasattr(self._own, "recogniser"):
            self._own.recogniser = self._first.for_another_thread()
        found: Recogniser = self._own.recogniser
        return found


_PACKS: dict[str, _Opener] = {}


def open_pack(digest: str) -> None:
    """Opens the pack, so that problems with it are found before the first file.

    Raises:
        PackError: It does not pass its checks.
    """
    _PACKS[digest].recogniser()


def hear(digest: str, wanted: Sequence[tuple[int, Source, dict[str, Any]]]) -> list[Analysis | Failure]:
    """A worker's task: analyses recordings; the client answers them.

    Args:
        wanted: For each recording its index, which progress reports use; its source, with a path that is valid on every
            worker; and the options of `Recogniser.analyse_file`.
    """
    return [_heard(_PACKS[digest].recogniser(), digest, *one) for one in wanted]


def _heard(recogniser: Recogniser, digest: str, number: int, source: Source, how: dict[str, Any]) -> Analysis | Failure:

    def ask(recording: Path | Source, stop: Callable[[], bool]) -> Analysis:
        with located(recording, stop) as file:
            if file.stat().st_size < SPLIT_BYTES or probe(file).duration_s < SPLIT_S:
                return recogniser.analyse_file(file, **how, should_stop=stop)
            with _shared(recogniser, digest) as sharing:
                return sharing.analyse_file(file, **how, should_stop=stop, progress=_teller(number))

    heard = answer_one(source, ask, _cancelled())
    if isinstance(heard, Failure):
        return Failure(heard.path, heard.error.replace(str(source.at), str(source)))
    return named_as(heard, source)


def encode(digest: str, waveforms: list[Waveform]) -> list[Floats]:
    """The pooled features of some stretches, each encoded alone."""
    encoder = _PACKS[digest].recogniser().encoder
    return [encoder.encode([waveform]).pooled for waveform in waveforms]


def _cancelled() -> Callable[[], bool]:
    """A function that says whether this task was cancelled."""
    worker = get_worker()
    key = worker.get_current_task()

    def cancelled() -> bool:
        task = worker.state.tasks.get(key)
        return task is None or task.state == "cancelled"

    return cancelled


def _teller(number: int) -> Callable[[float], None]:
    worker, told = get_worker(), 0.0

    def tell(share: float) -> None:
        nonlocal told
        if time.monotonic() - told >= TOLD_EVERY_S:
            told = time.monotonic()
            worker.log_event(PROGRESS, (number, share))

    return tell


@contextmanager
def _shared(recogniser: Recogniser, digest: str) -> Iterator[Recogniser]:
    """A recogniser that lets other workers encode stretches, if there are any."""
    client, own = get_client(), get_worker().address
    others = [address for address in client.scheduler_info()["workers"] if address != own]
    if not others:
        yield recogniser
        return
    sharing = _Sharing(recogniser, digest, client, others)
    yield recogniser.encoding_by(sharing)


class _Sharing:
    """Packets of stretches, encoded by other workers or, if those are busy, here."""

    def __init__(self, recogniser: Recogniser, digest: str, client: Client, others: Sequence[str]) -> None:
        self._recogniser, self._digest, self._client, self._others = recogniser, digest, client, others
        self._open: list[Waveform] = []
        self._packets = 0
        self._encoded: dict[int, list[Floats]] = {}
        self._away: dict[int, tuple[Future, list[Waveform]]] = {}

    def __call__(self, samples: Waveform) -> Callable[[], Floats]:
        """Accepts a stretch, float32 [n]; returns a function that gives its features [1, D]."""
        packet, place = self._packets, len(self._open)
        self._open.append(samples)
        if sum(map(len, self._open)) >= PACKET_S * SAMPLE_RATE:
            self._close_packet()
        return lambda: self._rows(packet)[place]

    def _close_packet(self) -> None:
        waveforms, self._open = self._open, []
        packet, self._packets = self._packets, self._packets + 1
        for number in [n for n, (future, _) in self._away.items() if future.done()]:
            self._fetch(number)
        if len(self._away) >= PACKETS_A_WORKER * len(self._others):
            self._encoded[packet] = self._encode(waveforms)
            return
        sound = self._client.scatter(waveforms, hash=False)
        future = self._client.submit(
            encode, self._digest, sound, pure=False, priority=10, workers=list(self._others), allow_other_workers=True
        )
        self._away[packet] = future, waveforms

    def _rows(self, packet: int) -> list[Floats]:
        if self._open:
            self._close_packet()
        if packet not in self._encoded:
            if not self._away[packet][0].done():
                with suppress(Exception):  # this thread has seceded already
                    secede()  # lets another task run here while this one waits
            self._fetch(packet)
        return self._encoded[packet]

    def _fetch(self, packet: int) -> None:
        future, waveforms = self._away.pop(packet)
        try:
            self._encoded[packet] = future.result(timeout=PACKET_PATIENCE_S)
        except Exception:  # its worker is gone, perhaps with the sound, or is too busy
            self._encoded[packet] = self._encode(waveforms)

    def _encode(self, waveforms: list[Waveform]) -> list[Floats]:
        return [self._recogniser.encoder.encode([waveform]).pooled for waveform in waveforms]
