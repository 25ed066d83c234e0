"""Matches that were played elsewhere are kept to the bit."""

from contextlib import closing

import numpy as np
import pytest

from mpgenie.agents.training.population.matches import Arena
from mpgenie.agents.training.population.players import entered
from mpgenie.agents.training.population.scribe import Scribe
from mpgenie.agents.training.population.takes import Take
from mpgenie.datasets.pictures import StreamSpec
from mpgenie.datasets.reading import open_dataset
from mpgenie.datasets.verify import verify
from mpgenie.errors import ConfigError
from mpgenie.play.keeping import Keeper

pytest.importorskip("torch")
GAME = {"scenario": "gather", "players": 2, "planet": "flat", "size": 48, "mobs": False,
        "max_cycles": 30}  # fmt: skip
WHO = {"gather": "checkpoint:gather", "random": "random:discrete"}


@pytest.fixture(scope="module")
def played():
    """Two matches of a trained player and one who does anything: how they went, and the takes."""
    players = entered(WHO)
    with Arena(list(players.values()), GAME, 2) as arena:
        scribe = Scribe(arena)
        matches = arena.play(np.array([[0, 1], [1, 0]]), [3, 4], scribe)
        hashes = [
            simulation.state_hash(w)
            for simulation, _, w in (arena.envs.world(world) for world in range(2))
        ]
    return matches, scribe.takes(matches, list(WHO.values())), hashes


def test_what_is_kept_is_what_was_played(tmp_path, played):
    matches, takes, hashes = played
    with closing(Keeper(tmp_path / "data", GAME, [StreamSpec(height=32, width=32)])) as keeper:
        assert [keeper.keep(take) for take in takes] == [0, 1]
    report = verify(tmp_path / "data", deep=True, replay=1.0)
    assert report.whole and report.replayed == 2, report.problems
    dataset = open_dataset(tmp_path / "data")
    for w, entry in enumerate(dataset.episodes):
        shard = dataset.load(entry)
        assert shard["outcome/reward"].sum(0) == pytest.approx(matches.returns[w], abs=1e-12)
        assert int(shard["world/hash"][-1]) == hashes[w]
        assert shard.header.seed == matches.seeds[w]
        assert shard.header.length == matches.ticks[w] == 30
        assert shard.streams["ego_32x32"].read(1, 0, 31).std() > 5
    names = [dataset.load(entry).header.policies for entry in dataset.episodes]
    assert names == [tuple(WHO.values()), tuple(WHO.values())[::-1]]


def test_logits_and_values_stand_beside_each_action(tmp_path, played):
    _, takes, _ = played
    assert takes[0].repeat == 4 and takes[0].decisions.shape == (8, 2, 10)
    with closing(Keeper(tmp_path / "data", GAME)) as keeper:
        keeper.keep(takes[0])
    dataset = open_dataset(tmp_path / "data")
    shard = dataset.load(dataset.episodes[0])
    logits, values = shard["policy/logits"], shard["policy/values"]
    assert logits.shape == (30, 2, 10, 11) and values.shape == (30, 2)
    assert np.exp(logits[:, 0].astype(np.float64)).sum(-1) == pytest.approx(1.0, abs=0.01)
    assert np.isfinite(values[:, 0]).all() and np.isnan(values[:, 1]).all()
    assert (values[0] == values[3]).tolist() == [True, False]  # nan is not itself
    assert values[3, 0] != values[4, 0]
    chosen = takes[0].decisions[np.arange(30) // 4, 0]
    likely = np.take_along_axis(logits[:, 0], chosen[..., None], -1)
    assert (likely > -20.0).all()  # nobody did what could not be chosen


def test_a_take_may_be_no_more_than_seed_and_decisions(tmp_path, played):
    _, takes, _ = played
    bare = Take(takes[0].seed, takes[0].decisions[:3], 4, takes[0].who)
    with closing(Keeper(tmp_path / "data", GAME)) as keeper:
        assert keeper.keep(bare, unit=7) == 7
    dataset = open_dataset(tmp_path / "data")
    shard = dataset.load(dataset.episodes[0])
    assert shard.header.outcome == "partial" and shard.header.length == 12
    assert not shard.streams
    assert (
        sum(f.stat().st_size for f in (tmp_path / "data" / "shards").rglob("*") if f.is_file())
        < 60_000
    )  # noqa: E501


def test_what_is_said_has_no_place(tmp_path):
    with pytest.raises(ConfigError, match="no place for messages"):
        Keeper(tmp_path / "data", {**GAME, "messages": 2})


def test_takes_of_other_games_are_refused(tmp_path, played):
    _, takes, _ = played
    with closing(Keeper(tmp_path / "data", {**GAME, "players": 3})) as keeper:
        with pytest.raises(ConfigError, match="of 2 players, the game of 3"):
            keeper.keep(takes[0])
