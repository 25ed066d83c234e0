"""The learner: what it makes of rewards, ends and times up, and that it learns."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from mpgenie.agents.training.config import PPOConfig, recipe
from mpgenie.agents.training.log import read_progress
from mpgenie.agents.training.networks import Choices, Lookup, MaskReader, PlayerNet
from mpgenie.agents.training.runs import Run, train
from mpgenie.agents.training.stopping import Pace
from mpgenie.agents.training.update import advantages_of
from mpgenie.envs.spaces import COMPONENTS
from mpgenie.errors import ConfigError, DivergedError

from .conftest import tiny


def column(*values):
    return torch.tensor(values).unsqueeze(1)


def test_advantages_by_hand():
    advantages = advantages_of(
        rewards=column(1.0, 2.0),
        values=column(10.0, 20.0, 30.0),
        terminated=column(False, False),
        ended=column(False, False),
        discount=0.5,
        trace=0.5,
    )
    last = 2.0 + 0.5 * 30.0 - 20.0
    assert advantages.flatten().tolist() == [1.0 + 0.5 * 20.0 - 10.0 + 0.25 * last, last]


def test_nothing_comes_after_the_rules_end_an_episode():
    advantages = advantages_of(
        column(1.0, 2.0), column(10.0, 20.0, 30.0), column(True, False), column(True, False), 0.5, 1
    )
    assert advantages[0].item() == 1.0 - 10.0


def test_when_time_is_up_the_value_of_what_was_seen_last_stands_for_the_rest():
    advantages = advantages_of(
        column(1.0, 2.0),
        column(10.0, 20.0, 30.0),
        column(False, False),
        column(True, False),
        0.5,
        1,
    )
    assert advantages[0].item() == 1.0 + 0.5 * 20.0 - 10.0


STANDING = {
    "free": (),
    "discount": 0.8,
    "trace": 1.0,
    "epochs": 4,
    "repeat": 1,
    "rate": 3e-3,
    "minibatch": 16,
    "worlds": 2,
    "steps": 40 * 72,
}


def values_of(learner):
    """After as many updates as make rounding, and so the processor, matter little."""
    for _ in range(40):
        learner.update()
    return learner.lived.values[:-1][learner.lived.counts]


def test_time_limits_are_no_deaths(make):
    learner = make("wage", **STANDING, env={"max_cycles": 8})
    values = values_of(learner)
    assert values.mean().item() == pytest.approx(1.0 / (1.0 - 0.8), rel=0.05)  # for ever


def test_ends_by_the_rules_are(make):
    learner = make("short_wage", **STANDING, horizon=18)  # twice eight and a reset
    values = values_of(learner)
    ahead = np.mean([(1.0 - 0.8**left) / (1.0 - 0.8) for left in range(1, 9)])
    assert values.mean().item() == pytest.approx(ahead, rel=0.05)


def test_steps_that_are_resets_play_no_part(make):
    learner = make("wage", repeat=1, env={"max_cycles": 5})
    learner.collect()
    assert (~learner.lived.counts[5]).all() and (~learner.lived.counts[11]).all()
    assert learner.lived.counts.sum() == learner.lived.counts.numel() * 14 // 16
    assert learner.lived.rewards[~learner.lived.counts].abs().max() == 0.0
    assert {episode["ticks"] for episode in learner.finished} == {5.0}
    assert {episode["return"] for episode in learner.finished} == {5.0}


def test_sparring_partners_do_anything_and_teach_nothing(make):
    learner = make(players=2, sparring=0.5, free=("jump",))
    assert learner.learns.tolist() == [True, True, True, False] * 2
    learner.policies.nets[0].scores.bias.data[2 * 11 + 1] = 50.0  # everybody jumps
    learner.collect()
    assert learner.lived.actions[:, learner.learns, 2].float().mean() == 1.0
    assert 0.3 < learner.lived.actions[:, ~learner.learns, 2].float().mean() < 0.7
    assert not learner.lived.counts[:, ~learner.learns].any()
    assert len(learner.finished) == 6


def mean_return(learner, updates):
    for _ in range(updates):
        learner.update()
    return float(np.mean([episode["return"] for episode in learner.finished]))


def test_players_learn_what_pays(make):
    learner = make(players=1, rate=3e-3, worlds=8)
    before = mean_return(learner, 1)
    assert mean_return(learner, 14) > before + 8.0  # of 32 at most


def test_policies_of_their_own_let_players_differ(make):
    apart = make(policies="per_player", rate=3e-3)
    assert len(apart.policies.nets) == 2
    assert mean_return(apart, 12) > 5.0
    alike = make(policies="shared", rate=3e-3)
    assert len(alike.policies.nets) == 1
    assert abs(mean_return(alike, 12)) < 2.5  # nothing that one sees says which slot one is in


def test_roles_say_which_policy_decides(make):
    learner = make("tag", policies="per_role", players=3)
    learner.collect()
    state = learner.lived.seen["state"]
    roles = state[..., 486]
    assert torch.equal(learner.lived.whose, roles.long()) and set(roles.unique().tolist()) == {0, 1}


def without_numbers(learner):
    """Lets a learner live through rewards that are none."""
    usual = learner.collect

    def collect():
        usual()
        learner.lived.rewards[:] = torch.inf

    learner.collect = collect


def test_who_learns_of_no_numbers_stays_as_it_was_and_then_learns_more_slowly(make):
    learner = make()
    learner.update()
    before = {name: each.clone() for name, each in learner.policies.state_dict().items()}
    without_numbers(learner)
    told = [learner.update() for _ in range(3)]
    assert [each["skipped"] for each in told] == [1.0] * 3 and learner.astray == 3
    assert learner.slowed == 0.25
    for name, weights in learner.policies.state_dict().items():
        assert torch.equal(weights, before[name])
    del learner.collect
    assert "skipped" not in learner.update() and learner.astray == 0


def test_a_run_that_goes_astray_says_where_the_last_whole_one_lies(tmp_path, monkeypatch):
    config = tiny(steps=20 * 128)
    train(replace(config, steps=2 * 128), tmp_path, threads=1)
    usual = Run._begin

    def begin(self):
        learner = usual(self)
        without_numbers(learner)
        return learner

    with monkeypatch.context() as patch:
        patch.setattr(Run, "_begin", begin)
        patch.setattr(Pace, "save_is_due", lambda self: True)
        with pytest.raises(DivergedError, match=r"in a row up to 1,024 .*of 256 decisions, lies"):
            train(config, tmp_path, threads=1)
    train(replace(config, steps=3 * 128), tmp_path, threads=1)
    rows = read_progress(tmp_path / "seed_0/progress.csv")
    assert [row["decisions"] for row in rows] == [128, 256, 384]


def test_the_same_seed_learns_the_same(make):
    weights = []
    for _ in range(2):
        learner = make()
        learner.update()
        weights.append(torch.cat([each.flatten() for each in learner.policies.parameters()]))
    assert torch.equal(*weights)
    other = make(seed=1)
    assert not torch.equal(
        torch.cat([p.flatten() for p in other.policies.parameters()]), weights[0]
    )


def test_only_what_is_free_and_worth_trying_is_chosen(make):
    learner = make("gather", free=("jump", "camera yaw"), turns=(3,))
    learner.collect()
    chosen = learner.lived.actions.flatten(0, 1)
    assert [sorted(chosen[:, c].unique().tolist()) for c in range(10)] == [
        [0], [0], [0, 1], [0], [0], [0], [0], [0], [5], [2, 5, 8],
    ]  # fmt: skip
    everything = make("gather", free=COMPONENTS[:-1])
    everything.collect()
    start = np.cumsum([0, 3, 3, 2, 3, 2, 2, 2, 10, 11, 11])
    for c in range(10):
        chosen = everything.lived.actions[..., c].flatten()
        masks = everything.lived.masks.flatten(0, 1)[:, start[c] : start[c + 1]]
        assert masks[torch.arange(len(masks)), chosen].all()


def test_pictures_can_be_learnt_from_and_both(make):
    drawn = {"renderer": "software", "view_distance": 8.0}
    for observe in ("rgb", "both"):
        learner = make(observe=observe, worlds=2, horizon=4, env=drawn)
        assert np.isfinite(learner.update()["value_loss"])
        assert set(learner.lived.seen) == ({"rgb"} if observe == "rgb" else {"state", "rgb"})


def test_a_change_of_scale_leaves_values_as_they_are():
    net = PlayerNet(("state",), (3, 2), hidden=16)
    seen = {"state": torch.randint(0, 30, (5, 536), dtype=torch.uint8)}
    before = net(seen)[1] * net.std + net.mean
    net.rescale(torch.tensor([100.0, 300.0, 200.0]), 0.5)
    assert net.std > 50.0
    torch.testing.assert_close(net(seen)[1] * net.std + net.mean, before, rtol=1e-3, atol=1e-3)


def test_the_tables_gradient_is_torchs_own():
    table = torch.randn(256, 3, requires_grad=True)
    kinds = torch.randint(0, 256, (500,), dtype=torch.int32)
    weights = torch.randn(500, 3)
    (Lookup.apply(table, kinds) * weights).sum().backward()
    ours, table.grad = table.grad, None
    (table[kinds.long()] * weights).sum().backward()
    torch.testing.assert_close(ours, table.grad)


def test_choices_are_drawn_as_often_as_they_are_likely():
    reader = MaskReader([np.array([True, True, True]), np.array([True, False])])
    allowed = reader.read(torch.tensor([[1, 1, 0, 1, 1]], dtype=torch.int8)).expand(4000, -1, -1)
    assert allowed[0].tolist() == [[True, True, False], [True, False, False]]
    choices = Choices(
        torch.tensor([[[0.0, np.log(3.0), 9.0], [0.0, 9.0, 9.0]]]).float().expand(4000, -1, -1),
        allowed,
    )
    drawn = choices.sample(torch.Generator().manual_seed(0))
    assert drawn[:, 0].float().mean().item() == pytest.approx(0.75, abs=0.03)
    assert drawn[:, 1].unique().tolist() == [0]
    expected = torch.where(drawn[:, 0] == 1, np.log(0.75), np.log(0.25)).float()
    torch.testing.assert_close(choices.log_likelihood(drawn), expected)
    assert choices.entropy()[0].item() == pytest.approx(0.5623, abs=1e-3)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"scenario": "gahter"}, "Did you mean 'gather'"),
        ({"policies": "per_plaeyr"}, "Did you mean 'per_player'"),
        ({"worlds": 0}, "worlds must be a whole number from 1"),
        ({"rate": float("nan")}, "rates and weights are numbers"),
        ({"discount": 1.5}, "at most 1"),
        ({"free": ("fly",)}, "unknown component of an action 'fly'"),
        ({"turns": (9,)}, "turns are some of the steps 1 to 5"),
        ({"policies": "per_role", "observe": "rgb"}, "reads roles"),
        ({"env": {"planet": "cube"}}, "unknown planet"),
        ({"env": {"action_mode": "raw"}}, "discrete actions"),
    ],
    ids=str,
)
def test_absurd_settings_are_refused(wrong, message):
    with pytest.raises(ConfigError, match=message):
        PPOConfig(**wrong)


def test_configs_survive_json():
    config = recipe("tag", players=4, env={"resolution": (32, 32)})
    assert PPOConfig.from_plain(config.to_plain()) == config
    with pytest.raises(ConfigError, match="unknown setting 'colour'"):
        PPOConfig.from_plain({"colour": "red"})
    assert tiny().env_options()["scenario"] == "look_down"
