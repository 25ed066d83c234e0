"""What learning costs is measured beside the same learner on recorded steps."""

from mpgenie.agents.training.config import PPOConfig
from mpgenie.benchmarks import ppo
from mpgenie.benchmarks.measure import Setting
from mpgenie.benchmarks.targets import TARGETS
from tests.runs import one_thread as one_thread


def test_recorded_steps_come_again_in_their_order():
    recorded = ppo.Recorded(["first", "second"])
    seen = []
    for _ in range(3):
        recorded.send(None)
        seen.append(recorded.recv())
    assert seen == ["first", "second", "first"]


def test_rate_and_shares_are_measured(monkeypatch):
    tiny = {"planet": "flat", "size": 8, "mobs": False, "max_cycles": 16}
    small = PPOConfig(env=tiny, worlds=2, horizon=4, minibatch=8, hidden=16)
    monkeypatch.setattr(ppo, "recipe", lambda *_, **__: small)
    found = {figure.name: figure.value for figure in ppo.figures(Setting(quick=True))}
    assert found.keys() <= TARGETS.keys() and found["ppo_state"] > 0.0
    assert 0.0 < found["ppo_env"] < 100.0 and found["ppo_recorded"] > 0.0
