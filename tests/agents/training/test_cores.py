"""Players who remember: what they were when they acted is what an update sees again."""

import numpy as np
import pytest
import torch

import mpgenie
from mpgenie.agents.training.checkpoint import save_policy
from mpgenie.agents.training.config import PPOConfig
from mpgenie.agents.training.cores import TwoClocks
from mpgenie.agents.training.networks import Choices
from mpgenie.agents.training.player import trained
from mpgenie.agents.training.policies import Policies
from mpgenie.agents.training.saved_run import load_run, save_run
from mpgenie.agents.training.sequences import Sequences, begins_of
from mpgenie.agents.training.update import Experience, Terms, _decisions, improve
from mpgenie.errors import ConfigError

from .conftest import tiny

REMEMBERING = {"memory": "slow", "tau": 3, "latent": 4, "truncation": 5}


def test_sequences_are_of_one_row_one_episode_and_one_network():
    counts = torch.tensor([[1, 1], [1, 1], [0, 1], [1, 1], [1, 1], [1, 1], [1, 1]]).bool()
    whose = torch.zeros(7, 2, dtype=torch.int64)
    whose[5:, 1] = 1
    begins = begins_of(counts, whose, longest=3)
    sequences = Sequences.of(begins)
    assert sequences.starts.tolist() == [0, 2, 5, 6, 9, 11]
    assert sequences.lengths.tolist() == [2, 3, 1, 3, 2, 2]
    places, sizes = sequences.packed(torch.tensor([0, 1, 3]))
    assert places.tolist() == [2, 6, 0, 3, 7, 1, 4, 8] and sizes == [3, 3, 2]


@pytest.mark.parametrize("memory", ["fast", "slow"])
@pytest.mark.parametrize("policies", ["shared", "per_player"])
def test_step_by_step_is_as_all_at_once(make, memory, policies):
    """Over episodes that end, resets and the beginnings of sequences."""
    learner = make(**{**REMEMBERING, "memory": memory}, policies=policies, env={"max_cycles": 18})
    learner.collect()
    learner.collect()  # memories go on from one update to the next
    lived = learner.lived
    assert not lived.counts.all() and lived.memory[0].abs().sum(-1).min() > 0.0
    made = _decisions(lived, Terms.of(learner.config, 0))
    sequences = Sequences.of(made.begins)
    assert sequences.lengths.max() == 5 > sequences.lengths.min()
    batch, sizes = sequences.packed(torch.arange(len(sequences.starts)))
    assert sorted(batch.tolist()) == list(range(int(lived.counts.sum())))
    seen = {name: array[batch] for name, array in made.seen.items()}
    first = made.memory[batch[: sizes[0]]]
    told = learner.policies.follow(seen, made.whose[batch], first, made.noise[batch], sizes)
    choices = Choices(told[0], learner.policies.masks.read(made.masks[batch]))
    logs = choices.log_likelihood(made.actions[batch])
    torch.testing.assert_close(logs, made.logs[batch], rtol=0, atol=1e-5)
    mean, std = learner.policies.scale(made.whose[batch])
    torch.testing.assert_close(told[1] * std + mean, made.values[batch], rtol=0, atol=1e-5)


def test_every_episode_begins_with_nothing_in_mind(make):
    learner = make(**REMEMBERING, env={"max_cycles": 10})
    learner.collect()
    empty = learner.lived.memory.abs().sum(-1) == 0.0
    fresh = ~learner.lived.counts
    assert fresh.any() and empty[0].all()
    assert torch.equal(empty[1:], fresh[:-1])


def test_the_slow_core_runs_every_tau_decisions():
    core, rng = TwoClocks(6, 2, tau=4), torch.Generator().manual_seed(0)
    memory, slow = torch.zeros(1, core.memory), []
    for _ in range(10):
        thought = core.think(torch.randn(1, 6, generator=rng), memory, torch.zeros(1, 2))
        memory = thought.memory
        slow.append(memory[0, 6:12].detach().clone())
        assert thought.gap.item() >= 0.0
    moved = [k for k in range(1, 10) if not torch.equal(slow[k], slow[k - 1])]
    assert moved == [4, 8]


def test_gaps_are_divergences_of_normal_distributions():
    core = TwoClocks(6, 2, tau=4)
    for layer in (core.foretell, core.draw):
        torch.nn.init.zeros_(layer.weight)
    core.foretell.bias.data[:] = torch.tensor([0.5, -1.0, 0.2, -0.3])
    core.draw.bias.data[:] = torch.tensor([0.1, 0.4, -0.5, 0.0])
    gap = core.think(torch.zeros(1, 6), torch.zeros(1, core.memory), torch.zeros(1, 2)).gap
    normal = torch.distributions.Normal
    drawn = normal(torch.tensor([0.1, 0.4]), torch.tensor([-0.5, 0.0]).exp())
    foretold = normal(torch.tensor([0.5, -1.0]), torch.tensor([0.2, -0.3]).exp())
    expected = torch.distributions.kl_divergence(drawn, foretold).sum()
    assert gap.item() == pytest.approx(float(expected), abs=1e-5)


def test_a_run_of_players_who_remember_goes_on_exactly(make, tmp_path):
    learner = make(**REMEMBERING)
    learner.update()
    save_run(tmp_path / "resume.npz", learner)
    again = load_run(tmp_path / "resume.npz", threads=1)
    assert torch.equal(again.memory, learner.memory) and learner.memory.abs().sum() > 0.0
    learner.update(), again.update()
    for one, other in zip(learner.policies.parameters(), again.policies.parameters(), strict=True):
        assert torch.equal(one, other)
    again.close()


def test_a_saved_player_remembers_from_decision_to_decision(tmp_path):
    config = tiny(**REMEMBERING, players=2)
    policies = Policies(config)
    for name, weight in policies.named_parameters():
        if "scores.weight" in name:
            weight.data *= 300.0  # else all choices are all but as likely
    save_policy(tmp_path / "policy.npz", config, policies)
    player = trained(tmp_path / "policy.npz", seed=3, likeliest=True)
    env = mpgenie.parallel_env(**player.env_options)
    observations, _ = env.reset(seed=1)
    memory, state = torch.zeros(2, policies.memory), None
    for tick in range(12):
        chosen, state = player.act(observations, state)
        if tick % config.repeat == 0:
            rows = np.stack(list(observations.values()))
            decided = player.decide(rows, np.arange(2), memory=memory)
            memory = decided.memory
        assert [chosen[f"player_{k}"].tolist() for k in range(2)] == decided.actions.tolist()
        observations, *_ = env.step(chosen)
    forgetful = player.choose(np.stack(list(observations.values())))
    assert forgetful.shape == decided.actions.shape
    assert np.abs(state.memory["player_0"]).sum() > 0.0
    env.close()


ASKED = 12
"""The decision at which the cue is asked for."""
CUE = 405
"""Bytes that say what is right: all of the ground."""
PITCH = 8
"""The component that answers it."""


def cue_task(policies, rng, rows=32):
    """Episodes in which a byte at the first decision says which way to look at the last."""
    ticks, size = ASKED + 1, 536
    cues = torch.randint(0, 2, (rows,), generator=rng)
    seen = {"state": torch.zeros(ticks, rows, size, dtype=torch.uint8)}
    seen["state"][0, :, :CUE] = (1 + cues).to(torch.uint8)[:, None]
    masks = torch.ones(rows, int(policies.masks.places.shape[0]), dtype=torch.int8)
    lived = Experience.empty(ticks, rows, {"state": seen["state"][0]}, masks, policies)
    lived.seen, lived.counts[:], lived.masks[:] = seen, True, 1
    first = sum(tiny().counts()[:PITCH])
    lived.masks[..., first : first + 11] = 0
    lived.masks[:-1, :, first + 5] = 1  # nobody answers before it is asked
    lived.masks[-1, :, [first + 3, first + 7]] = 1
    lived.ended[-1] = lived.terminated[-1] = True
    memory, whose = torch.zeros(rows, policies.memory), torch.zeros(rows, dtype=torch.int64)
    with torch.no_grad():
        for t in range(ticks):
            now, noise = {"state": seen["state"][t]}, policies.draw(rows, rng)
            lived.memory[t], lived.noise[t] = memory, noise
            scores, values, memory = policies.decide(now, whose, memory, noise)
            choices = Choices(scores, policies.masks.read(lived.masks[t]))
            lived.actions[t] = choices.sample(rng)
            lived.logs[t] = choices.log_likelihood(lived.actions[t])
            mean, std = policies.scale(whose)
            lived.values[t] = values * std + mean
    right = (lived.actions[-1, :, PITCH] > 5) == (cues == 1)
    lived.rewards[-1] = right.float()
    return lived, float(right.float().mean())


def learnt(memory, updates, **chosen):
    """The share of right answers in the last five updates."""
    config = tiny(
        free=("camera pitch",), turns=(2,), memory=memory, hidden=32, tau=4, latent=8,
        discount=0.99, truncation=32, minibatch=128, **chosen,
    )  # fmt: skip
    policies = Policies(config)
    adam = torch.optim.Adam(policies.parameters(), eps=1e-5)
    rng, right = torch.Generator().manual_seed(0), []
    terms = Terms.of(config, 0)._replace(rate=3e-3, entropy=0.001, epochs=3)
    for _ in range(updates):
        lived, share = cue_task(policies, rng)
        improve(policies, adam, [lived], terms, rng)
        right.append(share)
    return np.mean(right[-5:])


def test_a_player_with_a_memory_answers_what_it_was_told_twelve_decisions_ago():
    assert learnt("slow", 24) > 0.8
    assert learnt("none", 8) < 0.65


@pytest.mark.parametrize("wrong", [{"memory": "elephant"}, {"tau": 0}, {"truncation": 0}])
def test_absurd_memories_are_refused(wrong):
    with pytest.raises(ConfigError, match="memory|tau|truncation"):
        PPOConfig(**wrong)


def test_clones_remember_nothing():
    with pytest.raises(ConfigError, match="clones remember nothing"):
        PPOConfig(start="gather", memory="fast")
