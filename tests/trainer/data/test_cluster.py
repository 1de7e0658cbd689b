"""Two processes of a Dask cluster read and encode clips as this process does, into the same cache."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest

from desktop_app.errors import ClusterError
from tests.trainer import made_corpora as made
from tests.trainer.data.at_a_worker import dies, fails
from tests.trainer.tiny_backbones import save_tiny
from trainer.data import features
from trainer.data.cluster import spread_over
from trainer.model.pooling import ProsodyAlone
from trainer.recipe import BackboneRecipe
from trainer.run import Run

pytest.importorskip("distributed")
pytestmark = pytest.mark.timeout(900)

RECIPE = """
name = "tiny"
[corpora]
names = ["emodb", "nemo"]
labels = ["angry", "happy", "neutral", "sad"]
[backbone]
name = "tiny"
layers = 2
pooled_layers = [1, 2]
statistics = ["mean"]
[experts]
encoder = 0.6
log_mel = 0.2
pitch = 0.2
[augment]
kinds = ["noise"]
copies = 1
"""


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made.emodb(tmp_path / "corpora" / "emodb")
    made.nemo(tmp_path / "corpora" / "nemo")
    (tmp_path / "corpora" / "nemo" / "broken.wav").write_bytes(b"")
    save_tiny("whisper", tmp_path / "models" / "tiny")
    monkeypatch.setenv("VOICEKIN_CORPORA", str(tmp_path / "corpora"))
    monkeypatch.setenv("VOICEKIN_MODELS", str(tmp_path / "models"))
    path = tmp_path / "tiny.toml"
    path.write_text(RECIPE)
    return path


def test_two_processes_prepare_what_one_does(recipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trainer.data.features.CHUNK", 7)  # several tasks for each worker
    monkeypatch.setenv("VOICEKIN_CACHE", str(tmp_path / "one"))
    alone = Run(recipe, tmp_path / "run-one").prepare()
    monkeypatch.setenv("VOICEKIN_CACHE", str(tmp_path / "two"))
    with spread_over("local:2") as workers:
        together = Run(recipe, tmp_path / "run-two").prepare(workers)
        assert len(workers._client.nthreads()) == 2
    assert alone.utterances == together.utterances
    assert alone.features.shape == together.features.shape
    assert len(alone.features) == 2
    np.testing.assert_allclose(together.features, alone.features, rtol=1e-5, atol=1e-5)

    def encodes(*_: object) -> None:
        raise AssertionError("it is in the cache")

    monkeypatch.setattr("trainer.data.features.encode", encodes)
    again = Run(recipe, tmp_path / "run-three").prepare()
    np.testing.assert_array_equal(again.features, together.features)


def test_a_workers_error_is_raised_and_earlier_results_are_kept() -> None:
    with spread_over("local:1") as workers:
        assert list(workers(abs, [-3, 2, -1])) == [3, 2, 1]
        came = workers(fails, [0, 1, 2])
        assert [next(came), next(came)] == [0, 2]
        with pytest.raises(ClusterError, match="worker"):
            next(came)


def test_the_work_of_a_dead_worker_is_done_by_another(tmp_path: Path) -> None:
    with spread_over("local:2") as workers:
        assert list(workers(partial(dies, tmp_path, 1), range(8))) == [2 * i for i in range(8)]
    assert len(list(tmp_path.iterdir())) == 1


def test_clips_that_kill_every_worker_are_given_up(tmp_path: Path) -> None:
    with spread_over("local:2") as workers, pytest.raises(ClusterError, match="3 workers died"):
        list(workers(partial(dies, tmp_path, 99), [2]))
    assert len(list(tmp_path.iterdir())) == 3


def test_a_worker_with_another_encoder_encodes_nothing() -> None:
    recipe = BackboneRecipe(name="tiny")
    assert features._model_of_worker(recipe, True, ProsodyAlone().fingerprint())
    with pytest.raises(ClusterError, match="another encoder called tiny"):
        features._model_of_worker(recipe, True, "0" * 16)


def test_an_address_without_a_scheduler_is_an_error() -> None:
    with pytest.raises(ClusterError, match="scheduler"), spread_over("tcp://127.0.0.1:9"):
        pass
