"""A few of the mutated packs that `tests.fuzz.packs` makes by the thousand."""

import shutil
from collections import Counter
from pathlib import Path

import pytest

from desktop_app.engine.pack.format import Pack
from tests.fuzz.packs import FINE, mutate, run


@pytest.mark.timeout(900)
def test_mutated_packs_answer_or_are_refused_in_a_sentence(tiny_pack: Pack) -> None:
    outcomes = list(run(tiny_pack.root, 0, 80))
    assert [o for o in outcomes if o.what not in FINE] == []
    assert Counter(o.seed for o in outcomes) == Counter(range(80))
    assert {o.what for o in outcomes} == set(FINE), "some still answer"


def test_a_seed_says_everything_of_a_mutation(tiny_pack: Pack, tmp_path: Path) -> None:
    copies = [Path(shutil.copytree(tiny_pack.root, tmp_path / name)) for name in "ab"]
    for copy in copies:
        mutate(copy, 5)
    for path in sorted(copies[0].iterdir()):
        assert path.read_bytes() == (copies[1] / path.name).read_bytes()
