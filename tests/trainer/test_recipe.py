"""Recipes: all in trainer/recipes can be loaded; errors name a misspelt or missing key, or one with a wrong type."""

from pathlib import Path

import pytest

from trainer.recipe import RecipeError, load_recipe

SHIPPED = sorted((Path(__file__).parents[2] / "trainer" / "recipes").glob("*.toml"))

MINIMAL = """
name = "mine"
[corpora]
names = ["ravdess"]
labels = ["angry", "sad"]
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "recipe.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.stem)
def test_shipped_recipes_are_read(path: Path) -> None:
    assert load_recipe(path).name == path.stem


def test_missing_keys_have_defaults(tmp_path: Path) -> None:
    recipe = load_recipe(written(tmp_path, MINIMAL))
    assert recipe.corpora.labels == ("angry", "sad")
    assert recipe.training.tau == 0.07


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            MINIMAL + "[training]\nlearning_rat = 1.0\n",
            "`training.learning_rat`; did you mean `training.learning_rate`?",
        ),
        (MINIMAL + "[trainig]\nepochs = 1\n", "`trainig`; did you mean `training`?"),
        (MINIMAL + "[backbone.front_end]\nlevl = 'peak'\n", "`backbone.front_end.levl`"),
        (MINIMAL + "[training]\nepochs = 'ten'\n", "`training.epochs`"),
        (MINIMAL + "[training]\nlambda_scl = 2\n", "`training.lambda_scl` is 2.0 and must be between 0.0 and 1.0"),
        (MINIMAL + "[protocol]\nkind = 'loso'\n", "leave-one-speaker-out"),
        (MINIMAL + "[finetune]\nlayers = 1\n[protocol]\ntuned_on = 'corpora'\n", "needs a frozen encoder"),
        (MINIMAL + "[augment]\nkinds = ['echo']\n", "`augment.kinds` is 'echo' and must be one of noise"),
        (MINIMAL + "[finetune]\nkinds = ['part']\n", "`finetune.kinds` is 'part'"),
        (MINIMAL + "[knn]\nk = []\n", "`knn.k`"),
        ("name = 'mine'\n", "the key `corpora` is missing"),
        ("name = mine\n", "can't be read"),
        (MINIMAL.replace('"sad"', '"angry"'), "at least two labels"),
        (MINIMAL.replace('"mine"', '"my pack"'), "`name` is 'my pack'"),
    ],
)
def test_the_message_about_a_mistake_names_file_and_key(tmp_path: Path, text: str, says: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(RecipeError) as caught:
        load_recipe(path)
    assert says in str(caught.value)
    assert str(path) in str(caught.value)


def test_no_recipe(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="There is no recipe"):
        load_recipe(tmp_path / "none.toml")


def test_set_overrides_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, MINIMAL + "[training]\nepochs = 7\n")
    changes = ["training.epochs=3", "backbone.name=my encoder", "knn.k=[1, 2]", "finetune.learning_rate=1e-5"]
    recipe = load_recipe(path, [*changes, 'corpora.label_map={ excited = "happy" }', "training.refit=false"])
    assert (recipe.training.epochs, recipe.training.refit, recipe.knn.k) == (3, False, (1, 2))
    assert recipe.backbone.name == "my encoder"
    assert recipe.finetune.learning_rate == 1e-5
    assert recipe.corpora.label_map == {"excited": "happy"}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("training.epoch=3", "did you mean `training.epochs`?"),
        ("training.epochs", "is not KEY=VALUE"),
        ("training.epochs=ten", "must be a whole number"),
        ("name.first=a", "`name`, which is not a table"),
        ("finetune.lora_rank=4", "needs `finetune.layers`"),
        ("finetune={ layers = 1, lora_rank = 4, lora_on = ['q_proj'] }", "must be one of query, key, value"),
        ("finetune={ compile = 'reduce-overhead', accumulate = 2 }", "needs `finetune.accumulate` = 1"),
        ("finetune={ speakers = 2, buckets = 4 }", "group clips in different ways: set only one"),
    ],
)
def test_the_message_about_a_wrong_change_says_what_is_wrong(tmp_path: Path, change: str, says: str) -> None:
    with pytest.raises(RecipeError) as caught:
        load_recipe(written(tmp_path, MINIMAL), [change])
    assert says in str(caught.value)


def test_the_papers_experiment_is_the_papers() -> None:
    recipe = load_recipe(next(p for p in SHIPPED if p.stem == "paper-iemocap"))
    tuning = recipe.finetune
    assert (tuning.batch_size, tuning.optimiser, tuning.learning_rate, tuning.epochs) == (12, "sgd", 1e-4, 150)
    assert (tuning.schedule, tuning.plateau_patience, tuning.crop_seconds) == ("plateau", 20, 7.5)
    assert (tuning.lambda_scl, tuning.tau) == (0.1, 0.07)
    assert recipe.knn.k == tuple(range(1, 33))
    assert recipe.protocol.kind == "leave-two-speakers-out"
    assert recipe.is_itself
