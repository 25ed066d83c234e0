"""A start is what was seen and done: of an episode, of a window, or of the game as it stands."""

import numpy as np
import pytest

import mpgenie
from mpgenie.errors import ConfigError, StateError
from mpgenie.world_models.controls import from_fields
from mpgenie.world_models.starts import Start, recent

from .worlds import GAME


@pytest.fixture
def shard(dataset):
    return dataset.load(dataset.episodes[0])


def test_a_start_of_an_episode_ends_with_the_frame_that_is_named(shard):
    made = Start.of_episode(shard, 12, frames=5)
    stream = shard.streams["ego_64x64"]
    assert len(made) == 5 and made.players == 2 and made.resolution == (64, 64)
    for p in range(2):
        assert np.array_equal(made.frames[:, p], stream.read(p, 8, 13))
    done = from_fields(shard["actions/buttons"][8:12], shard["actions/camera"][8:12])
    assert np.array_equal(made.controls, done) and made.there.all()


def test_it_is_shorter_where_the_episode_begins(shard):
    first = Start.of_episode(shard, 0)
    assert len(first) == 1 and first.controls.shape == (0, 2, 22)
    assert len(Start.of_episode(shard, 3)) == 4


def test_players_may_be_chosen_and_change_places(shard):
    both, turned = Start.of_episode(shard, 9), Start.of_episode(shard, 9, slots=[1, 0])
    assert np.array_equal(both.frames[:, ::-1], turned.frames)
    assert np.array_equal(both.controls[:, ::-1], turned.controls)
    assert np.array_equal(both.first(1).frames, both.frames[:, :1])


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"tick": 21}, "frames 0 to 20, got tick 21"),
        ({"tick": -1}, "frames 0 to 20"),
        ({"tick": 3, "slots": [2]}, r"players \[0, 1\], got slots \[2\]"),
        ({"tick": 3, "slots": []}, "got slots"),
        ({"tick": 3, "stream": "ego_9x9"}, "has no 'ego_9x9', but"),
    ],
    ids=str,
)
def test_what_an_episode_does_not_have_is_refused(shard, asked, message):
    with pytest.raises(ConfigError, match=message):
        Start.of_episode(shard, **asked)


def test_a_window_is_the_same_start_as_its_place_in_the_episode(dataset, shard):
    window = dataset.windows(frames=6, players=2, state=("state/active",)).cut(
        shard, 4, np.array([0, 1])
    )
    ours, theirs = Start.of_window(window), Start.of_episode(shard, 9, frames=6)
    for name in ("frames", "controls", "there"):
        assert np.array_equal(getattr(ours, name), getattr(theirs, name))


def test_the_game_remembers_its_last_frames_and_what_was_done_between_them():
    env = recent(mpgenie.parallel_env(**GAME, observe="state"), 3)
    with pytest.raises(StateError, match="before reset"):
        env.start()
    env.reset(seed=2)
    assert len(env.start()) == 1
    seen, rows = [], []
    for tick in range(5):
        row = np.array([tick % 3, 0, 0, 0, 0, 0, 0, 0, 5, 6 + tick])
        env.step(dict.fromkeys(env.agents, row))
        rows.append(tick % 3)
        seen.append([env.unwrapped.render_view(player) for player in env.possible_agents])
    made = env.start()
    assert np.array_equal(made.frames, np.array(seen[-3:]))
    assert made.controls[:, 0, 2].tolist() == [float(way == 1) for way in rows[-2:]]
    assert made.controls[-1, 0, 21] == 1.0  # a turn by ten degrees is cut to what the game turns
    env.reset(seed=2)
    assert len(env.start()) == 1
    env.close()
    with pytest.raises(ConfigError, match="at least one frame"):
        recent(env.unwrapped, 0)
