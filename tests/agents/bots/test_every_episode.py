"""Whatever is drawn, an episode ends in time, repeats, and says how it went."""

import numpy as np
import pytest

from mpgenie.agents.bots.episodes import EPISODES
from mpgenie.agents.bots.episodes.episode import SETTLE, stage
from mpgenie.agents.bots.episodes.held_out import LENGTH
from mpgenie.agents.bots.episodes.sky import sun_height
from mpgenie.agents.bots.runner import run_plays
from mpgenie.envs.simulation.actions import SNEAK

HELD_OUT = [name for name, episode in EPISODES.items() if episode.held_out]
SPHERE = ["circumnavigation", "horizon_peek", "pole_crossing", "sunset_line"]


def play_and_record(here, name, seed):
    """Play an episode; its play and the buttons of every tick, (T, players)."""
    play = stage(here.sim, 0, EPISODES[name], seed, planet=here.planet)
    pressed = []
    run_plays(here.sim, [play], lambda buttons, camera, message: pressed.append(buttons[0].copy()))
    return play, np.array(pressed)


def test_there_are_twenty_five_types_and_seven_serve_evaluation():
    assert len(EPISODES) == 25 and len(HELD_OUT) == 7
    assert set(SPHERE) <= set(EPISODES)


@pytest.mark.parametrize("kind", ["flat", "normal"])
@pytest.mark.parametrize("players", [3, 5])
@pytest.mark.parametrize("name", sorted(EPISODES))
def test_an_episode_ends_in_time_for_more_players(field, name, players, kind):
    play = field(kind, players=players).play(EPISODES[name], 11)
    assert play.outcome.status in ("success", "partial", "failed"), play.outcome
    assert play.ticks < EPISODES[name].limit
    assert set(play.outcomes) == set(range(players))


@pytest.mark.parametrize("name", HELD_OUT)
def test_an_evaluation_begins_with_a_signal_and_lasts_long_enough(field, name):
    here = field("normal")
    for seed in (0, 1):
        play, pressed = play_and_record(here, name, seed)
        ducking = np.flatnonzero((pressed & SNEAK).any(axis=1))
        assert ducking[0] > SETTLE and (np.diff(ducking[:5]) == 1).all(), "five ticks at a stretch"
        assert len(pressed) - ducking[0] >= LENGTH
        phases = [phase.name for phase in play.crew.phases]
        assert "signal" in phases


def test_who_acts_goes_round_with_the_seed(field):
    here = field("flat")
    actors = [here.play(EPISODES["one_looks_away"], seed).facts["actor"] for seed in range(4)]
    assert actors == [0, 1, 0, 1]
    cases = [here.play(EPISODES["rotation"], seed).facts for seed in range(6)]
    assert [fact["actor"] for fact in cases] == [0, 0, 0, 1, 1, 1]
    assert [fact["yaw"] for fact in cases] == 2 * [40.0, -40.0, 180.0]


def test_an_evaluation_is_held_by_day_and_dry(field):
    here = field("normal")
    for seed in range(5):
        play = stage(here.sim, 0, EPISODES["rotation"], seed, planet=here.planet)
        assert not here.sim.state.clock.raining[0]
        ux, uy, _ = play.senses.feet[0] / np.linalg.norm(play.senses.feet[0])
        assert sun_height(here.sim, 0, play.senses.feet[0]) == pytest.approx(
            np.hypot(ux, uy), abs=0.01
        ), "noon: as high as the sun comes at this latitude"


def test_hours_and_weather_are_drawn_from_the_seed(field):
    here = field("flat", weather=True)
    clock, seen = here.sim.state.clock, []
    for seed in [*range(40), *range(40)]:
        stage(here.sim, 0, EPISODES["chase"], seed, planet=here.planet)
        seen.append((int(clock.day_offset[0]), bool(clock.raining[0]), int(clock.weather_until[0])))
    assert seen[:40] == seen[40:]
    assert len({hour for hour, _, _ in seen}) == 40
    assert 3 <= sum(wet for _, wet, _ in seen[:40]) <= 20


@pytest.mark.parametrize("name", SPHERE)
def test_what_only_a_sphere_has_succeeds_all_around_it(field, name):
    here = field("flat")
    assert [here.play(EPISODES[name], seed).outcome.status for seed in (1, 2)] == 2 * ["success"]
