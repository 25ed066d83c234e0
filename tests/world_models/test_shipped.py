"""The checkpoints that come with the repository dream, and do as they are told."""

import json
from pathlib import Path

import numpy as np
import pytest

import mpgenie
from mpgenie.world_models.clips import Film
from mpgenie.world_models.steering import shifts
from mpgenie.world_models.strips import scores

CHECKPOINTS = Path(__file__).parents[2] / "checkpoints"


@pytest.fixture(scope="module", params=["debug", "cpu"])
def shipped(request):
    return mpgenie.load_world_model(CHECKPOINTS / request.param, device="cpu")


def test_it_is_a_game_of_two_with_the_games_spaces(shipped):
    dream = mpgenie.dream_env(shipped, horizon=4)
    real = mpgenie.parallel_env(scenario="free_play", players=2, observe="rgb",
                                resolution=shipped.options["resolution"])  # fmt: skip
    for player in real.possible_agents:
        assert dream.observation_space(player) == real.observation_space(player)
        assert dream.action_space(player) == real.action_space(player)
    real.close()
    frames, _ = dream.reset(seed=3)
    while dream.agents:
        seen = frames
        frames, rewards, *_ = dream.step({p: [0] * 8 + [5, 5] for p in dream.agents})
    assert all(frame.std() > 1 for frame in seen.values())
    assert all(np.isfinite(reward) for reward in rewards.values())


def test_views_turn_the_way_they_are_told_to(shipped):
    """Of both players, from every start that comes with it."""
    dream = mpgenie.dream_env(shipped, ending=None)
    before, after, told = [], [], []
    for start in range(len(shipped.starts)):
        for way, turn in ((1, 8), (-1, 2)):
            frames, _ = dream.reset(seed=0, options={"start": start})
            before += frames.values()
            for _ in range(2):
                frames, *_ = dream.step({p: [0] * 8 + [5, turn] for p in dream.agents})
            after += frames.values()
            told += [way] * len(frames)
    turned = np.sign(shifts(np.stack(before), np.stack(after))[:, 1])
    assert np.mean(turned == told) > 0.7


def test_it_dreams_nearer_to_the_game_than_what_was_seen_last(shipped, tmp_path):
    """Of four episodes on planets that it has not seen, eight steps on."""
    size = shipped.config.resolution
    data = mpgenie.generate(
        tmp_path / "data", episodes=4, players=2, seed=90, resolution=size, video="frames"
    )
    clips = Film.of(data, size).batch(0, range(16), frames=16, players=2)
    figures = scores(shipped.model, clips, opened=8)
    assert figures["dream"][7] > figures["copy_last"][7] + 0.5
    assert figures["dream"][7] > figures["no_action"][7] + 0.5


@pytest.mark.parametrize("name", ["debug", "cpu"])
def test_its_figures_say_what_they_should(name):
    *_, figures = json.loads((CHECKPOINTS / name / "scores.json").read_text()).values()
    for other in ("copy_last", "no_action", "shuffled"):
        assert figures["dream"][7] > figures[other][7] + 0.5
