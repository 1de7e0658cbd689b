"""One's own examples as neighbours and as a voice in p_knn: by hand, with labels of one's own, exact and by Annoy."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from desktop_app.engine import own_datastore
from desktop_app.engine.examples import StoredFeatures
from desktop_app.engine.own_datastore import OwnDatastore, embed_examples
from desktop_app.engine.pack import Item
from desktop_app.engine.voice import Floats, VoicePrior

LABELS = ("angry", "sad")
OFFSETS = np.array([[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0]], np.float32)


def embed(pooled: Floats, baseline: Floats) -> Floats:
    """The direction of what is left of the voice: float32 [n, D]."""
    direction = pooled - baseline + np.float32(1e-6)
    return np.asarray(direction / np.linalg.norm(direction, axis=1, keepdims=True))


def example(i: int, label: str, pooled: Sequence[float], voice: int | None = None) -> StoredFeatures:
    return StoredFeatures(i, label, voice, np.array(pooled, np.float32), None)


def build(
    examples: Sequence[StoredFeatures], baselines: Mapping[int, Floats] | None = None, offsets: Floats = OFFSETS
) -> OwnDatastore:
    return embed_examples(
        [examples] if examples else [],
        baselines or {},
        embed,
        pack_labels=LABELS,
        prior=VoicePrior(offsets, np.ones(1, np.float32), within_variance=np.full(1, 2.0, np.float32)),
        describe=lambda i: Item(id=f"own/{i}", label="?"),
    )


def p_own(own: OwnDatastore, pooled: Sequence[float], baseline: Sequence[float] = (0, 0, 0)) -> list[float]:
    return list(own.distribution(np.array(pooled, np.float32), np.array(baseline, np.float32)))


def test_the_distribution_by_hand() -> None:
    own = build([example(1, "sad", [-1.0, 4.0, 0.0])])
    # means: angry (1, 0, 0) known by 3; sad (3 (-1, 0, 0) + (-1, 4, 0)) / 4 = (-1, 1, 0) known by 4
    x = [0.0, 1.0, 0.0]
    d_angry = (1 + 1) / 2 / 3 - 1 / 3
    d_sad = 1 / 2 / 3 - 1 / 4
    odds = np.exp(-own_datastore.SHARPNESS * np.array([d_angry, d_sad]))
    assert p_own(own, x) == pytest.approx(odds / odds.sum())


def test_a_voice_is_taken_off_examples_and_query_alike() -> None:
    plain = build([example(1, "sad", [-1.0, 2.0, 0.0])])
    moved = build([example(1, "sad", [4.0, 7.0, 5.0], voice=3)], {3: np.full(3, 5.0, np.float32)})
    assert p_own(moved, [5.5, 6.0, 5.0], [5.0, 5.0, 5.0]) == pytest.approx(p_own(plain, [0.5, 1.0, 0.0]))
    assert moved.embeddings == pytest.approx(plain.embeddings, abs=1e-5)


def test_an_example_without_a_named_voice_keeps_the_baseline_of_its_answer() -> None:
    stored = StoredFeatures(1, "sad", None, np.full(3, 6.0, np.float32), np.full(3, 5.0, np.float32))
    assert build([stored]).embeddings == pytest.approx(build([example(1, "sad", [1.0, 1.0, 1.0])]).embeddings)


def test_many_examples_of_one_label_do_not_pull_everything_towards_it() -> None:
    rng = np.random.default_rng(0)
    dim = 60
    moods = np.zeros((2, dim), np.float32)
    moods[:, 0] = (2, -2)
    prior = VoicePrior(moods, np.ones(1, np.float32))
    called_sad = []
    for _ in range(40):
        # what the baseline has missed of a voice is in all its moods, with the variance `PRIOR_EXAMPLES` stands for
        own_moods = moods + rng.normal(0, np.sqrt(1 / own_datastore.PRIOR_EXAMPLES), (1, dim))
        sad = [
            StoredFeatures(i, "sad", None, row, None) for i, row in enumerate(own_moods[1] + rng.normal(size=(20, dim)))
        ]
        own = embed_examples([sad], {}, embed, pack_labels=LABELS, prior=prior, describe=lambda i: Item(str(i), "sad"))
        clips = np.repeat(own_moods, 20, axis=0) + rng.normal(size=(40, dim))
        called_sad.append(np.mean([own.distribution(x, np.zeros(dim, np.float32))[1] > 0.5 for x in clips]))
    assert 0.4 < np.mean(called_sad) < 0.6  # half of them are; 0.77 where distances are taken as they are


def test_a_label_of_ones_own_joins_at_three_examples() -> None:
    tired = [example(i, "tired", [0.0, 5.0, float(i)]) for i in range(3)]
    two, three = build(tired[:2]), build(tired)
    assert two.labels == ()
    assert len(p_own(two, [0, 0, 0])) == 2
    assert two.nearest(embed(np.ones((1, 3), np.float32), np.zeros((1, 3), np.float32))[0], 5) == []
    assert three.labels == ("tired",)
    assert np.argmax(p_own(three, [0.0, 5.0, 1.0])) == 2
    assert np.argmax(p_own(three, [1.0, 0.0, 0.0])) == 0


def test_a_pack_that_knows_no_moods_leaves_its_labels_to_the_examples() -> None:
    own = build([example(1, "sad", [0.0, 1.0, 0.0])], offsets=np.zeros((2, 3), np.float32))
    assert p_own(own, [0.0, 1.0, 0.0]) == [0.0, 1.0]


def test_adding_one_is_the_same_as_embedding_all() -> None:
    rng = np.random.default_rng(1)
    rows = [example(i, ("sad", "angry", "tired")[i % 3], rng.normal(size=3).tolist(), voice=1) for i in range(12)]
    baselines = {1: np.array([0.5, -0.5, 1.0], np.float32)}
    whole = build(rows, baselines)
    grown = build(rows[:1], baselines)
    for row in rows[1:]:
        grown = grown.with_example(row, baselines[1], embed)
    assert grown.labels == whole.labels
    assert grown.embeddings == pytest.approx(whole.embeddings)
    x = rng.normal(size=3).tolist()
    assert sorted(p_own(grown, x)) == pytest.approx(sorted(p_own(whole, x)))


def test_the_nearest_are_exact_and_every_label_that_speaks_has_one() -> None:
    rng = np.random.default_rng(2)
    rows = [example(i, "angry", rng.normal(size=3).tolist()) for i in range(50)]
    own = build([*rows, example(99, "sad", [-9.0, -9.0, -9.0])])
    query = -own.embeddings[50]
    hits = own.nearest(query, 5)
    distances = np.linalg.norm(own.embeddings[:50] - query, axis=1)
    assert [hit.index for hit in hits[:5]] == np.argsort(distances)[:5].tolist()
    assert [hit.distance for hit in hits[:5]] == pytest.approx(np.sort(distances)[:5].tolist(), abs=1e-3)
    assert (hits[5].index, len(hits)) == (50, 6)
    assert hits[5].distance == pytest.approx(2.0)
    assert all(hit.own for hit in hits)


def test_many_examples_are_indexed_and_later_ones_are_found_too(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    rows = [example(i, "angry", rng.normal(size=3).tolist()) for i in range(600)]
    exact = build(rows)
    monkeypatch.setattr(own_datastore, "EXACT_UP_TO", 500)
    indexed = build(rows)
    assert indexed._index is not None
    for query in embed(rng.normal(size=(20, 3)).astype(np.float32), np.zeros(3, np.float32)):
        assert [h.index for h in indexed.nearest(query, 8)] == [h.index for h in exact.nearest(query, 8)]
    more = indexed.with_example(example(777, "sad", [3.0, 3.0, 3.0]), np.zeros(3, np.float32), embed)
    assert more.nearest(more.embeddings[-1], 1)[0].index == 600


def test_no_examples_at_all() -> None:
    own = build([])
    assert len(own) == 0
    assert own.nearest(np.array([1.0, 0, 0], np.float32), 5) == []
