"""`mpgenie train population` makes a population, goes on with it, and says who is the best."""

import pytest

pytest.importorskip("torch")

from mpgenie.agents.training.player import trained
from mpgenie.agents.training.population.store import read_lineage
from mpgenie.cli import main
from mpgenie.cli.train_population import levels
from mpgenie.datasets.reading import open_dataset
from mpgenie.datasets.verify import verify
from mpgenie.play.keeping import Keeper
from tests.runs import one_thread as one_thread

SMALL = (
    "--members", "2", "--worlds", "2", "--rounds", "1", "--set", "env.max_cycles=16",
    "--set", "env.size=8", "--set", "env.weather=false", "--set", "hidden=16",
    "--set", "env.planets=1",
)  # fmt: skip


def test_a_population_goes_on_with_the_same_command(tmp_path, capsys):
    out = str(tmp_path / "them")
    learn = ("train", "population", "--scenario", "tag", "--out", out, *SMALL)
    assert main([*learn, "--generations", "1"]) == 0
    assert main([*learn, "--generations", "2"]) == 0
    assert {event["generation"] for event in read_lineage(tmp_path / "them")} == {0, 1, 2}
    told = capsys.readouterr().out
    assert "generations/gen_00002/members/m0" in told and "mpgenie watch" in told
    assert main([*learn, "--generations", "2", "--members", "3"]) == 1
    assert "holds a population with settings" in capsys.readouterr().err


def test_a_population_begins_with_a_player_and_plays_what_it_learnt(tmp_path):
    first, then = tmp_path / "first", tmp_path / "then"
    learn = ("train", "population", "--generations", "1")
    assert main([*learn, "--scenario", "tag", "--out", str(first), *SMALL]) == 0
    founder = first / "generations/gen_00001/members/m00"
    small = ("--members", "2", "--worlds", "2", "--rounds", "1", "--players", "4")
    assert main([*learn, "--from", str(founder), "--out", str(then), *small]) == 0
    born = [event for event in read_lineage(then) if event["kind"] == "born"]
    assert len({event["hash"] for event in born}) == 1
    assert len({event["hypers"]["rate"] for event in born}) == 2
    config = trained(then / "generations/gen_00001/members/m01").config
    assert (config.scenario, config.players, config.env["size"]) == ("tag", 4, 8)
    assert config.hidden == 16 and not config.warm_up


def test_matches_are_kept_as_seed_and_actions(tmp_path):
    pytest.importorskip("h5py")
    out = str(tmp_path / "them")
    learn = ("train", "population", "--scenario", "tag", "--out", out, *SMALL)
    assert main([*learn, "--generations", "1", "--record", "1"]) == 0
    kept = open_dataset(tmp_path / "them/matches_0")
    assert len(kept) == 2
    shard = kept.load(kept.episodes[0])
    assert set(shard.header.policies) == {"checkpoint:m00", "checkpoint:m01"}
    assert verify(tmp_path / "them/matches_0", deep=True, replay=1.0).replayed == 2


def test_matches_that_a_kill_kept_from_being_kept_are_kept_by_the_next_call(tmp_path, monkeypatch):
    pytest.importorskip("h5py")
    out, usual = str(tmp_path / "them"), Keeper.keep
    learn = ("train", "population", "--scenario", "tag", "--out", out, *SMALL)

    def keep(self, take, unit):
        if len(self.film.left([2, 3, 4, 5])) < 2:  # two of the four are kept
            raise RuntimeError("killed")
        return usual(self, take, unit)

    monkeypatch.setattr(Keeper, "keep", keep)
    with pytest.raises(RuntimeError, match="killed"):
        main([*learn, "--generations", "2", "--record", "1"])
    monkeypatch.setattr(Keeper, "keep", usual)
    assert main([*learn, "--generations", "2", "--record", "1"]) == 0
    kept = open_dataset(tmp_path / "them/matches_0")
    assert [entry.unit for entry in kept.episodes] == [2, 3, 4, 5]  # two worlds a generation
    assert len({kept.load(entry).header.seed for entry in kept.episodes}) == 4
    assert verify(tmp_path / "them/matches_0", deep=True, replay=1.0).replayed == 4


def test_members_with_a_slow_core_evolve_what_it_costs_to_surprise_it(tmp_path):
    out = tmp_path / "them"
    slow = ("--set", "memory=slow", "--set", "tau=2", "--set", "latent=4", "--floor", "0.05")
    learn = ("train", "population", "--scenario", "tag", "--out", str(out), *SMALL, *slow)
    assert main([*learn, "--generations", "1", "--evidence-by", "returns"]) == 0
    costs = {event["hypers"]["prior"] for event in read_lineage(out)}
    assert len(costs) == 2 and all(1e-4 <= cost <= 1e-1 for cost in costs)
    member = trained(out / "generations/gen_00001/members/m01")
    assert member.config.memory == "slow" and member.policies.noise == 4


def test_levels_are_read_as_players_size_bar_and_floor(capsys):
    assert levels("2:4.5:1,4@64:6,8") == (
        {"players": 2, "env": {}, "bar": 4.5, "floor": 1.0},
        {"players": 4, "env": {"size": 64}, "bar": 6.0},
        {"players": 8, "env": {}},
    )
    with pytest.raises(SystemExit):
        main(["train", "population", "--levels", "two"])
    assert "write PLAYERS:BAR:FLOOR" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("wrong", "way_out"),
    [
        (["--set", "rate=0.1"], "--set rate would play no part"),
        (["--set", "worlds=3"], "--set worlds is for runs of"),
        (["--set", "seed=3"], "--set seed is for runs of"),
        (["--set", "start=tag"], "--set start is for runs of"),
        (["--fixed", "--crossover"], "with --fixed there are none"),
        (["--players", "1"], "2 players or more"),
        (["--record", "1", "--set", "env.messages=2"], "no place for messages"),
        (["--levels", "2:4:1,99"], "players must be a whole number from 1 to 32, got 99"),
    ],
)
def test_what_would_play_no_part_is_refused_before_anything_is_made(
    wrong, way_out, tmp_path, capsys
):
    out = tmp_path / "them"
    learn = ("train", "population", "--scenario", "tag", "--out", str(out), *SMALL)
    assert main([*learn, *wrong]) == 1
    assert way_out in capsys.readouterr().err
    assert not out.exists()
