"""Lets the workers of a Dask cluster analyse the files of a batch, and answers them here from the analyses.

The pack is sent once to each worker, which verifies it. For each recording its `Analysis` comes back: features and no
sound. Only the stretches of a long recording are sent between workers, so that several can encode it. Each stretch is
encoded alone, on one machine or on many, so on processors of one kind the answers are identical to the bit.
"""

import logging
import os
import queue
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop_app import __version__
from desktop_app.engine.batch.answers import LOOK_EVERY_S
from desktop_app.engine.batch.classify import Batch, answered, groups, options_for, voices_beside
from desktop_app.engine.batch.progress import ANALYSIS_SHARE
from desktop_app.engine.batch.sources import Source, for_everyone
from desktop_app.engine.pack.archive import zip_pack
from desktop_app.engine.pack.format import MANIFEST, Pack, sha256_of
from desktop_app.engine.recognition.answer import Failure, Outcome, Recognition
from desktop_app.engine.recognition.recogniser import Analysis
from desktop_app.errors import Cancelled, ClusterError, PackError

if TYPE_CHECKING:
    from distributed import Client, Future

    from desktop_app.engine.batch import cluster_worker

log = logging.getLogger(__name__)

LOCAL = "local:"
"""Followed by a number: that many workers on this machine, for this call."""

NO_DASK = "--cluster needs dask.distributed, which is not installed here: type pip install 'voicekin[cluster]'."

TOGETHER = 16
TOGETHER_BYTES = 2_000_000
"""At most so many files and bytes form one task, so that short clips share the overhead of a task."""

ASKED_AHEAD = 3
"""Unfinished tasks for each thread of the cluster; more would only fill memory."""

PATIENCE_S = 60.0
"""How long the first worker is waited for."""
KILLS = 3
"""How many workers may die at a file before it is given up."""

LOOKED_EVERY_S = 1.0
"""How often the workers are counted, since they come and go."""


@dataclass(frozen=True, eq=False)
class Cluster:
    """A connected cluster whose workers have the pack.

    Attributes:
        client: The client, connected to the scheduler.
        address: The address as the user gave it.
        digest: sha256 of the pack's pack.json.
    """

    client: "Client"
    address: str
    digest: str


@contextmanager
def opened_cluster(address: str, pack: Pack, should_stop: Callable[[], bool]) -> Iterator[Cluster]:
    """Connects as `connected`, and gives the workers the pack.

    Raises:
        ClusterError: As for `connected`, or a worker failed to open the pack.
        PackError: A worker can't use the pack.
        Cancelled: `should_stop` returned True.
    """
    with connected(address, should_stop) as client:
        from desktop_app.engine.batch import cluster_worker

        digest = sha256_of(pack.root / MANIFEST)
        archive = None if _workers(address) else _zipped(pack)
        _hand_out(client, cluster_worker.PackOfWorker(digest, os.fspath(pack.root), archive))
        yield Cluster(client, address, digest)


@contextmanager
def connected(address: str, should_stop: Callable[[], bool]) -> "Iterator[Client]":
    """Connects to the scheduler at `address`, or starts the workers of `local:N` until the end of the block.

    Raises:
        ClusterError: dask.distributed is missing, the scheduler can't be reached, there is no worker, or a worker has
            another version of VoiceKin.
        Cancelled: `should_stop` returned True.
    """
    try:
        import cryptography  # noqa: F401 - for `Security.temporary`
        import dask
        import distributed
    except ImportError:
        raise ClusterError(NO_DASK) from None
    local = _workers(address)
    with ExitStack() as stack:
        if local:
            stack.enter_context(dask.config.set(_LOCAL_SETTINGS))
        _quiet(stack)
        try:
            if local:
                scheduler = distributed.LocalCluster(
                    n_workers=local,
                    threads_per_worker=1,
                    processes=True,
                    host="127.0.0.1",
                    protocol="tls",
                    security=distributed.Security.temporary(),  # other users of this machine can't reach the workers
                    dashboard_address="127.0.0.1:0",
                    worker_dashboard_address="127.0.0.1:0",
                    memory_limit=0,
                    silence_logs=logging.CRITICAL,
                )
                stack.callback(_close, scheduler)
            client = distributed.Client(scheduler if local else address, set_as_default=False, timeout=10)
        except (OSError, ValueError, TimeoutError, RuntimeError) as error:
            raise ClusterError(f"There is no scheduler at {address} ({error}): check the address.") from None
        stack.callback(_close, client)
        _wait_for_worker(client, should_stop)
        _check_version(client)
        yield client


_LOCAL_SETTINGS = {
    "distributed.scheduler.allowed-failures": KILLS - 1,
    # no task waits at a worker: if the worker dies, Dask would count the death against every task it holds
    "distributed.scheduler.worker-saturation": 1.0,
    "distributed.worker.daemon": True,
    # monitoring for the dashboard would take too much time beside short clips
    "distributed.worker.profile.enabled": False,
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.tick.limit": "60s",
    "distributed.nanny.pre-spawn-environ.OMP_NUM_THREADS": 1,
}


def _workers(address: str) -> int:
    """N of `local:N`; 0 for an address."""
    if not address.startswith(LOCAL):
        return 0
    number = address.removeprefix(LOCAL)
    if not number.isdecimal() or not 1 <= int(number) <= 256:
        raise ClusterError(f"{address} has no valid number of workers: write local:2, or the address of a scheduler.")
    return int(number)


def _quiet(stack: ExitStack) -> None:
    """Turns off Dask's own log output, which would print tracebacks between the answers."""
    for name in ("distributed", "tornado"):
        logger = logging.getLogger(name)
        stack.callback(logger.setLevel, logger.level)
        logger.setLevel(logging.CRITICAL)


def _close(what: Any) -> None:
    with suppress(Exception):  # errors no longer matter, since all answers are there
        what.close(timeout=5)


def _wait_for_worker(client: "Client", should_stop: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not client.scheduler_info()["workers"]:
        if should_stop():
            raise Cancelled
        if time.monotonic() > until:
            raise ClusterError(f"The cluster has had no worker for {PATIENCE_S:.0f} s: start some, then call again.")
        time.sleep(LOOK_EVERY_S)
        client.sync(client._update_scheduler_info)


def _zipped(pack: Pack) -> bytes:
    with tempfile.TemporaryDirectory(prefix="voicekin-") as folder:
        archive = Path(folder) / "pack.vkpack"
        zip_pack(pack, archive)
        return archive.read_bytes()


def _check_version(client: "Client") -> None:
    with _usable():
        from desktop_app.engine.batch import cluster_worker

        versions = set(client.run(cluster_worker.version).values())
    if versions != {__version__}:
        raise ClusterError(f"The workers have another VoiceKin: install version {__version__} where they run.")


def _hand_out(client: "Client", plugin: "cluster_worker.PackOfWorker") -> None:
    """Gives the pack to present and future workers, and lets the present ones open it."""
    with _usable():
        from desktop_app.engine.batch import cluster_worker

        client.register_plugin(plugin)
        client.run(cluster_worker.open_pack, plugin.digest)


@contextmanager
def _usable() -> Iterator[None]:
    """Turns the errors of workers that can't run VoiceKin into a ClusterError."""
    try:
        yield
    except PackError:
        raise
    except Exception as error:  # it may be of any type, since the worker has other packages
        log.warning("workers can't be used", exc_info=True)
        raise ClusterError(
            f"The workers can't use VoiceKin ({type(error).__name__}): install version {__version__} where they run."
        ) from None


class ClusterBatch(Batch):
    """As Batch, but the outcomes come in the order in which they are ready; those of a group come together."""

    def __init__(self, cluster: Cluster, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._cluster = cluster
        self._ready: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._run = f"voicekin-{time.time_ns():x}"
        self._tasks: dict[int, tuple[list[int], Future]] = {}  # by the index of each task's first file
        self._alone: deque[int] = deque()

    def outcomes(self) -> Iterator[Outcome]:
        """An outcome for each file.

        Raises:
            Cancelled: `should_stop` returned True; outcomes yielded until then are valid.
            ClusterError: The cluster can no longer be reached.
            StoreError: The journal can't be written.
        """
        self._tell()
        together = list(self._groups())
        group_of = {i: number for number, group in enumerate(together) for i in group}
        heard: dict[int, Any] = {}
        missing = {number: len(group) for number, group in enumerate(together)}
        try:
            for i, outcome in self._each_heard([i for group in together for i in group]):
                heard[i] = outcome
                self._done += 1
                self._progress.note(i, 1.0)
                number = group_of.pop(i)
                missing[number] -= 1
                if not missing[number]:
                    del missing[number]
                    yield from self._group_answered(together[number], [heard.pop(j) for j in together[number]])
                self._tell()
        finally:  # interrupted, or the caller has stopped iterating
            with suppress(Exception):
                self._cluster.client.cancel([future for _, future in self._tasks.values()], force=True)

    def _groups(self) -> Iterator[Sequence[int]]:
        """The indices of the files of each group, whose files share a baseline."""
        if self._asked.voice is not None or self._asked.company in ("itself", "none"):
            yield from ((i,) for i in range(len(self._files)))
        elif self._asked.company == "all":
            yield range(len(self._files))
        else:
            first = 0
            for group in groups(self._files):
                yield range(first, first + len(group))
                first += len(group)

    def _group_answered(self, numbers: Sequence[int], heard: Sequence[Any]) -> Iterator[Outcome]:
        voices = voices_beside(self._recogniser, heard, self._asked)
        for i, one, voice in zip(numbers, heard, voices, strict=True):
            if self._should_stop():
                raise Cancelled
            if not isinstance(one, Analysis):
                yield one
                continue
            recognition = answered(self._recogniser, one, self._asked, voice, self._should_stop)
            file = self._files[i]
            if self._journal is not None and not isinstance(file, Failure):
                self._journal.add(file, recognition)
            yield recognition

    def _each_heard(self, numbers: Sequence[int]) -> Iterator[tuple[int, "Analysis | Outcome"]]:
        """The index and analysis of each file when it is ready; outcomes that need no worker come first."""
        from desktop_app.engine.batch import cluster_worker

        client = self._cluster.client
        client.subscribe_topic(cluster_worker.PROGRESS, self._hear_progress)
        left = deque(numbers)
        ahead, looked = 0, float("-inf")
        try:
            while left or self._alone or self._tasks:
                if time.monotonic() - looked > LOOKED_EVERY_S:
                    ahead, looked = ASKED_AHEAD * max(1, sum(self._reached(client.nthreads).values())), time.monotonic()
                while (left or self._alone) and len(self._tasks) < ahead:
                    yield from self._ask(left)
                if self._should_stop():
                    raise Cancelled
                if client.status not in ("running", "connecting"):
                    raise self._lost()
                try:
                    first = self._ready.get(timeout=LOOK_EVERY_S)
                except queue.Empty:
                    continue
                if self._tasks[first][1].status == "lost":  # its worker is gone, so the files go to another one
                    self._when_done(first)
                else:
                    yield from self._results(*self._tasks.pop(first))
        finally:
            with suppress(Exception):
                client.unsubscribe_topic(cluster_worker.PROGRESS)

    def _ask(self, left: "deque[int]") -> Iterator[tuple[int, "Analysis | Outcome"]]:
        """Sends the next few files to a worker, small ones together; yields the outcomes of files that need none."""
        from desktop_app.engine.batch import cluster_worker

        numbers: list[int] = []
        wanted = []
        size = 0
        source = self._alone or left
        most = 1 if source is self._alone else TOGETHER
        while source and len(numbers) < most:
            i = source[0]
            if numbers and size + self._progress.size(i) > TOGETHER_BYTES:
                break
            source.popleft()
            file = self._files[i]
            known = file if isinstance(file, Failure) else self._noted(file)
            if known is not None:
                yield i, known
                continue
            assert not isinstance(file, Failure)
            numbers.append(i)
            wanted.append((i, for_everyone(file), options_for(file, self._asked)))
            size += self._progress.size(i)
            if isinstance(file, Source) and file.is_far:
                break
        if not numbers:
            return
        key = f"{self._run}-{numbers[0]}-{len(numbers)}"
        task = (cluster_worker.hear, self._cluster.digest, wanted)
        future = self._cluster.client.submit(*task, key=key, pure=False, priority=-numbers[0])
        self._tasks[numbers[0]] = numbers, future
        self._when_done(numbers[0])

    def _when_done(self, first: int) -> None:
        self._tasks[first][1].add_done_callback(lambda _: self._ready.put(first))

    def _noted(self, file: Path | Source) -> Recognition | None:
        return self._journal.answer(file) if self._journal is not None else None

    def _results(self, numbers: Sequence[int], future: "Future") -> Iterator[tuple[int, "Analysis | Failure"]]:
        from distributed import KilledWorker

        if future.status == "cancelled":
            raise self._lost()
        path = str(self._files[numbers[0]])
        try:
            results = self._reached(future.result)
        except ClusterError:
            raise
        except Exception as error:
            if len(numbers) > 1:  # it is not known which of them: retry each alone
                self._alone.extend(numbers)
                return
            if isinstance(error, KilledWorker):
                times = error.allowed_failures + 1
                what = f"{path} made {times} worker processes crash: convert it to WAV, or leave it out."
            else:
                log.exception("%s could not be analysed", path)
                what = f"{path} made a worker fail ({type(error).__name__}: {error}): please report it with the log."
            results = [Failure(path, what)]
        finally:
            future.release()
        yield from zip(numbers, results, strict=True)

    def _reached(self, ask: Callable[[], Any]) -> Any:
        from distributed.client import FutureCancelledError

        try:
            return ask()
        except (OSError, FutureCancelledError):
            raise self._lost() from None

    def _lost(self) -> ClusterError:
        kept = "answers so far are in the --resume file: call again" if self._journal else "call again with --resume"
        return ClusterError(f"The cluster at {self._cluster.address} can no longer be reached; {kept}.")

    def _hear_progress(self, event: tuple[float, Any]) -> None:
        i, share = event[1]
        if i in self._tasks:  # a long file is the only one in its task
            self._progress.note(i, ANALYSIS_SHARE * share)
            self._tell(Path(str(self._files[i])).name)
