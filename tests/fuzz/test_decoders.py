"""A small part of the fuzzing, with a seed of its own."""

from pathlib import Path

import pytest

from tests.fuzz.decoders import fuzz


@pytest.mark.timeout(900)
def test_mutated_recordings_end_in_an_answer_or_a_sentence(tmp_path: Path) -> None:
    outcomes = list(fuzz(64, 2, tmp_path))
    assert [outcome for outcome in outcomes if outcome[3].is_fault] == []
    assert {verdict.kind for *_, verdict in outcomes} == {"whole", "told", "refused"}
