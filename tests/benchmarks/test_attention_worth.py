"""The tables of what attention is worth say what was found, for one seed and for several."""

import numpy as np
import pytest

pytest.importorskip("torch")

from mpgenie.benchmarks.attention_worth import tables, team_of  # noqa: E402


def found(seeds=3, episodes=6):
    """As a study yields it: opponents get more attention in waves, and cost 1 when unseen."""
    shares = np.full((episodes, 2, 6), 1 / 6)
    shares[:, 1, 1] += 0.1
    run = {"nll": 2.0, "accuracy": 0.5, "return": 3.0}
    swapped = {"own": [[4.0, 5.0]] * 8, "shuffled": [[3.0, 5.0]] * 8, "idle": [[2.0, 5.0]] * 8}
    return {
        "minutes": 16.0,
        "scripts": [6.0, 7.0],
        "near": {"attention": [run] * seeds, "mean": [run] * seeds, "none": [run] * seeds},
        "without": {"opponents": [{"nll": 0.25, "return": [-1.0] * 8}] * seeds},
        "shares": [shares.tolist()] * seeds,
        "even": [np.full((episodes, 2, 6), 1 / 6).tolist()] * seeds,
        "swapped": [swapped] * seeds,
    }


@pytest.mark.parametrize("seeds", [1, 3])
def test_tables_say_what_was_found(seeds):
    text = "\n".join(tables("defend", found(seeds)))
    assert "16 player-minutes" in text and "| rest |" in text and "| wave |" in text
    assert "+0.60, p 0.031" in text  # 2 of the 64 ways to choose signs
    assert "| opponents | +0.250" in text and "-1.00 ± 0.00 | 0.0078 |" in text
    assert "| shuffled | 3.00 ± 0.00 | 5.00 ± 0.00 | 0.0078 |" in text


def test_a_team_is_everybody_where_there_are_none():
    assert team_of("defend", 4) == [0, 1, 2, 3]
    assert team_of("capture_the_flag", 4) == [0, 2]
