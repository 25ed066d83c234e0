"""Members of a population play episodes for data, and stand in them with what they thought."""

import shutil

import numpy as np
import pytest

from mpgenie.agents.training.player import find
from mpgenie.cli import main
from mpgenie.datasets.verify import verify
from mpgenie.errors import ConfigError
from mpgenie.generation.plan import Plan
from mpgenie.play import from_players

pytest.importorskip("torch")
from mpgenie.agents.training.checkpoint import load_policy, save_policy
from mpgenie.play.from_players import generate_from

SMALL = {"max_cycles": 12}
PLAN = Plan(video="none")


@pytest.fixture
def population(tmp_path):
    """Two members; the second has forgotten a little."""
    members = tmp_path / "population" / "generations" / "gen_00001" / "members"
    for k, name in enumerate(("m00", "m01")):
        (members / name).mkdir(parents=True)
        config, policies, _ = load_policy(find("gather"))
        policies.nets[0].scores.bias.data *= 1 - k
        save_policy(members / name / "policy.npz", config, policies)
    (tmp_path / "population" / "latest").write_text("gen_00001")
    return tmp_path / "population"


def hashes(dataset):
    return [entry.content_hash for entry in dataset.episodes]


def test_members_play_and_their_thoughts_are_kept(tmp_path, population):
    seen = []
    made = generate_from(
        tmp_path / "data", population, episodes=3, plan=PLAN, on_episode=seen.append, **SMALL
    )
    assert seen == [0, 1, 2] and len(made) == 3
    assert verify(tmp_path / "data", deep=True, replay=1.0).replayed == 3
    for entry in made.episodes:
        shard = made.load(entry)
        assert sorted(shard.header.policies) == ["checkpoint:m00", "checkpoint:m01"]
        assert shard["policy/logits"].shape == (12, 2, 10, 11)
        assert np.isfinite(shard["policy/values"]).all()
        assert shard.header.planet_seed % 2 == 0
    assert len({entry.planet_seed for entry in made.episodes}) == 3


def test_a_dataset_goes_on_with_the_episodes_that_it_would_have_had(tmp_path, population):
    whole = generate_from(tmp_path / "whole", population, episodes=3, plan=PLAN, **SMALL)
    generate_from(tmp_path / "parts", population, episodes=1, plan=PLAN, **SMALL)
    parts = generate_from(tmp_path / "parts", population, episodes=3, plan=PLAN, **SMALL)
    assert hashes(parts) == hashes(whole)
    with pytest.raises(ConfigError, match="cast"):
        generate_from(tmp_path / "parts", population, episodes=3, plan=PLAN, cast_by="any", **SMALL)


def test_who_suits_whom_is_found_out_once_and_only_if_it_matters(tmp_path, population, monkeypatch):
    asked = []
    usual = from_players.affinities
    monkeypatch.setattr(
        from_players, "affinities", lambda *given: (asked.append(1), usual(*given))[1]
    )
    for cast_by, times in (("any", 0), ("contrasting", 1)):
        for episodes in (1, 2):
            generate_from(
                tmp_path / cast_by, population, episodes=episodes, cast_by=cast_by, plan=PLAN,
                **SMALL,
            )  # fmt: skip
        assert len(asked) == times
        assert (tmp_path / cast_by / "affinities.json").exists() == bool(times)


def test_an_unknown_cast_leaves_nothing_behind(tmp_path, population):
    with pytest.raises(ConfigError, match="Did you mean 'contrasting'"):
        generate_from(tmp_path / "data", population, episodes=1, plan=PLAN, cast_by="contrast")
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    "option",
    [("--types", "chase"), ("--players", "2"), ("--size", "96"), ("--workers", "0"), ("--check",)],
)
def test_the_command_refuses_what_only_scripts_take(option, capsys, tmp_path, population):
    command = ["generate", "--out", str(tmp_path / "d"), "--episodes", "1"]
    assert main([*command, "--players-from", str(population), *option]) == 1
    assert f"leave {option[0]} out" in capsys.readouterr().err


def test_the_command_refuses_one_member_and_casts_of_nobody(capsys, tmp_path, population):
    command = ["generate", "--out", str(tmp_path / "d"), "--episodes", "1"]
    assert main([*command, "--cast", "any"]) == 1
    assert "name a population" in capsys.readouterr().err
    shutil.rmtree(population / "generations" / "gen_00001" / "members" / "m01")
    assert main([*command, "--players-from", str(population)]) == 1
    assert "two or more trained members" in capsys.readouterr().err
