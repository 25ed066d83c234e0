"""Runs that start from players who know something: from where, at what cost, and from whom not."""

import numpy as np
import pytest
import torch

from mpgenie.agents.arrays_file import write_arrays
from mpgenie.agents.training.checkpoint import save_policy
from mpgenie.agents.training.config import PPOConfig, recipe
from mpgenie.agents.training.networks import Choices
from mpgenie.agents.training.policies import Policies
from mpgenie.agents.training.saved_run import load_run, save_run
from mpgenie.agents.training.start import settings_from
from mpgenie.errors import CheckpointError, ConfigError

from .conftest import tiny


def weights(policies, of=""):
    found = [w.flatten() for name, w in policies.state_dict().items() if of in name]
    return torch.cat(found).clone()


@pytest.fixture
def clone(tmp_path):
    """The file of a player who mostly jumps."""
    policies = Policies(tiny(seed=5))
    policies.nets[0].scores.bias.data[2 * 11 + 1] = 2.0
    policies.nets[0].value.bias.data[:] = 7.0
    save_policy(tmp_path / "clone" / "policy.npz", tiny(seed=5), policies)
    return tmp_path / "clone"


def starting(make, clone, **chosen):
    return make(start=str(clone), **{"entropy": (0.0, 0.0), "kl": (0.5, 0.5), **chosen})


def test_a_run_begins_with_the_clone_but_values_begin_afresh(make, clone):
    learner, nobody = starting(make, clone), make()
    ours = learner.policies.state_dict()
    for name, weight in learner.start.state_dict().items():
        if ".value." not in name:
            assert torch.equal(ours[name], weight), name
    assert torch.equal(ours["nets.0.value.bias"], nobody.policies.nets[0].value.bias)
    assert torch.equal(ours["nets.0.value.weight"], nobody.policies.nets[0].value.weight)
    learner.collect()
    assert learner.lived.actions[..., 2].float().mean() > 0.75  # it jumps
    assert nobody.start is None


def test_divergence_is_nothing_at_first_and_its_gradient_pulls_back():
    scores = torch.randn(6, 3, 4)
    allowed = torch.rand(6, 3, 4) < 0.7
    allowed[..., 0] = True
    there = Choices(scores, allowed)
    assert there.divergence_from(there.logs).abs().max() == 0.0
    here = (scores + torch.randn(6, 3, 4)).requires_grad_()
    for _ in range(300):
        away = Choices(here, allowed).divergence_from(there.logs)
        assert (away > -1e-6).all()
        (step,) = torch.autograd.grad(away.sum(), here)
        here = (here - step).detach().requires_grad_()
    assert Choices(here, allowed).divergence_from(there.logs).max() < 1e-3


def test_it_is_what_one_likelihood_says_of_another():
    one, other = torch.tensor([[[0.9, 0.1]]]), torch.tensor([[[0.5, 0.5]]])
    everything = torch.ones(1, 1, 2, dtype=torch.bool)
    away = Choices(other.log(), everything).divergence_from(Choices(one.log(), everything).logs)
    assert away.item() == pytest.approx(0.9 * np.log(0.9 / 0.5) + 0.1 * np.log(0.1 / 0.5))


def test_leaving_the_clone_costs(make, clone):
    free = starting(make, clone, kl=(0.0, 0.0), rate=3e-3)
    bound = starting(make, clone, kl=(10.0, 10.0), rate=3e-3)
    away = [[learner.update()["from_start"] for _ in range(7)] for learner in (free, bound)]
    assert away[0][0] < 0.3 * away[0][-1] and away[1][-1] < 0.3 * away[0][-1]


def test_only_values_learn_while_a_run_warms_up(make, clone):
    learner = starting(make, clone, warm_up=2 * 128, rate=3e-3)
    before = weights(learner.policies, "body"), weights(learner.policies, "value.weight")
    for _ in range(2):
        assert abs(learner.update()["from_start"]) < 1e-6
    assert torch.equal(weights(learner.policies, "body"), before[0])
    assert not torch.equal(weights(learner.policies, "value.weight"), before[1])
    learner.update()
    assert not torch.equal(weights(learner.policies, "body"), before[0])


@pytest.mark.parametrize("warm_up", [0, 3 * 128])
def test_a_run_from_a_clone_goes_on_as_if_it_had_never_been_stopped(make, clone, tmp_path, warm_up):
    straight, first = (starting(make, clone, warm_up=warm_up, rate=3e-3) for _ in range(2))
    figures = [straight.update() for _ in range(5)]
    first.update()
    first.update()
    save_run(tmp_path / "resume.npz", first)
    (clone / "policy.npz").unlink()  # the run keeps what it started from
    second = load_run(tmp_path / "resume.npz", threads=1)
    again = [second.update() for _ in range(3)]
    second.close()
    assert torch.equal(weights(second.policies), weights(straight.policies))
    for ours, theirs in zip(again, figures[2:], strict=True):
        for name in theirs.keys() - {"per_second", "env_share"}:
            assert ours[name] == theirs[name], name


def test_one_network_may_start_several(make, clone):
    learner = starting(make, clone, policies="per_player")
    one, other = (weights(net, "scores") for net in learner.policies.nets)
    assert torch.equal(one, other)
    assert torch.equal(one, weights(learner.start.nets[0], "scores"))


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"hidden": 16}, "hidden = 16 cannot start from .*policy.npz, which has 32"),
        ({"free": ("jump",)}, "allowed choices"),
        ({"turns": (3,)}, "allowed choices"),
        ({"repeat": 3}, "repeat = 3"),
        ({"observe": "rgb"}, "observe = rgb"),
        ({"env": {"messages": 2}}, "counts of choices"),
        ({"start": "nobody"}, "neither a file nor a shipped policy"),
    ],
    ids=str,
)
def test_whoever_sees_or_chooses_otherwise_is_no_start(make, clone, other, message):
    with pytest.raises(CheckpointError, match=message):
        make(**{"start": str(clone), **other})


def test_clones_with_a_network_of_their_own_are_no_start(make, tmp_path):
    write_arrays(tmp_path / "model.npz", {"kind": "clone"}, {})
    with pytest.raises(CheckpointError, match="make one with `mpgenie train player`"):
        make(start=str(tmp_path))


def test_as_many_networks_as_the_run_has_or_one(make, clone):
    policies = Policies(tiny(policies="per_player", players=3))
    save_policy(clone / "policy.npz", tiny(policies="per_player", players=3), policies)
    with pytest.raises(CheckpointError, match="has 3 networks, the run 2"):
        make(start=str(clone), policies="per_player")


def test_what_is_not_chosen_is_the_starts(clone):
    taken = settings_from(clone)
    assert taken["hidden"] == 32 and taken["scenario"] == "look_down" and taken["env"]["size"] == 8
    config = recipe(**taken)
    assert config.start == str(clone) and config.entropy == (0.0, 0.0) and config.kl == (0.2, 0.0)
    assert config.warm_up > 0
    elsewhere = recipe(**{**settings_from(clone, "gather"), "scenario": "gather"})
    assert elsewhere.env == recipe("gather").env and elsewhere.repeat == tiny().repeat
    assert PPOConfig.from_plain(config.to_plain()) == config


def test_there_is_no_cost_without_a_start():
    with pytest.raises(ConfigError, match="name them"):
        PPOConfig(kl=(0.2, 0.0))


def test_a_run_from_nothing_learns_as_it_always_did(make):
    learner = make("gather", hidden=32)
    told = learner.update()
    assert learner.start is None and "from_start" not in told
    assert int(learner.lived.actions.sum()) == GOLDEN_ACTIONS
    assert told["value_loss"] == pytest.approx(GOLDEN_LOSS, rel=1e-3)


GOLDEN_ACTIONS, GOLDEN_LOSS = 2431, 1.18148
"""Of the first update, from before a run could start from anybody."""
