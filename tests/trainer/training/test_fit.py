"""Training the head: it learns, the seed fixes the result, and a killed run resumes to the same weights."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from desktop_app.engine.recognition.fusion import label_set, softmax
from desktop_app.engine.recognition.voice import estimate_baseline
from desktop_app.errors import Cancelled
from trainer.data.corpora import Utterance
from trainer.data.disk import DiskFullError
from trainer.data.features import room
from trainer.model.baseline import BaselineBank, classifier, estimate_prior
from trainer.model.head import Head, PackHead
from trainer.recipe import (
    AugmentRecipe,
    BaselineRecipe,
    CorporaRecipe,
    ExpertsRecipe,
    HeadRecipe,
    KnnRecipe,
    Recipe,
    TrainingRecipe,
)
from trainer.training.datastore import Nearest, knn_probabilities, nearest
from trainer.training.fit import (
    Batches,
    Dataset,
    FittedHead,
    GroupedBatches,
    _Validation,
    fit_head,
    less_the_mean,
    load_head,
    sampling_weights,
    save_head,
)
from trainer.training.metrics import unweighted_accuracy
from trainer.training.protocol import (
    FOLDER,
    ITSELF,
    ITSELF_ALONE,
    MOSTLY_ONE_MOOD,
    ONE_MOOD,
    TWO_MOODS,
    Answers,
    Condition,
    answers_under,
    datastore_items,
    draw_clips,
)
from trainer.training.tune import (
    SPREADS,
    Heard,
    Tuned,
    calm_temperature,
    fit_temperature,
    search,
    set_threshold,
    tune,
    tune_known_temperature,
    tune_spread,
    tuning_answers,
)

LABELS = ("angry", "happy", "neutral", "sad")
DIM = 24


def dataset(copies: int = 0, extra_label: bool = False, seed: int = 0) -> Dataset:
    """Two corpora of six speakers; a clip's features are the sum of its emotion, its speaker and noise."""
    rng = np.random.default_rng(seed)
    labels = (*LABELS, "bored") if extra_label else LABELS
    emotions, rows, utterances = 2.0 * rng.standard_normal((5, DIM)), [], []
    for corpus in ("one", "two"):
        for speaker in range(6):
            voice = 1.5 * rng.standard_normal(DIM)
            for index, label in enumerate(labels):
                for take in range(6):
                    rows.append(emotions[index] + voice + 0.7 * rng.standard_normal(DIM))
                    name = f"{corpus}/{speaker}-{label}-{take}"
                    utterances.append(Utterance(name, Path("none"), corpus, str(speaker), label, digest=name))
    clean = np.array(rows, dtype=np.float32)
    noisy = [clean + 0.3 * rng.standard_normal(clean.shape).astype(np.float32) for _ in range(copies)]
    return Dataset.of(utterances, np.stack([clean, *noisy]), LABELS)


def recipe(**training: Any) -> Recipe:
    values = {"epochs": 6, "batch_size": 32, "learning_rate": 5e-3, **training}
    return Recipe(
        "test",
        CorporaRecipe(("one", "two"), LABELS),
        head=HeadRecipe(members=2, width=32, embedding=8, dropout=0.1),
        training=TrainingRecipe(**values),
        knn=KNN,
    )


KNN = KnnRecipe(k=(1, 4), alpha=(0.0, 0.5, 1.0), temperature=(0.1,))
ALONE = BaselineRecipe(train_counts=(0,), draws=1)


def split(data: Dataset) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    validation = np.array([u.speaker in "45" for u in data.utterances])
    return np.flatnonzero(~validation), np.flatnonzero(validation)


def weights(fitted: FittedHead) -> list[torch.Tensor]:
    return [p.detach() for p in fitted.head.parameters()]


def test_learns_and_a_baseline_helps() -> None:
    data = dataset()
    train, validation = split(data)
    fitted = fit_head(data, train, validation, recipe(epochs=15), seed=0)
    truth = data.label_indices()[validation]
    rng = np.random.default_rng(0)

    def ua(condition: Condition) -> float:
        (answers,) = answers_under(data, fitted, validation, condition, 1.0, rng)
        return unweighted_accuracy(truth, answers.logits.argmax(1), 4)

    alone, known = ua(Condition(0)), ua(Condition(-1))
    assert alone > 60
    assert known > 90
    assert known > alone


@pytest.mark.parametrize(
    "training",
    [
        {"mixup": 0.4, "speaker_swap": 1.0, "jitter": 0.1, "ema": 0.9},
        {"lambda_scl": 0.0, "balance": "label"},
        {"lambda_scl": 1.0, "patience": 2},
    ],
)
def test_same_seed_same_weights(training: dict[str, Any]) -> None:
    data = dataset(copies=2, extra_label=True)
    train, validation = split(data)
    first, second = (fit_head(data, train, validation, recipe(**training), seed=3) for _ in range(2))
    other = fit_head(data, train, validation, recipe(**training), seed=4)
    assert all(torch.equal(a, b) for a, b in zip(weights(first), weights(second), strict=True))
    assert not torch.equal(weights(first)[0], weights(other)[0])
    assert first.labels == (*LABELS, "bored")
    assert first.answer(first.pooled(data.features[0]), np.zeros(DIM, np.float32))[0].shape[1] == 4


def test_a_killed_run_resumes_bit_for_bit(tmp_path: Path) -> None:
    data = dataset(copies=1)
    train, validation = split(data)
    whole = fit_head(data, train, validation, recipe(patience=4, ema=0.5), 1, tmp_path / "whole", checkpoint_every_s=0)

    def kill_after_three(done: int, _: int) -> None:
        if done == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        fit_head(
            data,
            train,
            validation,
            recipe(patience=4, ema=0.5),
            1,
            tmp_path / "killed",
            progress=kill_after_three,
            checkpoint_every_s=0,
        )
    assert not list((tmp_path / "killed").glob("*.part"))
    torch.manual_seed(99)  # whatever happened in between must not matter
    resumed = fit_head(data, train, validation, recipe(patience=4, ema=0.5), 1, tmp_path / "killed", resume=True)
    assert all(torch.equal(a, b) for a, b in zip(weights(whole), weights(resumed), strict=True))
    assert (tmp_path / "whole" / "metrics.csv").read_bytes() == (tmp_path / "killed" / "metrics.csv").read_bytes()


def test_training_does_not_change_torchs_global_generator() -> None:
    data = dataset()
    before = torch.get_rng_state()
    fit_head(data, *split(data), recipe(epochs=1), seed=0)
    assert torch.equal(before, torch.get_rng_state())


def test_saved_and_loaded_head_answers_alike(tmp_path: Path) -> None:
    data = dataset()
    fitted = fit_head(data, *split(data), recipe(epochs=2), seed=0)
    save_head(tmp_path / "head.pt", fitted)
    again = load_head(tmp_path / "head.pt", recipe())
    pooled = fitted.pooled(data.features[0])
    np.testing.assert_array_equal(again.pooled(data.features[0]), pooled)
    for a, b in zip(fitted.answer(pooled, pooled[0]), again.answer(pooled, pooled[0]), strict=True):
        np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(again.prior.emotion_offsets, fitted.prior.emotion_offsets)


@pytest.mark.parametrize("scale", [10.0, 0.0])
def test_the_packs_head_is_the_trained_one_on_fewer_labels(scale: float) -> None:
    head = Head((DIM,), 6, HeadRecipe(members=3, width=16, embedding=4, scale=scale)).eval()
    features, baseline = torch.randn(5, DIM), torch.randn(5, DIM)
    logits, embedding = head(features - baseline)
    pack_logits, pack_embedding = PackHead(head, (0, 2, 5))(features, baseline)
    torch.testing.assert_close(pack_logits, logits[:, [0, 2, 5]])
    torch.testing.assert_close(pack_embedding, embedding)
    torch.testing.assert_close(embedding.norm(dim=1), torch.ones(5))


@pytest.mark.parametrize(("scale", "grown"), [(10.0, 1.0), (0.0, 2.0)])
def test_with_scale_0_the_classifier_gets_the_unnormalised_embedding(scale: float, grown: float) -> None:
    head = Head((DIM,), 4, HeadRecipe(members=2, width=16, embedding=4, scale=scale)).eval()
    features = torch.randn(5, DIM)
    logits, embedding = head(features)
    with torch.no_grad():
        head.embedding_weight *= 2
        head.embedding_bias *= 2
    again, same = head(features)
    torch.testing.assert_close(same, embedding)
    torch.testing.assert_close(again, grown * logits)  # the classifier's own bias is 0 yet


def test_experts_are_fused_as_a_weighted_product_and_neighbours_are_the_first_ones() -> None:
    recipe = HeadRecipe(members=3, width=16, embedding=4, scale=0.0)
    weights = (0.7, 0.3)
    head = Head((DIM, 5), 4, recipe, weights).eval()
    features, baseline = torch.randn(6, DIM + 5), torch.randn(6, DIM + 5)
    log_p, embeddings = [], []
    for expert, (first, width) in enumerate(((0, DIM), (DIM, 5))):  # each by itself, with the members that are its own
        alone = Head((width,), 4, recipe).eval()
        own = {k: v[3 * expert : 3 * expert + 3] for k, v in head.state_dict().items() if not k.startswith("hidden_w")}
        alone.load_state_dict({**own, "hidden_weights.0": head.hidden_weights[expert]})
        logits, embedding = alone((features - baseline)[:, first : first + width])
        log_p.append(torch.log_softmax(logits, 1))
        embeddings.append(embedding)
    expected = torch.softmax(weights[0] * log_p[0] + weights[1] * log_p[1], 1)
    for logits, embedding in (head(features - baseline), PackHead(head, range(4))(features, baseline)):
        torch.testing.assert_close(torch.softmax(logits, 1), expected)
        torch.testing.assert_close(embedding, embeddings[0])
    sums = head.before(features) - head.before(baseline)  # as voices are tried out: the first layer is linear
    torch.testing.assert_close(torch.softmax(head.after(sums)[0], 1), expected)


def test_an_expert_sees_only_its_block() -> None:
    head = Head((DIM, 5), 4, HeadRecipe(members=2, width=16, embedding=4), (1.0, 1.0)).eval()
    features = torch.randn(3, DIM + 5)
    changed = torch.cat([features[:, :DIM], torch.randn(3, 5)], dim=1)
    each, others = (head.each_member(x[None].repeat(2, 1, 1))[0] for x in (features, changed))
    torch.testing.assert_close(each[:2], others[:2])
    assert (each[2:] - others[2:]).abs().max() > 0.01


def test_experts_learn_each_on_its_own_loss_and_are_read_back(tmp_path: Path) -> None:
    data = replace(dataset(), blocks=(DIM - 8, 8))
    train, validation = split(data)
    both = replace(recipe(epochs=15), experts=ExpertsRecipe(encoder=0.6, log_mel=0.4))
    fitted = fit_head(data, train, validation, both, seed=0)
    assert fitted.validation_accuracy > 60
    save_head(tmp_path / "head.pt", fitted)
    again = load_head(tmp_path / "head.pt", both)
    pooled = fitted.pooled(data.features[0])
    for a, b in zip(fitted.answer(pooled, pooled[0]), again.answer(pooled, pooled[0]), strict=True):
        np.testing.assert_array_equal(a, b)


def test_features_are_clipped_at_six_deviations() -> None:
    data = dataset()
    fitted = fit_head(data, *split(data), recipe(epochs=1), seed=0)
    far = fitted.pooled(1e6 * data.features[0])
    assert np.abs(far).max() == 6.0


def test_a_groups_mean_is_subtracted() -> None:
    """Each group has its own voice: subtracting all, none or half of the mean removes all, none or half of it."""
    rng = np.random.default_rng(0)
    voices, clips = 10.0 * rng.standard_normal((3, 1, DIM)), rng.standard_normal((3, 8, DIM))
    clips -= clips.mean(1, keepdims=True)
    left = less_the_mean((voices + clips).astype(np.float32), np.array([1.0, 0.0, 0.5], np.float32))
    np.testing.assert_allclose(left, clips + voices * np.array([0.0, 1.0, 0.5])[:, None, None], atol=1e-5)


def test_half_of_a_grouped_batch_are_known_speakers_and_half_are_single_clips() -> None:
    data = dataset()
    speakers = np.unique([u.speaker_key for u in data.utterances], return_inverse=True)[1]
    told = np.zeros((4, len(speakers), DIM), np.float32)  # who speaks, in which copy, and what would be a voice
    told[..., 0], told[..., 1], told[..., 2:] = 1 + speakers, np.arange(4)[:, None], 8.0
    grouped = recipe(speakers=6, batch_size=96)
    batches = GroupedBatches(data, np.arange(len(speakers)), told, data.label_indices(), grouped)
    seen, heard, alone = np.zeros(4), set(), set()
    for step in range(40):
        features, labels = batches.draw(np.random.default_rng(step))
        assert features.shape == (2, 96, DIM)
        known, strangers = features[:, :48].reshape(2, 6, 8, DIM).numpy(), features[:, 48:].numpy()
        assert np.ptp(known, axis=2).max() < 1e-5  # one speaker in one copy
        assert 0 <= known[..., 2:].min() <= known[..., 2:].max() <= 4.0 + 1e-5  # half of the voice at the most is left
        assert (strangers[..., 2:] == 8.0).all()
        seen += np.bincount(labels.argmax(-1).reshape(-1).numpy(), minlength=4)
        left = known[..., 0, 2] / 8.0
        heard |= set(np.round(known[..., 0, 1] / np.maximum(left, 1e-3), 1).ravel()[left.ravel() > 0.05].tolist())
        alone |= {(int(s), int(c)) for s, c in strangers[..., :2].reshape(-1, 2)}
    assert seen.min() > 0.8 * seen.max()
    assert heard == {0.0, 1.0, 2.0, 3.0}
    assert len(alone) == 12 * 4


def test_balance_draws_every_corpus_and_label_alike() -> None:
    labels, corpora = np.array([0] * 8 + [1] * 2 + [0] * 30), np.array([0] * 10 + [1] * 30)
    w = sampling_weights(labels, corpora, "corpus-label")
    assert w[corpora == 0].sum() == pytest.approx(0.5)
    assert w[(corpora == 0) & (labels == 1)].sum() == pytest.approx(0.25)
    assert sampling_weights(labels, corpora, "label")[labels == 1].sum() == pytest.approx(0.5)
    assert sampling_weights(labels, corpora, "none").std() == 0


def test_contrastive_batches_are_n_clips_and_their_n_copies() -> None:
    data = dataset(copies=1)
    train, _ = split(data)
    labels, plain = data.label_indices()[train], replace(BaselineRecipe(), train_counts=(0,))
    speakers = np.array([int(data.utterances[i].speaker) for i in train])
    prior = estimate_prior(data.features[0, train], labels, speakers, 4, plain)
    batches = Batches(data, train, data.features[:, train], labels, speakers, prior, replace(recipe(), baseline=plain))
    rng = np.random.default_rng(0)
    batches.new_epoch(rng)
    features, drawn = batches.draw(rng)
    assert torch.equal(drawn[:, :16], drawn[:, 16:])
    difference = features[:, :16] - features[:, 16:]
    assert 0 < difference.abs().max() < 3  # the same clips, with noise
    assert replace(recipe(), augment=AugmentRecipe(copies=1)).augment.clean_share == 0.5


def drawn_with(data: Dataset, changed: Recipe, features: Any = None) -> tuple[Any, Any]:
    """A batch of the whole table with no voice subtracted: features [m, b, D] and labels [m, b]."""
    plain = replace(changed, baseline=BaselineRecipe(train_counts=(0,), draws=1))
    everyone = np.arange(len(data.utterances))
    labels, pooled = data.label_indices(), data.features if features is None else features
    speakers = np.unique([u.speaker_key for u in data.utterances], return_inverse=True)[1]
    batches: Batches | GroupedBatches
    if changed.training.speakers:
        batches = GroupedBatches(data, everyone, pooled, labels, plain)
    else:
        prior = estimate_prior(pooled[0], labels, speakers, 4, plain.baseline)
        batches = Batches(data, everyone, pooled, labels, speakers, prior, plain)
    rng = np.random.default_rng(5)
    batches.new_epoch(rng)
    drawn, of = batches.draw(rng)
    return drawn.numpy(), of.argmax(-1).numpy()


@pytest.mark.parametrize("speakers", [0, 6])
def test_jitter_is_noise_of_the_deviation_that_the_recipe_says(speakers: int) -> None:
    data, common = dataset(copies=1), {"speakers": speakers, "batch_size": 96}
    still, labels = drawn_with(data, recipe(**common))
    moved, same = drawn_with(data, recipe(**common, jitter=0.25))
    np.testing.assert_array_equal(same, labels)
    noise = moved - still
    assert noise.std() == pytest.approx(0.25, rel=0.05)
    assert noise.mean() == pytest.approx(0.0, abs=0.02)
    assert np.abs(np.corrcoef(noise.reshape(-1, DIM).T) - np.eye(DIM)).max() < 0.4  # every number has its own


def test_speaker_swap_changes_half_of_the_clips() -> None:
    """Only the first feature differs between speakers, so what is added there is a difference of two of them."""
    data = dataset()
    speakers = np.unique([u.speaker_key for u in data.utterances], return_inverse=True)[1]
    told = np.zeros_like(data.features)
    told[..., 0] = 100.0 + speakers
    common = {"batch_size": 400, "lambda_scl": 0.0}
    added = drawn_with(data, recipe(**common, speaker_swap=2.0), told)[0] - drawn_with(data, recipe(**common), told)[0]
    assert np.abs(added[..., 1:]).max() == 0
    changed = np.abs(added[..., 0]) > 1e-3
    assert 0.45 < changed.mean() < 0.55
    assert np.abs(added[..., 0]).max() == pytest.approx(200.0, rel=0.3)
    assert added[..., 0].mean() == pytest.approx(0.0, abs=10.0)


@pytest.mark.parametrize(("balance", "share"), [("none", 1 / 13), ("label", 1 / 4), ("corpus-label", 1 / 4)])
def test_batches_are_balanced_as_the_recipe_says(balance: str, share: float) -> None:
    whole = dataset()
    kept = [
        i for i, u in enumerate(whole.utterances) if u.id.endswith("sad-0") or (u.label != "sad" and u.id[-1] > "1")
    ]
    data = Dataset.of([whole.utterances[i] for i in kept], whole.features[:, kept], LABELS)
    _, labels = drawn_with(data, recipe(balance=balance, batch_size=2000))
    assert (labels == LABELS.index("sad")).mean() == pytest.approx(share, abs=0.03)


def test_bank_draws_with_the_engines_estimator() -> None:
    data = dataset()
    train, _ = split(data)
    pooled, labels = data.features[0, train], data.label_indices()[train]
    speakers = np.array([int(data.utterances[i].speaker) for i in train])
    plain = BaselineRecipe(train_counts=(1000,), draws=2, clips_to_half=5.0, moods="ignored")
    bank = BaselineBank(pooled[None], labels, speakers, estimate_prior(pooled, labels, speakers, 4, plain), plain)
    bank.draw(np.random.default_rng(0))
    own = pooled[speakers == 2]
    np.testing.assert_allclose(bank.bank[0, 2, 1], own.mean(0) * len(own) / (len(own) + 5), atol=1e-5)


def test_partial_baselines_are_as_frequent_as_the_recipe_says() -> None:
    data, rng = dataset(), np.random.default_rng(0)
    pooled, labels = data.features[0], data.label_indices()
    speakers = np.array([int(u.speaker) for u in data.utterances])
    whole = BaselineRecipe(train_counts=(1000,), draws=1)
    prior = estimate_prior(pooled, labels, speakers, 4, whole)
    shares = {}
    for in_part in (0.0, 0.5):
        bank = BaselineBank(pooled[None], labels, speakers, prior, replace(whole, in_part=in_part))
        bank.draw(rng)
        picked = bank.pick(rng, np.zeros_like(speakers), speakers)
        full = bank.bank[0, speakers, 0]
        shares[in_part] = (picked * full).sum(1) / (full * full).sum(1)
        np.testing.assert_allclose(picked, shares[in_part][:, None] * full, atol=1e-5)
    np.testing.assert_allclose(shares[0.0], 1.0, atol=1e-6)
    parts = shares[0.5][shares[0.5] < 0.999]
    assert 0.4 < len(parts) / len(speakers) < 0.6
    assert 0.0 <= parts.min() < 0.1
    assert parts.max() > 0.9


def test_the_datastore_lies_halfway_between_strangers_and_known_voices() -> None:
    data = dataset()
    train, validation = split(data)
    fitted = fit_head(data, train, validation, recipe(epochs=2), seed=0)
    own = np.array([i for i in train if data.utterances[i].speaker_key == data.utterances[train[0]].speaker_key])
    pooled = fitted.pooled(data.features[0, own])
    voice = estimate_baseline(pooled, classifier(fitted.head, range(4), 1.0), fitted.prior).baseline
    expected = fitted.answer(pooled, 0.5 * voice)[1]
    np.testing.assert_allclose(datastore_items(data, fitted, own)[0], expected, atol=1e-6)


def test_prior_finds_the_emotions_offsets_and_the_shrinkage() -> None:
    rng = np.random.default_rng(0)
    offsets = rng.standard_normal((3, 6)).astype(np.float32)
    offsets -= offsets.mean(0)
    pooled, labels, speakers = [], [], []
    for speaker in range(200):
        voice = 2.0 * rng.standard_normal(6)
        for label in range(3):
            for _ in range(4):
                pooled.append(voice + offsets[label] + rng.standard_normal(6))
                labels.append(label)
                speakers.append(speaker)
    data = np.array(pooled, dtype=np.float32)
    prior = estimate_prior(data, np.array(labels), np.array(speakers), 3, BaselineRecipe(clips_to_half=0.0))
    np.testing.assert_allclose(prior.emotion_offsets, offsets, atol=0.15)
    np.testing.assert_allclose(prior.clips_to_half, 1 / 4, atol=0.15)  # within 1, between 4
    np.testing.assert_allclose(prior.within_variance, 1.0, atol=0.15)


def test_draws_of_one_mood() -> None:
    labels, rng = np.repeat([0, 1, 2, 3], 20), np.random.default_rng(0)
    one = draw_clips(labels, Condition(10, ONE_MOOD), 2, rng)
    assert len(one) == 10
    assert set(labels[one]) == {2}
    mostly = labels[draw_clips(labels, Condition(10, MOSTLY_ONE_MOOD), 2, rng)]
    assert (len(mostly), (mostly == 2).sum()) == (10, 8)
    assert len(draw_clips(labels, Condition(-1), None, rng)) == 80
    few = labels[draw_clips(np.array([2, 2, 0, 0, 0, 1, 1, 3]), Condition(10, ONE_MOOD), 2, rng)]
    assert len(few) == 2


def test_classifier_answers_like_the_head() -> None:
    head = Head((DIM,), 5, HeadRecipe(members=2, width=8, embedding=4)).eval()
    pooled = np.random.default_rng(0).standard_normal((3, DIM)).astype(np.float32)
    p = classifier(head, (0, 1, 2), 2.0)(pooled)
    with torch.inference_mode():
        expected = torch.softmax(head(torch.from_numpy(pooled))[0][:, :3] / 2.0, 1)
    np.testing.assert_allclose(p, expected, atol=1e-6)


def test_nearest_is_exact() -> None:
    rng = np.random.default_rng(0)
    items = rng.standard_normal((700, 6)).astype(np.float32)
    items /= np.linalg.norm(items, axis=1, keepdims=True)
    labels = rng.integers(0, 3, 700)
    queries, items, labels = items[:600], items[600:], labels[600:]
    found = nearest(queries, items, labels, 4)
    distances = np.linalg.norm(queries[:, None] - items[None], axis=2)
    order = np.argsort(distances, axis=1)[:, :4]
    np.testing.assert_allclose(found.distances, np.take_along_axis(distances, order, 1), atol=1e-3)
    assert (found.labels == labels[order]).mean() > 0.999
    p = knn_probabilities(found, 4, 0.1, "vote", 3)
    np.testing.assert_allclose(p[0], np.bincount(labels[order[0]], minlength=3) / 4)


def test_a_temperature_is_recovered() -> None:
    rng = np.random.default_rng(0)
    logits = 2.0 * rng.standard_normal((4000, 3))
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    truth = np.array([rng.choice(3, p=row) for row in p])
    assert fit_temperature([(3.0 * logits).astype(np.float32)], [truth]) == pytest.approx(3.0, rel=0.1)


def test_the_temperature_is_too_low_for_at_most_one_corpus() -> None:
    """Logits of each corpus are too large by another factor; conditions with known voices don't count."""
    rng, heard = np.random.default_rng(0), []
    for factor in (0.5, 1.0, 2.0, 4.0):
        logits = 2.0 * rng.standard_normal((4000, 3))
        p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
        truth = np.array([rng.choice(3, p=row) for row in p])
        none = Nearest(np.zeros((0, 1), np.float32), truth[:0, None])
        for times, alone in ((factor, True), (9.0, False)):
            heard.append(Heard((times * logits).astype(np.float32), none, truth, alone))
    assert calm_temperature(heard) == pytest.approx(2.0, rel=0.1)
    both = calm_temperature([h for h in heard if h.alone][:2])
    assert 0.5 < both < 1.0  # of two corpora, what suits both


def test_label_sets_hold_the_truth_as_often_as_asked_and_are_no_larger() -> None:
    rng = np.random.default_rng(0)
    sets = [rng.dirichlet(np.full(4, 0.7), n) for n in (2000, 300)]
    truths = [np.array([rng.choice(4, p=row) for row in p]) for p in sets]

    def held(threshold: float) -> float:
        found = [
            [t in label_set(row, threshold) for row, t in zip(p, truth, strict=True)]
            for p, truth in zip(sets, truths, strict=True)
        ]
        return float(np.mean([np.mean(one) for one in found]))

    threshold = set_threshold(sets, truths, 0.9)
    assert held(threshold) >= 0.9 > held(threshold + 1e-3)
    assert set_threshold([np.array([[0.9, 0.1]])], [np.array([0])]) == 1.0  # the most probable label is always right
    assert set_threshold(sets, truths, 1.0) <= min(
        p[np.arange(len(t)), t].min() for p, t in zip(sets, truths, strict=True)
    )


def test_a_known_voice_is_taken_off_in_training() -> None:
    """With all of a speaker's clips known, features are centred at zero for every speaker; otherwise not."""
    data = dataset()
    train = np.arange(len(data.utterances))
    labels, speakers = data.label_indices(), np.unique([u.speaker_key for u in data.utterances], return_inverse=True)[1]
    marked = data.features.copy()
    marked[..., 0] = 50.0 * (1 + speakers)
    spread = []
    for count in (0, 1000):
        known = replace(recipe(batch_size=256), baseline=BaselineRecipe(train_counts=(count,), clips_to_half=0.01))
        prior = estimate_prior(marked[0], labels, speakers, 4, known.baseline)
        batches = Batches(data, train, marked, labels, speakers, prior, known)
        batches.new_epoch(np.random.default_rng(0))
        spread.append(float(batches.draw(np.random.default_rng(0))[0][..., 0].abs().max()))
    assert spread[0] == 50.0 * 12
    assert spread[1] < 1.0


def voted(data: Dataset, votes: dict[str, float]) -> Dataset:
    """The same data with these votes for clips labelled angry, and one vote for the label of all others."""
    changed = [
        replace(u, votes=tuple(votes.items()) if u.label == "angry" else ((u.label, 3.0),)) for u in data.utterances
    ]
    return replace(data, utterances=tuple(changed))


def test_unanimous_votes_train_exactly_like_labels() -> None:
    data = dataset(copies=1)
    train, validation = split(data)
    for changed in (recipe(epochs=2), recipe(epochs=2, speakers=6, batch_size=48, mixup=0.3)):
        first, second = (
            fit_head(one, train, validation, changed, seed=3) for one in (data, voted(data, {"angry": 5.0}))
        )
        assert all(torch.equal(a, b) for a, b in zip(weights(first), weights(second), strict=True))


@pytest.mark.parametrize("lambda_scl", [0.0, 0.1])
def test_a_head_learns_the_shares_of_the_votes(lambda_scl: float) -> None:
    data = voted(dataset(), {"angry": 3.0, "sad": 2.0})
    np.testing.assert_allclose(data.targets()[0], [0.6, 0, 0, 0.4], rtol=1e-6)
    everyone = np.arange(len(data.utterances))
    changed = recipe(epochs=40, label_smoothing=0.0, lambda_scl=lambda_scl)
    fitted = fit_head(data, everyone, np.zeros(0, np.int64), replace(changed, baseline=ALONE), seed=0)
    angry = np.flatnonzero(data.label_indices() == 0)
    logits, _ = fitted.answer(fitted.pooled(data.features[0, angry]), np.zeros(DIM, np.float32))
    np.testing.assert_allclose(softmax(logits).mean(axis=0), [0.6, 0, 0, 0.4], atol=0.06)


def test_tune_stays_within_the_recipes_grid() -> None:
    data = dataset()
    train, validation = split(data)
    fitted = fit_head(data, train, validation, recipe(), seed=0)
    tuned = tune(tuning_answers(data, fitted, train, validation, recipe().knn), recipe().knn)
    assert tuned.k in (1, 4)
    assert tuned.alpha in (0.0, 0.5, 1.0)
    assert 0 < tuned.novelty_distance < 2
    assert 0.25 <= tuned.abstain_confidence <= 1
    assert 0 <= tuned.set_probability <= 1
    assert tuned.ua_fused >= tuned.ua_model - 0.5


def told(near: float, far: float) -> tuple[Nearest, np.ndarray[Any, Any]]:
    """Clips whose nearest item has the right label, and the next three the same wrong one."""
    truth = np.array([0, 1, 2, 3] * 5)
    labels = np.stack([truth, *[(truth + 1) % 4] * 3], axis=1)
    return Nearest(np.tile(np.array([near, far, far, far], np.float32), (20, 1)), labels), truth


def test_the_best_temperature_and_weighting_of_neighbours_are_chosen() -> None:
    found, truth = told(0.2, 0.5)
    nothing = [np.full((20, 4), 0.25)]
    grid = KnnRecipe(k=(4,), alpha=(1.0,), temperature=(0.05, 5.0), weighting=("vote", "distance"))
    setting, ua, (fused,) = search(nothing, [found], [truth], grid, 4)
    assert setting == (4, 1.0, 0.05, "distance")
    assert ua == 100.0
    odds = np.exp(0.3 / 0.05) / 3
    np.testing.assert_allclose(fused[np.arange(20), truth], odds / (odds + 1))
    setting, ua, (fused,) = search(nothing, [found], [truth], replace(grid, temperature=(5.0,)), 4)
    assert (setting[2], ua) == (5.0, 0.0)
    setting, ua, (voted,) = search(nothing, [found], [truth], replace(grid, weighting=("vote",)), 4)
    assert (setting[3], ua) == ("vote", 0.0)
    np.testing.assert_allclose(voted[np.arange(20), truth], 0.25)


def test_among_equally_accurate_settings_the_likeliest_is_chosen() -> None:
    found, truth = told(0.2, 0.5)
    sure = np.full((20, 4), 0.1 / 3)
    sure[np.arange(20), truth] = 0.9
    grid = KnnRecipe(k=(1, 4), alpha=(0.0, 0.5), temperature=(0.05,), weighting=("distance",))
    setting, ua, _ = search([sure], [found], [truth], grid, 4)
    assert (setting[0], setting[1], ua) == (1, 0.5, 100.0)  # one neighbour is sure of the truth, four are less so


def test_thresholds_are_percentiles_of_what_was_tuned_on() -> None:
    """200 clips of unknown speakers, and 200 of known voices with confident answers that are always right."""
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 4, 200)
    strangers, known = (s * np.eye(4)[truth] + rng.standard_normal((200, 4)) for s in (1.0, 9.0))
    distances = np.sort(rng.random((200, 7)).astype(np.float32), axis=1)
    found = Nearest(distances, np.repeat(truth[:, None], 7, axis=1))
    heard = [Heard(x.astype(np.float32), found, truth, alone) for x, alone in ((strangers, True), (known, False))]
    grid = KnnRecipe(k=(1,), alpha=(0.0,), temperature=(0.1,), weighting=("vote",))
    tuned = tune(heard, grid)
    p = [softmax(h.logits, tuned.temperature) for h in heard]
    assert tuned.temperature == pytest.approx(fit_temperature([h.logits for h in heard], [truth, truth]))
    assert tuned.novelty_distance == pytest.approx(np.percentile(distances[:, :5].mean(axis=1), 99))
    confidence = np.concatenate([x.max(axis=1) for x in p])
    assert tuned.abstain_confidence == pytest.approx(np.percentile(confidence, 10))
    assert tuned.set_probability == pytest.approx(set_threshold([p[0]], [truth])) != set_threshold(p, [truth, truth])
    ua = [unweighted_accuracy(truth, x.argmax(axis=1), 4) for x in p]
    assert tuned.ua_model == tuned.ua_fused == pytest.approx(np.mean(ua))
    assert (tuned.vote_k, tuned.vote_alpha, tuned.known_temperature) == (1, 0.0, tuned.temperature)


def test_the_best_of_the_harmless_spreads_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    """With one mood, a point may be lost in the mean over the heads."""
    data, gains = dataset(), np.zeros((2, 3, len(SPREADS)))
    fitted, rows = fit_head(data, *split(data), recipe(epochs=1), seed=0), np.arange(4)
    given = iter(gains)
    monkeypatch.setattr("trainer.training.tune._gains", lambda *_: next(given))

    def chosen() -> float:
        nonlocal given
        given = iter(gains)
        return tune_spread(data, [(fitted, rows)] * 2, 1.0)

    gains[:, 0] = -5.0
    assert chosen() == SPREADS[-1], "all harm: the most careful"
    gains[0, 0, 3:6], gains[1, 0, 3:6] = -2.0, 0.0  # -1.0 in the mean
    gains[:, 1, 4], gains[:, 2, 5] = 1.0, 3.0
    gains[:, 1:, 9] = 50.0
    assert chosen() == SPREADS[5]
    gains[:, 1, 4] = 3.5
    assert chosen() == SPREADS[4]
    assert tuple(round(0.2 + 0.05 * i, 2) for i in range(15)) == SPREADS


def test_a_head_that_knows_no_voices_is_tuned_and_searched_without_them() -> None:
    data, plain = dataset(), replace(recipe(epochs=8), baseline=BaselineRecipe(train_counts=(0,), draws=1))
    assert recipe().baseline.used
    assert not plain.baseline.used
    train, validation = split(data)
    fitted = fit_head(data, train, validation, plain, seed=0)
    pooled = fitted.pooled(data.features[0, train])
    expected = fitted.answer(pooled, np.zeros(DIM, np.float32))[1]
    np.testing.assert_array_equal(datastore_items(data, fitted, train, voices=False)[0], expected)
    assert np.abs(datastore_items(data, fitted, train)[0] - expected).max() > 0.01
    (alone,) = answers_under(data, fitted, validation, Condition(0), 1.0, np.random.default_rng(0))
    truth = data.label_indices()[validation]
    tuned = tune(tuning_answers(data, fitted, train, validation, plain.knn, voices=False), plain.knn)
    assert tuned.ua_model == unweighted_accuracy(truth, alone.logits.argmax(1), 4) == fitted.validation_accuracy


def test_principal_components_become_part_of_the_first_layer() -> None:
    data = dataset()
    train, validation = split(data)
    reduced = replace(recipe(epochs=15), head=replace(recipe().head, principal_components=12))
    fitted = fit_head(data, train, validation, reduced, seed=0)
    assert fitted.head.hidden_weights[0].shape[1] == DIM
    truth = data.label_indices()[validation]
    (answers,) = answers_under(data, fitted, validation, Condition(-1), 1.0, np.random.default_rng(0))
    assert unweighted_accuracy(truth, answers.logits.argmax(1), 4) > 85
    accuracy = unweighted_accuracy(truth, answers.logits.argmax(1), 4)
    assert fitted.validation_accuracy == pytest.approx(accuracy, abs=15)


def test_features_in_a_file_processed_in_parts_give_the_same_head(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOICEKIN_CACHE", str(tmp_path))
    data = dataset(copies=1)
    train, validation = split(data)
    reduced = replace(recipe(epochs=3), head=replace(recipe().head, principal_components=12))

    def trained() -> tuple[list[torch.Tensor], list[np.ndarray], Tuned]:  # type: ignore[type-arg]
        fitted = fit_head(data, train, validation, reduced, seed=0)
        (found,) = answers_under(data, fitted, validation, Condition(-1), 1.0, np.random.default_rng(0))
        items, _ = datastore_items(data, fitted, train)
        strangers, _ = datastore_items(data, fitted, train, voices=False)
        arrays = [found.logits, found.embeddings, items, strangers]
        return weights(fitted), arrays, tune(tuning_answers(data, fitted, train, validation, KNN), KNN)

    in_memory = trained()
    monkeypatch.setattr("trainer.data.features.IN_MEMORY", 0)
    monkeypatch.setattr("trainer.training.fit.AT_ONCE", 7)
    monkeypatch.setattr("trainer.training.datastore.DISTANCES_AT_ONCE", 1000)
    kept = room(data.features.shape)
    assert isinstance(kept, np.memmap)
    kept[:] = data.features
    data = replace(data, features=kept)
    in_a_file = trained()
    for first, second in zip(in_memory[0], in_a_file[0], strict=True):
        torch.testing.assert_close(first, second, atol=1e-4, rtol=1e-3)
    for one, other in zip(in_memory[1], in_a_file[1], strict=True):
        np.testing.assert_allclose(one, other, atol=1e-3)
    assert (in_memory[2].k, in_memory[2].alpha) == (in_a_file[2].k, in_a_file[2].alpha)


def test_too_little_disk_space_for_features_is_an_error_beforehand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOICEKIN_CACHE", str(tmp_path))
    with pytest.raises(DiskFullError, match=r"take about 4000000\.0 GB .* GB are free: free some space"):
        room((1_000_000, 1_000_000, 1_000))
    assert not list(tmp_path.iterdir())


def test_groups_with_their_own_voice_contain_no_other_clips() -> None:
    data = dataset()
    train, validation = split(data)
    fitted = fit_head(data, train, validation, recipe(epochs=2), seed=0)
    rng = np.random.default_rng(0)
    labels, speakers = data.label_indices(), np.array([u.speaker_key for u in data.utterances])
    for mood, most in ((ONE_MOOD, 1), (TWO_MOODS, 2), ("", 4)):
        for answers in answers_under(data, fitted, validation, Condition(4, mood, ITSELF), 1.0, rng):
            for speaker in np.unique(speakers[answers.rows]):
                own = answers.rows[speakers[answers.rows] == speaker]
                assert 3 <= len(own) <= 4
                assert len(np.unique(labels[own])) <= most


def test_a_voice_of_one_mood_may_not_harm_the_group_it_is_learnt_from() -> None:
    data = dataset()
    train, validation = split(data)
    fitted = fit_head(data, train, validation, recipe(epochs=8), seed=0)
    spread = tune_spread(data, [(fitted, validation)], 1.0)
    for mood, may_lose in ((ONE_MOOD, 5.0), ("", 5.0)):
        alone, with_voice = (
            answers_under(
                data,
                replace(fitted, prior=replace(fitted.prior, spread=spread)),
                validation,
                Condition(10, mood, asked),
                1.0,
                np.random.default_rng(1),
            )
            for asked in (ITSELF_ALONE, ITSELF)
        )
        right = [
            100 * np.mean(np.concatenate([a.logits.argmax(1) == data.label_indices()[a.rows] for a in said]))
            for said in (alone, with_voice)
        ]
        assert right[1] >= right[0] - may_lose


def test_the_temperature_of_a_known_voice_is_recovered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Logits that are calibrated after division by 0.5 for known voices, 1.5 for unknown ones, or values in between."""
    data = dataset()
    _, validation = split(data)
    truth = data.label_indices()[validation]

    def answered(_: Dataset, factor: float, rows: Any, *__: Any) -> list[Answers]:
        settled = np.where(np.arange(len(rows)) % 2 == 0, 0.3, 1.0)
        p = 0.2 / 3 + (0.8 - 0.2 / 3) * np.eye(4)[truth]  # right in 80 of 100, and as sure as that
        wrong = np.arange(len(rows)) % 5 == 0
        p[wrong] = p[wrong][:, [1, 2, 3, 0]]
        logits = np.log(p) * (1.5 ** (1 - settled) * (factor * 0.5) ** settled)[:, None]
        return [Answers(rows, settled, logits.astype(np.float32), np.zeros((len(rows), 1), np.float32))]

    monkeypatch.setattr("trainer.training.tune.answers_under", answered)
    heads: Any = [(1.0, validation)] * 2
    assert tune_known_temperature(data, heads, 1.5) == pytest.approx(0.5, rel=0.15)
    heads = [(0.5, validation), (2.0, validation), (4.0, validation)]
    assert tune_known_temperature(data, heads, 1.5) == pytest.approx(1.0, rel=0.15)  # too low for one at the most


def test_a_folder_of_several_speakers_is_its_own_baseline() -> None:
    data = dataset()
    train, validation = split(data)
    fitted = fit_head(data, train, validation, recipe(epochs=2), seed=0)
    (answers,) = answers_under(data, fitted, validation, Condition(10, asked=FOLDER), 1.0, np.random.default_rng(0))
    # 48 clips of each of two corpora: four groups of 10 in each
    assert len(answers.rows) == len(set(answers.rows.tolist())) == 80
    pooled = fitted.pooled(data.features[0, answers.rows])
    alone, _ = fitted.answer(pooled, np.zeros(DIM, np.float32))
    assert np.abs(answers.logits - alone).max() > 0.1
    corpora = np.array([data.utterances[i].corpus for i in answers.rows])
    for corpus in ("one", "two"):
        settled = answers.settled[corpora == corpus]
        _, sizes = np.unique(settled, return_counts=True)
        assert (sizes % 10 == 0).all()


def test_early_stopping_validates_with_known_voices_too() -> None:
    data = dataset()
    train, validation = split(data)
    fitted = fit_head(data, train, validation, recipe(epochs=1), seed=0)
    checking = _Validation(data, validation, fitted.standardise, None, data.label_indices(), True)
    strangers, known = (checking._features - means[checking._speakers] for means in checking._means)
    speakers = np.array([data.utterances[i].speaker_key for i in validation])
    for speaker in np.unique(speakers):
        own = speakers == speaker
        np.testing.assert_allclose(known[own], strangers[own] - strangers[own].mean(0), atol=1e-5)
        assert np.abs(strangers[own].mean(0)).max() > 0.1  # there is a voice to take off
