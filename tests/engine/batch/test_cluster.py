"""Two Dask processes give the same answers as one, bit for bit, even if they are killed on the way."""

import os
import re
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import dask
import numpy as np
import pytest
import soundfile
from distributed import Client, LocalCluster, WorkerPlugin

from desktop_app import __version__, paths
from desktop_app.engine.batch import cluster, cluster_worker
from desktop_app.engine.batch.classify import Asked, Batch
from desktop_app.engine.batch.cluster import ClusterBatch, opened_cluster
from desktop_app.engine.batch.journal import BatchJournal
from desktop_app.engine.pack.format import MANIFEST, Pack, sha256_of
from desktop_app.engine.recognition.answer import Failure, Outcome, Recognition
from desktop_app.engine.recognition.recogniser import Recogniser
from desktop_app.engine.sound.audio import load_audio
from desktop_app.errors import Cancelled, ClusterError, PackError
from tests.tiny_pack import LABELS, RATE, clip

pytestmark = pytest.mark.timeout(280)


class Strange(WorkerPlugin):  # type: ignore[misc]
    """In the workers every file takes a moment, a file named killer ends its process, and long begins at 10 s."""

    name = "strange"

    def setup(self, worker: object) -> None:  # noqa: ARG002
        real = Recogniser.analyse_file

        def analyse_file(self: Recogniser, path: Path, **options: object) -> object:
            if path.stem.startswith("killer"):
                os._exit(1)
            time.sleep(0.05)
            return real(self, path, **options)  # type: ignore[arg-type]

        Recogniser.analyse_file = analyse_file  # type: ignore[method-assign, assignment]
        cluster_worker.SPLIT_S, cluster_worker.PACKET_S, cluster_worker.SPLIT_BYTES = 10.0, 3.0, 10_000


@pytest.fixture
def machines() -> Iterator[LocalCluster]:
    with (
        dask.config.set({**cluster._LOCAL_SETTINGS, "distributed.comm.timeouts.connect": "5s"}),
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0", host="127.0.0.1"
        ) as machines,
    ):
        with Client(machines, set_as_default=False) as client:
            client.register_plugin(Strange())
        yield machines


@pytest.fixture(autouse=True)
def few_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a folder of twelve is several tasks."""
    monkeypatch.setattr(cluster, "TOGETHER", 3)


@pytest.fixture(scope="module")
def recogniser(tiny_pack: Pack) -> Recogniser:
    return Recogniser(tiny_pack, threads=1)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path | Failure]:
    """Two folders that are heard against themselves, a broken file, and a long recording of real speech."""
    root = tmp_path_factory.mktemp("calls")
    found: list[Path | Failure] = []
    for folder in ("a", "b"):
        (root / folder).mkdir()
        for i in range(12):
            path = root / folder / f"{i}.wav"
            soundfile.write(path, clip(LABELS[i % 4], i), RATE)
            found.append(path)
    (root / "b" / "3.wav").write_text("This is no sound.")
    spoken = load_audio(paths.assets() / "sample" / "sample.wav").samples
    soundfile.write(root / "long.wav", np.concatenate([spoken, np.zeros(RATE, np.float32)] * 8), RATE)
    return [root / "long.wav", *found, Failure("nowhere", "nowhere holds no recordings.")]


def told(outcome: Outcome) -> object:
    """All of an outcome but the time that it took."""
    if isinstance(outcome, Failure):
        return outcome
    assert outcome.features is not None
    arrays = [outcome.features.pooled.tobytes(), outcome.features.embedding.tobytes()]
    return [*arrays, *(value for key, value in vars(outcome).items() if key not in ("timing_ms", "features"))]


def by_path(outcomes: list[Outcome]) -> dict[str, object]:
    """Of each path what was told; each once."""
    assert not [path for path, count in Counter(o.path for o in outcomes).items() if count > 1]
    return {o.path: told(o) for o in outcomes}


def heard_here(recogniser: Recogniser, files: list[Path | Failure], asked: Asked) -> dict[str, object]:
    return by_path(list(Batch(recogniser, files, asked).outcomes()))


def heard_there(
    machines: LocalCluster,
    recogniser: Recogniser,
    files: list[Path | Failure],
    asked: Asked,
    at: Callable[[int], None] = lambda _: None,
    journal: BatchJournal | None = None,
    outcomes: list[Outcome] | None = None,
) -> list[Outcome]:
    outcomes = [] if outcomes is None else outcomes
    with opened_cluster(machines.scheduler_address, recogniser.pack, lambda: False) as there:
        for outcome in ClusterBatch(there, recogniser, files, asked, journal=journal).outcomes():
            outcomes.append(outcome)
            at(len(outcomes))
    return outcomes


def pids(machines: LocalCluster) -> list[int]:
    """Of the workers."""
    return [nanny.process.pid for nanny in machines.workers.values() if nanny.process is not None and nanny.process.pid]


@pytest.mark.parametrize("company", ["beside", "all", "none"])
def test_two_processes_answer_as_one_does_to_the_bit(
    company: str, machines: LocalCluster, recogniser: Recogniser, files: list[Path | Failure]
) -> None:
    asked = Asked(company=company, features=True)  # type: ignore[arg-type]
    there = heard_there(machines, recogniser, files, asked)
    assert by_path(there) == heard_here(recogniser, files, asked)
    encoded = machines.scheduler.task_prefixes["encode"]
    assert encoded.state_counts["memory"] + encoded.state_counts["forgotten"] > 1, "the long one was shared"


def test_a_worker_that_is_killed_costs_nothing(
    machines: LocalCluster, recogniser: Recogniser, files: list[Path | Failure]
) -> None:
    asked = Asked(company="none", features=True)
    killed: list[int] = []

    def kill(answered: int) -> None:
        if answered in (4, 16):
            pid = next(pid for pid in pids(machines) if pid not in killed)
            killed.append(pid)
            os.kill(pid, signal.SIGKILL if os.name == "posix" else signal.SIGTERM)

    there = heard_there(machines, recogniser, files, asked, kill)
    assert len(set(killed)) == 2
    assert by_path(there) == heard_here(recogniser, files, asked)


def test_a_file_that_kills_three_workers_gets_a_sentence_and_the_rest_is_answered(
    machines: LocalCluster, recogniser: Recogniser, files: list[Path | Failure], tmp_path: Path
) -> None:
    killer = tmp_path / "killer.wav"
    soundfile.write(killer, clip("sad", 1), RATE)
    asked = Asked(company="none", features=True)
    there = by_path(heard_there(machines, recogniser, [*files[:8], killer, *files[8:]], asked))
    failure = there.pop(str(killer))
    assert isinstance(failure, Failure)
    assert "made 3 worker processes crash" in failure.error
    assert there == heard_here(recogniser, files, asked)


def test_a_scheduler_that_is_lost_leaves_the_journal_and_nothing_is_asked_twice(
    machines: LocalCluster, recogniser: Recogniser, files: list[Path | Failure], tmp_path: Path
) -> None:
    asked = Asked(company="itself")
    answered: list[Outcome] = []

    def lose(count: int) -> None:
        if count == 6:
            machines.close(timeout=5)

    with (
        BatchJournal(tmp_path / "journal", {}) as journal,
        pytest.raises(ClusterError, match="can no longer be reached"),
    ):
        heard_there(machines, recogniser, files, asked, lose, journal, answered)
    kept = {o.path for o in answered if isinstance(o, Recognition)}
    assert kept
    asked_again: list[str] = []
    with BatchJournal(tmp_path / "journal", {}) as journal, pytest.MonkeyPatch.context() as patch:
        real = Recogniser.analyse_file

        def noted(self: Recogniser, path: Path, **options: object) -> object:
            asked_again.append(str(path))
            return real(self, path, **options)  # type: ignore[arg-type]

        patch.setattr(Recogniser, "analyse_file", noted)
        outcomes = list(Batch(recogniser, files, asked, journal=journal).outcomes())
    assert len(outcomes) == len(files)
    assert not kept & set(asked_again)


def test_a_request_to_stop_ends_it_and_what_was_answered_stands(
    machines: LocalCluster, recogniser: Recogniser, files: list[Path | Failure]
) -> None:
    stop = threading.Event()
    outcomes: list[Outcome] = []
    with opened_cluster(machines.scheduler_address, recogniser.pack, lambda: False) as there:
        batch = ClusterBatch(there, recogniser, files, Asked(company="none"), should_stop=stop.is_set)
        answers = batch.outcomes()
        outcomes += [next(answers) for _ in range(3)]
        stop.set()
        with pytest.raises(Cancelled):
            outcomes += answers
        assert 3 <= len(outcomes) < len(files)
        until = time.monotonic() + 60
        while there.client.processing() and any(there.client.processing().values()):
            assert time.monotonic() < until, "workers go on with what nobody wants"
            time.sleep(0.1)


def test_progress_is_told_as_on_one_machine(
    machines: LocalCluster, recogniser: Recogniser, files: list[Path | Failure]
) -> None:
    shares: list[tuple[int, float]] = []
    with opened_cluster(machines.scheduler_address, recogniser.pack, lambda: False) as there:
        batch = ClusterBatch(
            *(there, recogniser, files, Asked()), progress=lambda far: shares.append((far.done, far.share))
        )
        list(batch.outcomes())
    assert [done for done, _ in shares] == sorted(done for done, _ in shares)
    assert shares[-1] == (len(files), pytest.approx(1.0))


@pytest.mark.parametrize(
    ("address", "sentence"),
    [("local:0", "no valid number"), ("local:x", "no valid number"), ("tcp://127.0.0.1:9", "no scheduler")],
)
def test_what_is_no_cluster_gets_a_sentence(address: str, sentence: str, tiny_pack: Pack) -> None:
    with (
        dask.config.set({"distributed.comm.timeouts.connect": "1s"}),
        pytest.raises(ClusterError, match=sentence),
        opened_cluster(address, tiny_pack, lambda: False),
    ):
        raise AssertionError("it was opened")


def test_workers_that_are_not_there_are_told(tiny_pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE_S", 0.5)
    with (
        LocalCluster(n_workers=0, dashboard_address="127.0.0.1:0", host="127.0.0.1") as none,
        pytest.raises(ClusterError, match="no worker"),
        opened_cluster(none.scheduler_address, tiny_pack, lambda: False),
    ):
        raise AssertionError("it was opened")


class OldWorkers:
    """A client of a cluster where two workers have these versions, or none at all."""

    def __init__(self, *versions: str) -> None:
        self._versions = versions

    def run(self, function: object) -> dict[str, str]:
        assert function is cluster_worker.version
        if not self._versions:
            raise ModuleNotFoundError("No module named 'desktop_app'")
        return dict(zip(("tcp://a:1", "tcp://b:1"), self._versions, strict=True))


def test_workers_with_another_voicekin_or_none_are_told() -> None:
    cluster._check_version(OldWorkers(__version__, __version__))
    with pytest.raises(ClusterError, match=f"another VoiceKin: install version {re.escape(__version__)}"):
        cluster._check_version(OldWorkers(__version__, "0.0.1"))
    with pytest.raises(ClusterError, match="can't use VoiceKin"):
        cluster._check_version(OldWorkers())


class FarWorker:
    """A worker on a machine that has not the client's pack."""

    def __init__(self, folder: Path) -> None:
        self.local_directory = str(folder)


def test_a_worker_elsewhere_takes_the_pack_that_was_sent_and_checks_it(tiny_pack: Pack, tmp_path: Path) -> None:
    digest = sha256_of(tiny_pack.root / MANIFEST)
    archive = cluster._zipped(tiny_pack)
    cluster_worker.PackOfWorker(digest, str(tmp_path / "nowhere"), archive).setup(FarWorker(tmp_path))
    pack = cluster_worker._PACKS[digest].recogniser().pack
    assert pack.root != tiny_pack.root
    assert pack.manifest == tiny_pack.manifest
    cluster_worker.PackOfWorker("0" * 64, str(tmp_path / "nowhere"), archive).setup(FarWorker(tmp_path))
    with pytest.raises(PackError, match="another pack"):
        cluster_worker.open_pack("0" * 64)
    middle = len(archive) // 2
    torn = archive[:middle] + bytes([archive[middle] ^ 1]) + archive[middle + 1 :]
    cluster_worker.PackOfWorker(digest, str(tmp_path / "nowhere"), torn).setup(FarWorker(tmp_path))
    with pytest.raises(PackError):
        cluster_worker.open_pack(digest)
