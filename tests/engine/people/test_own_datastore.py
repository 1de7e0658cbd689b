"""One's own examples as neighbours and as a voice in p_knn: by hand, with labels of one's own, exact and by Annoy."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from desktop_app.engine.pack.format import Item
from desktop_app.engine.people import own_datastore
from desktop_app.engine.people.examples import StoredFeatures
from desktop_app.engine.people.own_datastore import FAR, NEAR, Doubles, OwnDatastore, embed_examples
from desktop_app.engine.recognition.retrieval import Hit
from desktop_app.engine.recognition.voice import Floats, VoicePrior

LABELS = ("angry", "sad")
OFFSETS = np.array([[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0]], np.float32)


def embed(pooled: Floats, baseline: Floats) -> tuple[Floats, Doubles]:
    """The direction of what is left of the voice, float32 [n, D], and how angry its first number sounds, [n, 2]."""
    direction = pooled - baseline + np.float32(1e-6)
    angry = 1 / (1 + np.exp(-2.0 * (pooled - baseline)[:, 0].astype(np.float64)))
    return np.asarray(direction / np.linalg.norm(direction, axis=1, keepdims=True)), np.stack([angry, 1 - angry], 1)


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
    x, b = np.array(pooled, np.float32), np.array(baseline, np.float32)
    return list(own.distribution(x, b, embed(x[None], b[None])[1][0]))


def test_the_distribution_by_hand() -> None:
    """With the numbers themselves, which were chosen on corpora: another one is another classifier."""
    own = build([example(1, "sad", [1.0, 4.0, 0.0])])
    missed = (np.array([1.0, 4.0, 0.0]) - OFFSETS[1]) / (1 + 3)
    anchor = (np.array([1.0, 4.0, 0.0]) - missed) / np.sqrt(2)
    left = 1 - (1 - 0.3) / (1 + 3)
    said = np.exp(left * np.array([2.0, 0.0]))  # the classifier's odds at x = 1 are exp(2) to 1
    wrong = np.array([0.0, 1.0]) - said / said.sum()
    correction = wrong / (anchor @ anchor / 3 + 0.5)
    x = np.array([0.5, 3.0, -1.0])  # not what is missed of the voice, of which nothing would be left
    f = ((x - missed) / np.sqrt(2)) @ anchor / 3 * correction
    odds = np.exp(left * np.array([1.0, 0.0]) + 4.5 * f)
    assert p_own(own, x.tolist()) == pytest.approx(odds / odds.sum())


def test_a_voice_is_taken_off_examples_and_query_alike() -> None:
    plain = build([example(1, "sad", [-1.0, 2.0, 0.0])])
    moved = build([example(1, "sad", [4.0, 7.0, 5.0], voice=3)], {3: np.full(3, 5.0, np.float32)})
    assert p_own(moved, [5.5, 6.0, 5.0], [5.0, 5.0, 5.0]) == pytest.approx(p_own(plain, [0.5, 1.0, 0.0]))
    assert moved.embeddings == pytest.approx(plain.embeddings, abs=1e-5)


def test_an_example_without_a_named_voice_keeps_the_baseline_of_its_answer() -> None:
    stored = StoredFeatures(1, "sad", None, np.full(3, 6.0, np.float32), np.full(3, 5.0, np.float32))
    assert build([stored]).embeddings == pytest.approx(build([example(1, "sad", [1.0, 1.0, 1.0])]).embeddings)


def test_examples_of_one_label_do_not_pull_everything_towards_it() -> None:
    rng = np.random.default_rng(0)
    dim = 60
    moods = np.zeros((2, dim), np.float32)
    moods[:, 0] = (2, -2)
    prior = VoicePrior(moods, np.ones(1, np.float32))
    called_sad = []
    for _ in range(40):
        missed = rng.normal(0, 0.6, dim)  # of the voice: it is in all its moods
        missed[0] = 0
        clips = (moods.repeat(20, axis=0) + missed + rng.normal(size=(40, dim))).astype(np.float32)
        sad = [StoredFeatures(i, "sad", None, row, None) for i, row in enumerate(clips[20:30])]
        own = embed_examples([sad], {}, embed, pack_labels=LABELS, prior=prior, describe=lambda i: Item(str(i), "sad"))
        later = (moods.repeat(20, axis=0) + missed + rng.normal(size=(40, dim))).astype(np.float32)
        p_model = embed(later, np.zeros_like(later))[1]
        called_sad.append(np.mean(own.distributions(later, p_model)[:, 1] > 0.5))
    assert 0.45 < np.mean(called_sad) < 0.55  # half of them are


def test_what_is_learnt_of_one_clip_serves_those_like_it() -> None:
    own = build([example(i, "sad", [1.0, 3.0, 0.1 * i]) for i in range(3)])
    assert p_own(own, [1.0, 3.0, 0.0])[1] > 0.7  # where the classifier alone says angry
    assert p_own(own, [1.0, -3.0, 0.0])[0] > 0.7


def test_a_label_of_ones_own_joins_at_three_examples() -> None:
    tired = [example(i, "tired", [0.0, 5.0, float(i)]) for i in range(3)]
    two, three = build(tired[:2]), build(tired)
    assert two.labels == ()
    assert len(p_own(two, [0, 0, 0])) == 2
    assert two.nearest(np.full(3, 3**-0.5, np.float32), 5) == []
    assert three.labels == ("tired",)
    assert np.argmax(p_own(three, [0.0, 5.0, 1.0])) == 2
    assert np.argmax(p_own(three, [1.0, 0.0, 0.0])) == 0


def test_only_the_latest_examples_of_a_label_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_datastore, "LATEST", 2)
    old = [example(i, "sad", [1.0, 5.0, 0.0]) for i in range(4)]
    new = [example(9 + i, "angry", [1.0, 5.0, float(i)]) for i in range(2)]
    grown = build(old[:1])
    for one in [*old[1:], *new]:
        grown = grown.with_example(one, np.zeros(3, np.float32), embed)
    assert np.bincount(grown.spoken.label_of).tolist() == [2, 2]
    assert p_own(grown, [1.0, 5.0, 0.0]) == pytest.approx(p_own(build([*old[2:], *new]), [1.0, 5.0, 0.0]))
    assert len(grown) == 6


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
    for query in embed(rng.normal(size=(20, 3)).astype(np.float32), np.zeros((20, 3), np.float32))[0]:
        assert [h.index for h in indexed.nearest(query, 8)] == [h.index for h in exact.nearest(query, 8)]
    more = indexed.with_example(example(777, "sad", [3.0, 3.0, 3.0]), np.zeros(3, np.float32), embed)
    assert more.nearest(more.embeddings[-1], 1)[0].index == 600


def test_no_examples_at_all() -> None:
    own = build([])
    assert len(own) == 0
    assert own.nearest(np.array([1.0, 0, 0], np.float32), 5) == []


def test_nearness_by_hand() -> None:
    far = [example(9, "angry", [0.0, 0.0, 2.0])]
    one = build([example(1, "sad", [3.0, 4.0, 0.0]), *far])
    query = np.array([[5.0, 0.0, 0.0], [-5.0, 0.0, 0.0], [6.0, 8.0, 0.0]], np.float32)
    # squared cosines 0.36, 0 and 1; what is opposite is as far as what is aside
    assert one.nearness(query) == pytest.approx([(0.36 - FAR) / (NEAR - FAR), 0.0, 1.0])
    assert one.nearness(query[1:2])[0] == 0.0, "and nothing else"
    # of several that are a little like it the four most similar count, and a fifth changes nothing
    six = build([*(example(i, "sad", [1.0, 3.0, 0.1 * i]) for i in range(6)), *far])
    cosines = sorted(1 / (10 + 0.01 * i * i) for i in range(6))[-4:]
    assert six.nearness(query[:1]) == pytest.approx((sum(cosines) - FAR) / (NEAR - FAR))


def test_a_label_with_too_few_examples_does_not_affect_nearness() -> None:
    own = build([example(i, "tired", [3.0, 4.0, 0.0]) for i in range(2)])
    assert own.nearness(np.array([[3.0, 4.0, 0.0]], np.float32)) == 0.0


def test_a_grown_datastore_is_as_near_as_one_built_at_once() -> None:
    rows = [example(i, ("sad", "angry")[i % 2], [1.0, 0.5 * i, -0.2 * i], voice=1) for i in range(5)]
    baselines = {1: np.array([0.5, -0.5, 1.0], np.float32)}
    grown = build(rows[:1], baselines)
    for row in rows[1:]:
        grown = grown.with_example(row, baselines[1], embed)
    query = np.array([[1.0, 1.0, -1.0]], np.float32)
    assert grown.nearness(query) == pytest.approx(build(rows, baselines).nearness(query))


def test_an_example_that_is_heard_again_is_what_the_user_said() -> None:
    labels = ("sad", "angry", "tired", "tired", "tired")
    own = build([example(i, label, [1.0, float(i), 0.0]) for i, label in enumerate(labels)])

    def said(index: int, distance: float) -> list[float]:
        x, nobody = np.array([1.0, float(index), 0.0], np.float32), np.zeros(3, np.float32)
        return list(own.distribution(x, nobody, np.array([0.9, 0.1]), [Hit(index, distance, own=True)]))

    assert said(0, 0.0099) == [0.0, 1.0, 0.0]
    assert said(3, 0.0) == [0.0, 0.0, 1.0]
    assert 0 < said(0, 0.01)[0] < 1, "another recording"
