"""Policies are ranked in a dream and in the game alike, and how far the two agree is exact."""

import numpy as np
import pytest

from mpgenie.errors import ConfigError
from mpgenie.world_models.evaluation import fidelity
from mpgenie.world_models.evaluation.fidelity import agreement, rank_policies, sky_seen
from mpgenie.world_models.evaluation.policies import SCRIPTS, Always
from mpgenie.world_models.starts import recent
from tests.world_models.stand_in import source


def test_the_same_returns_agree_wholly():
    found = agreement([1.0, 3.0, 2.0], [1.0, 3.0, 2.0])
    assert found == pytest.approx({"pearson": 1, "spearman": 1, "rank_violation": 0, "bias": 0})


def test_a_dream_may_promise_more_as_long_as_the_order_is_right():
    found = agreement([1.0, 2.0, 3.0], [11.0, 12.0, 40.0])
    assert found["spearman"] == pytest.approx(1.0) and found["pearson"] < 1.0
    assert found["rank_violation"] == 0.0 and found["bias"] == pytest.approx(19.0)


def test_what_is_the_wrong_way_round_is_weighed_by_what_it_costs():
    found = agreement([0.0, 1.0, 5.0], [0.0, 5.0, 1.0])  # the second and the third are swapped
    assert found["rank_violation"] == pytest.approx((0.0 + 4.0 + 4.0) / 3.0)
    assert found["spearman"] == pytest.approx(0.5)
    assert agreement([0.0, 1.0, 5.0], [5.0, 1.0, 0.0])["spearman"] == pytest.approx(-1.0)


def test_equals_share_their_rank_and_constants_have_no_correlation():
    assert agreement([1, 1, 2], [1, 1, 2])["spearman"] == pytest.approx(1.0)
    assert agreement([1, 2, 3], [4, 4, 4])["pearson"] is None


def test_a_dream_in_which_all_are_worth_the_same_ranks_nobody():
    constant = agreement([1, 2, 3], [4, 4, 4])["rank_violation"]
    assert constant == pytest.approx((2.0 + 1.0 + 2.0) / 3.0)
    assert constant == agreement([1, 2, 3], [3, 2, 1])["rank_violation"]  # no better than reversed
    assert agreement([4, 4, 4], [1, 2, 3])["rank_violation"] == 0.0  # nothing is lost by any


def test_sky_is_bright_and_blue():
    sky = np.full((8, 8, 3), (120, 170, 240), np.uint8)
    grass, snow = np.full_like(sky, 90), np.full_like(sky, 245)
    assert sky_seen({"a": sky}) == 1.0 and sky_seen({"a": grass}) == sky_seen({"a": snow}) == 0.0
    assert sky_seen({"a": sky, "b": grass}) == 0.5


def test_policies_play_from_the_same_frames_in_both():
    seen = {"real": [], "dream": []}

    class Noted:
        def act(self, frames, state=None):
            which = "dream" if len(seen["dream"]) <= len(seen["real"]) else "real"
            seen[which].append({player: frame.copy() for player, frame in frames.items()})
            return dict.fromkeys(frames, [0] * 8 + [5, 5]), None

    found = rank_policies(source(), {"noted": Noted(), "up": Always(((8, 2),))}, starts=2, ticks=1)
    assert np.shape(found["real"]) == np.shape(found["dream"]) == (2, 2)
    for real, dreamt in zip(seen["real"], seen["dream"], strict=True):
        assert all(np.array_equal(real[player], dreamt[player]) for player in real)


def test_nobody_has_learnt_on_the_planets(monkeypatch):
    seeds = []

    def noted(env):
        reset = env.reset
        env.reset = lambda seed, options=None: (seeds.append(seed), reset(seed, options))[1]
        return recent(env)

    monkeypatch.setattr(fidelity, "recent", noted)
    learnt_on_four = source(options={"planets": 4})
    two = {name: SCRIPTS[name] for name in ("walk", "turn left")}
    rank_policies(learnt_on_four, two, starts=2, ticks=1)
    assert sorted(set(seeds)) == [1, 3]  # datasets have even ones for training


def test_who_looks_up_sees_more_sky_in_the_game():
    up_and_down = {name: SCRIPTS[name] for name in ("look up", "look down")}
    up, down = rank_policies(source(), up_and_down, starts=1, ticks=6)["real"]
    assert up > down


def test_environments_may_say_what_a_tick_is_worth():
    two = {name: SCRIPTS[name] for name in ("walk", "turn left")}
    found = rank_policies(source(), two, starts=1, ticks=4, reward=None)
    assert found["real"] == [[0.0], [0.0]]  # nobody wins anything in free play
    assert found["dream"][0][0] != 0.0  # the stand-in makes rewards up


def test_worlds_are_let_go_of_even_if_a_policy_fails(monkeypatch):
    closed = []
    for name in ("dream_env", "recent"):
        usual = getattr(fidelity, name)

        def made(*given, usual=usual, name=name, **chosen):
            env = usual(*given, **chosen)
            env.close = lambda close=env.close: (closed.append(name), close())
            return env

        monkeypatch.setattr(fidelity, name, made)

    class Fails:
        def act(self, frames, state=None):
            return 1 // 0, None

    with pytest.raises(ZeroDivisionError):
        rank_policies(source(), {"fails": Fails(), "up": Always(((8, 2),))})
    assert closed == ["dream_env", "recent"]


def test_one_policy_has_no_rank():
    with pytest.raises(ConfigError, match="two policies"):
        rank_policies(source(), {"walk": SCRIPTS["walk"]})
