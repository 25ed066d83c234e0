"""Every type of episode succeeds, on flat and on normal planets, for two players and for more."""

import pytest

from mpgenie.agents.bots.episodes import EPISODES
from mpgenie.agents.bots.episodes.episode import cast_roles


@pytest.mark.parametrize("kind", ["flat", "normal"])
@pytest.mark.parametrize("name", sorted(EPISODES))
def test_an_episode_succeeds(field, name, kind):
    here = field(kind)
    outcomes = [here.play(EPISODES[name], seed).outcome for seed in range(3)]
    assert [outcome.status for outcome in outcomes].count("success") >= 2, outcomes


@pytest.mark.parametrize("name", sorted(EPISODES))
def test_an_episode_takes_four_players_and_logs_their_phases(field, name):
    play = field(players=4).play(EPISODES[name], 6)
    assert play.outcome.status in ("success", "partial"), play.outcome
    for slot in range(4):
        phases = [phase for phase in play.crew.phases if phase.agent == slot]
        assert "opening" in [phase.name for phase in phases]
        assert all(0 <= phase.start <= phase.end for phase in phases)


@pytest.mark.parametrize("name", sorted(EPISODES))
def test_every_role_is_played_whoever_draws_it(name):
    episode = EPISODES[name]
    for players in (len(episode.scripts), 5):
        casts = [cast_roles(episode, range(players), seed) for seed in range(40)]
        assert all(set(cast.values()) == set(episode.scripts) for cast in casts)
        firsts = {
            slot for cast in casts for slot in cast if cast[slot] == next(iter(episode.scripts))
        }
        assert firsts == set(range(players))
