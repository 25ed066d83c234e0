"""A probe of states learns what frames show, is kept as it is, and says the same ever after."""

import numpy as np
import pytest

from mpgenie.errors import CheckpointError, ConfigError
from mpgenie.world_models.evaluation import state_probe
from mpgenie.world_models.evaluation.state_probe import (
    STATES,
    StateProbe,
    StatesRead,
    examples,
)


@pytest.fixture(scope="module")
def some(game):
    return examples(game, 24)


@pytest.fixture(scope="module")
def probe(some):
    return StateProbe.learnt(*some, steps=60)


def test_examples_have_states_that_frames_show(game, some):
    frames, truths = some
    assert frames.shape == (48, 64, 64, 3) and truths.shape == (48, len(STATES))
    column = dict(zip(STATES, truths.T, strict=True))
    assert set(column["in view"][~np.isnan(column["in view"])]) == {0.0, 1.0}
    assert np.isnan(column["bearing"]).sum() == (column["in view"] != 1.0).sum()
    assert np.nanmax(np.abs(column["bearing"])) < 60.0 and set(column["rain"]) == {0.0, 1.0}
    bright, dark = (frames[column["daylight"] == day].mean() for day in (1.0, 0.0))
    assert bright > dark + 30.0


def test_it_learns(some, probe):
    frames, truths = some
    daylight = STATES.index("daylight")
    said = probe.says(frames)[:, daylight]
    assert np.corrcoef(said, truths[:, daylight])[0, 1] > 0.7


def test_the_same_examples_make_the_same_probe(game, some, probe):
    again = examples(game, 24)
    assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(some, again, strict=True))
    assert StateProbe.learnt(*again, steps=3).hash == StateProbe.learnt(*some, steps=3).hash


def test_it_is_kept_as_it_is(probe, some, tmp_path):
    probe.save(tmp_path / "probe.npz")
    again = StateProbe.load(tmp_path / "probe.npz", (64, 64))
    assert again.hash == probe.hash
    assert np.array_equal(again.says(some[0]), probe.says(some[0]))


def test_a_file_is_read_if_it_is_there_and_written_if_not(game, tmp_path, monkeypatch):
    monkeypatch.setattr(state_probe, "SCENES", 4)
    monkeypatch.setattr(state_probe, "STEPS", 1)
    path = tmp_path / "probe.npz"
    first = StateProbe.at(path, game)
    assert path.is_file() and StateProbe.at(path, game).hash == first.hash


def test_files_of_something_else_are_refused(probe, tmp_path):
    probe.save(tmp_path / "probe.npz")
    with pytest.raises(ConfigError, match="of another size|frames of"):
        StateProbe.load(tmp_path / "probe.npz", (32, 32))
    (tmp_path / "junk.npz").write_bytes(b"junk")
    with pytest.raises(CheckpointError):
        StateProbe.load(tmp_path / "junk.npz", (64, 64))


def test_what_is_told_is_held_beside_the_game(game, cases, probe, monkeypatch):
    some = cases["grounding"][:1]
    read = StatesRead(probe, game, some)
    truth = np.concatenate([each.reshape(-1, len(STATES)) for each in read._truths])
    monkeypatch.setattr(probe, "says", lambda frames: np.nan_to_num(truth))
    about = read.about()
    assert set(about["real"].values()) <= {1.0, None} and about["real"]["in view"] == 1.0
    monkeypatch.setattr(probe, "says", lambda frames: np.nan_to_num(truth) + 100.0)
    assert set(read.read([case.real for case in some]).values()) <= {0.0, None}
    assert about["constant"]["in view"] < 1.0
