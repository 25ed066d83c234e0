"""What is hidden from a model, and whom a change is put down to."""

import numpy as np
import pytest

from mpgenie.agents.vpt import together
from mpgenie.agents.vpt.metrics import Told
from mpgenie.agents.vpt.together import (
    LENGTH,
    UNWATCHED,
    WATCHED,
    Watched,
    attribution,
    compare,
    hidden,
)
from mpgenie.envs.simulation.actions import BUTTONS

from .conftest import panned


def watched(visible, ticks=200, edits=()):
    """Two players; player 1 walks on and off, and `visible` pixels of it are in 0's view."""
    play = panned(ticks=ticks, players=2)
    play.down[:] = False
    play.down[:, 1, BUTTONS.index("forward")] = np.arange(ticks) // 5 % 2 == 0
    seen = np.zeros((ticks + 1, 2, 2), np.int32)
    seen[:, 0, 1] = visible
    return Watched(play, seen, np.array(list(edits), np.int64).reshape(-1, 2))


def test_whole_stretches_of_who_is_seen_are_hidden_and_nothing_else():
    rng = np.random.default_rng(0)
    dark = hidden(watched(40), WATCHED, rng)
    assert dark[:, 1].any() and not dark[:, 0].any()
    edges = np.diff(np.flatnonzero(np.diff(np.concatenate([[0], dark[:, 1], [0]]))))
    assert set(edges[::2].tolist()) == {LENGTH}
    assert not hidden(watched(40), UNWATCHED, rng)[:, 1].any()
    assert hidden(watched(0), UNWATCHED, rng)[:, 1].any()
    assert not hidden(watched(0), WATCHED, rng).any()


class Oracle:
    """Tells the truth of what it may see, and nothing of what is hidden unless views are joined."""

    def __init__(self, joint):
        self.joint = joint


@pytest.fixture(autouse=True)
def oracles(monkeypatch):
    def tell(model, play, seen=None):
        known = np.ones_like(play.there) if seen is None or model.joint else seen
        down = play.down & known[..., None]
        return Told(down.astype(float), down, np.zeros_like(play.camera))

    monkeypatch.setattr(together, "tell", tell)


def test_what_others_see_is_the_whole_difference():
    found = compare({"alone": Oracle(False), "joint": Oracle(True)}, [watched(40)])
    assert found["full"]["alone"] == found["full"]["joint"]
    assert found[WATCHED]["alone"]["macro_f1"] == 0.0
    assert found[WATCHED]["joint"]["macro_f1"] == 1.0
    assert found[WATCHED]["joint"]["ticks"] >= LENGTH
    assert found[UNWATCHED]["joint"]["ticks"] == 0


def test_a_change_is_put_down_to_whose_button_says_so():
    both = watched(40, edits=[(3, 1), (20, 1)])
    both.play.down[3, 1, BUTTONS.index("attack")] = True
    assert attribution(Oracle(False), [both]) == {"accuracy": 0.5, "pairs": 2}
    assert attribution(Oracle(False), [watched(0, edits=[(3, 1)])])["pairs"] == 0
