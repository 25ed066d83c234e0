"""A clone learns what can be read off its pictures, goes on exactly, comes back whole or not."""

from dataclasses import replace

import numpy as np
import pytest
import torch

import mpgenie
from mpgenie.agents.arrays_file import read_arrays, write_arrays
from mpgenie.agents.learning import Run, Schedule, learn
from mpgenie.agents.vpt.augment import NONE
from mpgenie.agents.vpt.classes import STRAIGHT, Classes
from mpgenie.agents.vpt.clone_network import CloneNetworkConfig
from mpgenie.agents.vpt.clone_scores import repeat_rate, score_clone
from mpgenie.agents.vpt.cloning import (
    CloneConfig,
    CloneLesson,
    clone_losses,
    load_clone,
    train_clone,
)
from mpgenie.agents.vpt.corpus import Corpus, Play
from mpgenie.agents.vpt.demonstrations import demonstrations, game_of
from mpgenie.datasets.pictures import StreamSpec
from mpgenie.datasets.store import Store
from mpgenie.envs.simulation.actions import BUTTONS, CAMERA_BINS
from mpgenie.errors import CheckpointError, ConfigError, DatasetError
from tests.datasets.random_play import play as random_play
from tests.runs import interrupt_at, same

from .conftest import EDGE

GAME = {"scenario": "free_play", "players": 1, "planet": "flat", "size": 48}


def config(steps=4, rate=3e-3, network=(), **chosen):
    sizes = {"channels": (8, 16, 16), "mixed": (8, 16), "width": 24, "heads": 3,
             "blocks": 1, "past": 6, "tau": 5,
             "resolution": (EDGE, EDGE), **dict(network)}  # fmt: skip
    schedule = Schedule(steps=steps, rate=rate, warm_up=5)
    small = {"network": CloneNetworkConfig(**sizes), "augmentation": NONE, "ticks": 16, "clips": 4}
    return CloneConfig(**{**small, "schedule": schedule, **chosen})


def obeyed(seed=0, ticks=120):
    """A play: whoever sees light at the top walks, at the bottom jumps and turns, else waits."""
    rng = np.random.default_rng(seed)
    order = rng.integers(0, 3, ticks + 1)
    frames = np.full((ticks + 1, 1, EDGE, EDGE, 3), 60, np.uint8)
    frames[order == 1, 0, :8] = 220
    frames[order == 2, 0, -8:] = 220
    down = np.zeros((ticks, 1, len(BUTTONS)), np.bool_)
    down[:, 0, BUTTONS.index("forward")] = order[:-1] == 1
    down[:, 0, BUTTONS.index("jump")] = order[:-1] == 2
    camera = np.zeros((ticks, 1, 2), np.float32)
    camera[order[:-1] == 2, 0, 1] = CAMERA_BINS[8]
    return Play(seed, "obeyed", seed, frames, down, camera, np.ones((ticks, 1), np.bool_))


def lesson(play=None, **chosen):
    return CloneLesson(config(**chosen), Corpus([play or obeyed()]), GAME)


def told_of(clone, play):
    """(T, 10) the likeliest actions."""
    seen = torch.from_numpy(play.frames[:-1].swapaxes(0, 1).copy())
    with torch.no_grad():
        told, _ = clone.model.follow(seen, clone.model.fresh(1))
    best = [told[name][0].argmax(-1).numpy() for name in ("classes", "camera")]
    return clone.classes.rows(*best)


def test_a_clone_learns_what_can_be_read_off_its_pictures(tmp_path):
    learn(lesson(steps=60, rate=1e-2, clips=3), tmp_path)
    clone, other = load_clone(tmp_path), obeyed(seed=1)
    assert len(clone.classes) == 3
    rows = told_of(clone, other)
    walks, jumps = (other.down[:, 0, BUTTONS.index(name)] for name in ("forward", "jump"))
    assert ((rows[:, 0] == 1) == walks).mean() > 0.95
    assert ((rows[:, 2] == 1) == jumps).mean() > 0.95
    assert (rows[jumps, 9] == 8).mean() > 0.95 and (rows[~jumps, 8:] == 5).mean() > 0.95


def test_a_run_goes_on_as_if_it_had_never_been_stopped(tmp_path):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    learn(lesson(), whole)
    with pytest.raises(KeyboardInterrupt, match="stopped at step 2 of 4 and saved"):
        learn(lesson(), parts, on_step=interrupt_at(2))
    learn(lesson(), parts)
    assert same(whole / "model.npz", parts / "model.npz")
    assert same(whole / "resume.npz", parts / "resume.npz")
    assert Run(lesson(), whole).step == 4
    with pytest.raises(ConfigError, match="holds a run with"):
        learn(lesson(play=obeyed(seed=1, ticks=4)), whole)


def test_ticks_in_which_nothing_is_done_count_less_and_the_absent_nothing():
    play = obeyed()
    play.there[:60] = False
    taught = lesson(play=play, null_weight=0.25)
    clips = [taught.corpus.clip(np.random.default_rng(k), 16, 1, _context(), 5) for k in range(9)]
    _, classes, turns, weight, moving = (part.numpy() for part in taught._batch(clips))
    there = np.stack([clip.there[:, 0] for clip in clips])
    idle = np.array(taught.classes.combinations)[classes] == 0
    assert (weight == np.where(there, np.where(idle, 0.25, 1.0), 0.0)).all()
    assert ((moving > 0) == ((turns != STRAIGHT) & there)).all() and there.any()


def _context():
    return CloneNetworkConfig(before=2)


def test_the_loss_is_the_likelihood_of_the_whole_action():
    told = {"classes": torch.randn(2, 5, 4), "camera": torch.randn(2, 5, 121)}
    classes, turns = torch.randint(4, (2, 5)), torch.randint(121, (2, 5))
    moving = torch.tensor([1.0, 0.0, 0.0, 1.0, 1.0]).expand(2, 5)
    weight = torch.tensor([1.0, 1.0, 0.0, 0.2, 1.0]).expand(2, 5)
    parts = clone_losses(told, classes, turns, weight, weight * moving)
    logs = {n: t.log_softmax(-1) for n, t in told.items()}
    likely = logs["classes"].gather(-1, classes[..., None]).squeeze(-1)
    likely = likely + moving * logs["camera"].gather(-1, turns[..., None]).squeeze(-1)
    expected = -(likely * weight).sum() / weight.sum()
    assert torch.isclose(sum(parts.values()), expected)


@pytest.fixture(scope="module")
def learnt(tmp_path_factory):
    folder = tmp_path_factory.mktemp("learnt")
    learn(lesson(steps=1), folder)
    return folder


def test_a_clone_comes_back_with_its_words_and_its_game(learnt):
    clone = load_clone(learnt)
    taught = lesson(steps=1)
    assert clone.config == taught.config == CloneConfig.from_plain(taught.config.to_plain())
    assert clone.classes == taught.classes and clone.game == GAME and not clone.model.training


def damage(where, value):
    def change(about):
        *path, last = where
        for name in path:
            about = about[name]
        about[last] = value

    return change


@pytest.mark.parametrize(
    "change",
    [
        damage(["kind"], "inverse dynamics"),
        damage(["format"], 99),
        damage(["config", "network", "blocks"], 10**9),
        damage(["config", "network", "width"], 3072),
        damage(["config", "network", "tau"], -5),
        damage(["config", "network", "observe"], "__class__"),
        damage(["config", "ticks"], 0),
        damage(["classes"], [0, 0, 1]),
        damage(["classes"], [10**30, 1, 2]),
        damage(["classes"], [0, 1]),
        damage(["classes"], "abc"),
        damage(["game"], {"size": 10**9}),
        damage(["game"], {"colour": "red"}),
        damage(["game"], 7),
    ],
)
def test_files_that_are_no_clone_are_refused(learnt, tmp_path, change):
    about, arrays = read_arrays(learnt / "model.npz")
    change(about)
    write_arrays(tmp_path / "model.npz", about, arrays)
    with pytest.raises(CheckpointError):
        load_clone(tmp_path)


def test_damaged_weights_are_refused(learnt, tmp_path):
    about, arrays = read_arrays(learnt / "model.npz")
    arrays["net.classes.bias"] = arrays["net.classes.bias"] * np.nan
    write_arrays(tmp_path / "model.npz", about, arrays)
    with pytest.raises(CheckpointError):
        load_clone(tmp_path)


@pytest.fixture(scope="module")
def data(folder):
    return mpgenie.open_dataset(folder)


def small(network=(), **chosen):
    return config(steps=1, ticks=12, network={"resolution": (64, 64), **dict(network)}, **chosen)


def test_a_dataset_is_cloned_and_the_clone_is_scored(data, tmp_path):
    file = train_clone(data, tmp_path, small())
    scored = score_clone(file, data)
    assert list(scored) == ["model", "copy_previous", "majority"]
    for figures in scored.values():
        assert figures["nll"] == pytest.approx(figures["class_nll"] + figures["camera_nll"])
        assert figures["ticks"] == 2 * (20 + 21) and 0 <= figures["class_accuracy"] <= 1
    assert load_clone(file).game["players"] == 2 and load_clone(file).game["size"] == 8


@pytest.mark.parametrize("entities", ["attention", "none"])
def test_what_is_sensed_is_cloned_too(data, tmp_path, entities):
    sensing = small(network={"observe": "state", "entities": entities})
    file = train_clone(data, tmp_path, replace(sensing, schedule=Schedule(steps=2)))
    clone = load_clone(file)
    assert clone.config.observe == "state" == clone.game["observe"]
    assert np.isfinite(score_clone(file, data)["model"]["nll"])
    whole = read_arrays(file.with_name("resume.npz"))[1]
    again = CloneLesson(clone.config, Corpus(demonstrations(data, observe="state")), clone.game)
    assert Run(again, tmp_path).step == 2 and len(whole) > 10


def test_rules_are_scored_by_what_they_know(tmp_path, data, monkeypatch):
    file = train_clone(data, tmp_path, small())
    held = obeyed(ticks=40)
    held.down[:], held.camera[:] = False, 0.0
    held.down[20:, :, BUTTONS.index("forward")] = True
    wide = replace(held, frames=np.zeros((41, 1, 64, 64, 3), np.uint8))
    monkeypatch.setattr("mpgenie.agents.vpt.clone_scores.demonstrations", lambda *_, **__: [wide])
    scored = score_clone(file, data)
    assert scored["copy_previous"]["class_accuracy"] == 39 / 40
    assert scored["majority"]["class_accuracy"] == 0.5
    assert scored["copy_previous"]["class_nll"] < 0.2 < scored["majority"]["class_nll"]


def test_how_often_something_is_repeated():
    assert repeat_rate(np.array([[0, 1], [0, 2], [1, 2]])) == 0.5
    there = np.array([[True, True], [True, False], [True, True]])
    assert repeat_rate(np.array([[0, 1], [0, 2], [1, 2]]), there) == 0.5
    assert repeat_rate(np.zeros((3, 1, 10), np.int64)) == 1.0


def test_a_clone_does_what_was_asked_for_or_what_a_model_says(data, monkeypatch):
    entry = data.episodes[0]
    asked = demonstrations(data)[0]
    assert np.array_equal(asked.camera, data.load(entry)["actions/requested_camera"])
    with pytest.raises(DatasetError, match="no labels called 'idm'"):
        demonstrations(data, "idm")
    with pytest.raises(ConfigError, match="2 datasets need a name of labels each"):
        demonstrations([data, data], ["idm"])
    assert len(demonstrations([data, data], [None, None])) == 4
    assert len(demonstrations(data, minutes=0.01)) == 1


def test_the_game_is_that_of_the_episodes(data):
    game = game_of(data)
    assert game["scenario"] == "free_play" and game["planet"] == "flat" and not game["mobs"]
    mpgenie.parallel_env(**game).close()


def test_datasets_that_do_not_fit_are_refused(data, tmp_path):
    with pytest.raises(ConfigError, match="frames of .32, 32., the episodes have .64, 64."):
        train_clone(data, tmp_path, config())
    with pytest.raises(DatasetError, match="has no stream 'ego_128x128'"):
        train_clone(data, tmp_path, small(stream="ego_128x128"))
    with pytest.raises(DatasetError, match="have no episode"):
        train_clone(data.where(type="none"), tmp_path, small())
    with Store(tmp_path / "still", {}) as store:
        store.commit(random_play(ticks=0, streams=[StreamSpec()]))
    with pytest.raises(DatasetError, match="no tick to learn from"):
        train_clone(mpgenie.open_dataset(tmp_path / "still"), tmp_path, small())


def test_settings_that_cannot_be_are_refused():
    for wrong in ({"ticks": 5}, {"clips": 0}, {"null_weight": 2.0}):
        with pytest.raises(ConfigError):
            config(**wrong)
    with pytest.raises(ConfigError, match="Did you mean 'small'"):
        CloneConfig.of("smal")
    assert CloneConfig.of("tiny", network={"tau": 0}, seed=3).network.tau == 0


def test_clips_begin_when_the_slow_core_runs():
    corpus, rng = Corpus([obeyed(ticks=50)]), np.random.default_rng(0)
    corpus.plays[0].camera[:, 0, 0] = np.arange(50)
    starts = {int(corpus.clip(rng, 16, 1, _context(), 5).camera[0, 0, 0]) for _ in range(200)}
    assert starts == set(range(0, 35, 5))


def test_a_vocabulary_is_that_of_those_who_are_there():
    play = obeyed()
    play.there[play.down.any(-1)] = False
    assert lesson(play=play).classes == Classes((0,))
