"""Whatever goes on from a few frames can be evaluated."""

import numpy as np
import pytest
import torch

from mpgenie.envs.simulation.actions import FORWARD, LEFT, RIGHT
from mpgenie.errors import ConfigError
from mpgenie.world_models.evaluation.actions import Actions
from mpgenie.world_models.evaluation.cases import SHOWN, told_by
from mpgenie.world_models.evaluation.models import CopyLast, Dreamer, Oracle, Reconstructs
from mpgenie.world_models.session import WorldModel
from mpgenie.world_models.source import Source
from mpgenie.world_models.tokenizer import make_tokenizer
from mpgenie.world_models.transformer import MultiplayerTransformer
from tests.world_models.stand_in import source as stand_in
from tests.world_models.tiny_models import drawn, tiny


def dreams(players=2, **chosen):
    torch.manual_seed(0)
    config = tiny(
        resolution=(64, 64), tokenizer="patches", channels=192, players=players, predicts="x0",
        width=16, blocks=1,
        **chosen,
    )  # fmt: skip
    model = WorldModel(make_tokenizer(config).eval(), drawn(MultiplayerTransformer(config)))
    return Source(model, {"players": players, "resolution": (64, 64)})


@pytest.fixture(scope="module")
def some(cases):
    return cases["movement_b"]


def test_a_dream_goes_on_from_what_was_shown(some):
    dreamer = Dreamer(dreams())
    told = told_by(dreamer, some, 2)
    for case, frames in zip(some, told, strict=True):
        assert frames.shape == case.real.shape and frames.dtype == np.uint8
    again = told_by(Dreamer(dreams()), some, 2)
    other = told_by(Dreamer(dreams(), seed=1), some, 2)
    assert all(np.array_equal(a, b) for a, b in zip(told, again, strict=True))
    assert not np.array_equal(told[0], other[0])


def test_a_dream_is_the_same_wherever_it_stands_in_a_batch(some):
    together = told_by(Dreamer(dreams()), some, 8)
    for case, frames in zip(some, together, strict=True):
        (alone,) = told_by(Dreamer(dreams()), [case], 8)
        apart = np.abs(alone.astype(np.int64) - frames)  # sums are rounded otherwise in a batch
        assert apart.max() <= 2


def test_frames_go_through_its_tokenizer(some):
    dreamer = Dreamer(dreams())
    assert isinstance(dreamer, Reconstructs) and not isinstance(CopyLast(), Reconstructs)
    assert np.array_equal(dreamer.reconstructed(some[0].real), some[0].real)  # patches lose nothing


def test_models_of_other_numbers_of_players_are_refused():
    with pytest.raises(ConfigError, match="has 2 players, this model takes 1"):
        Dreamer(dreams(players=1))
    with pytest.raises(ConfigError, match="takes 3"):
        Dreamer(dreams(players=3, layout="frame_concat"))
    assert Dreamer(dreams(players=3))
    with pytest.raises(ConfigError, match="is no world model"):
        Dreamer(stand_in())


def test_the_oracle_is_the_same_one_by_one_and_together(game, some):
    one, all_at_once = (told_by(Oracle(game), some, batch) for batch in (1, 8))
    assert all(np.array_equal(a, b) for a, b in zip(one, all_at_once, strict=True))


@pytest.mark.parametrize("wrong", [lambda f: f / 255.0, lambda f: f[:, :-1], lambda f: f[:, :, 0]])
def test_frames_of_another_kind_are_refused(wrong, some):
    class Wrong(CopyLast):
        def rollout(self, context, actions):
            return wrong(super().rollout(context, actions))

    with pytest.raises(ConfigError, match=r"Wrong.rollout must return uint8 frames \(2, "):
        told_by(Wrong(), some, 8)


def test_copies_are_of_the_last_frame(some):
    for case, frames in zip(some, told_by(CopyLast(), some, 8), strict=True):
        assert (frames == case.frames[SHOWN - 1]).all()


def test_actions_are_mirrored_left_for_right_alone():
    rows = Actions(np.array([LEFT, RIGHT | FORWARD, 0], np.uint32), np.eye(3, 2, dtype=np.float32))
    back = rows.mirrored()
    assert back.buttons.tolist() == [RIGHT, LEFT | FORWARD, 0]
    assert np.array_equal(back.camera, rows.camera * [1, -1])
    assert all(np.array_equal(a, b) for a, b in zip(back.mirrored(), rows, strict=True))
    assert rows.without(LEFT).buttons.tolist() == [0, RIGHT | FORWARD, 0]
