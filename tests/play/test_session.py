"""What people, bots and idle players do together is played by seats, and recorded to the bit."""

import json
from collections import Counter

import numpy as np
import pytest

from mpgenie.datasets.reading import open_dataset
from mpgenie.datasets.verify import verify
from mpgenie.envs.config import config_from
from mpgenie.envs.parallel import PlanetEnv
from mpgenie.envs.scenarios.registry import SCENARIOS
from mpgenie.envs.simulation.actions import NO_OP, pack_buttons
from mpgenie.errors import ConfigError, StateError
from mpgenie.play.game import Planet
from mpgenie.play.seats import Bots, Idle, Seat, Trained
from mpgenie.play.session import Session

SMALL = {"players": 2, "planet": "flat", "size": 8, "mobs": False, "observe": ("proprio",)}


def episode(root, number=0):
    dataset = open_dataset(root)
    return dataset.load(dataset.episodes[number])


def test_keys_walk_and_the_mouse_turns(table):
    playing = table()
    playing.session.begin(7)
    state = playing.game.env.simulation.state.players
    start, heading = state.position[0, 0].copy(), state.heading[0, 0].copy()
    playing.tick(2, turn=20.0)
    turned = np.degrees(np.arccos(state.heading[0, 0] @ heading))
    assert turned == pytest.approx(6.0, abs=0.1)
    playing.inputs.press("W")
    playing.tick(10)
    assert (state.position[0, 0] - start) @ heading > 1.0


class Talker:
    """A policy that stands still and says the same all the time."""

    def act(self, observations, state):
        return {player: np.array([*NO_OP, 2]) for player in observations}, None


def test_policies_that_learnt_to_talk_are_heard():
    game = Planet(PlanetEnv(config_from({**SMALL, "messages": 2, "action_mode": "raw"})))
    session = Session(
        game, [Seat("player_0", Trained(Talker(), "talker")), Seat("player_1", Idle())]
    )
    session.begin(7)
    session.tick()
    assert game.env.simulation.state.players.message[0].tolist() == [2, 0]
    session.close()


def test_two_people_move_apart(table):
    playing = table(people=2)
    playing.session.begin(7)
    held = playing.game.env.simulation.state.players.held
    playing.inputs.press("_5")
    playing.inputs.press("BRACKETLEFT")
    playing.tick()
    assert held[0].tolist() == [4, 8]


def test_idle_players_stand_and_bots_do_not(table):
    playing = table(bots=1, idle=1)
    playing.session.begin(3)
    start = playing.game.env.simulation.state.players.position[0].copy()
    playing.tick(60)
    moved = np.linalg.norm(playing.game.env.simulation.state.players.position[0] - start, axis=1)
    assert moved[0] < 0.5 and moved[2] < 0.5 and moved[1] > 1.0


def test_without_keys_an_episode_ends_when_time_is_up(table):
    playing = table(max_cycles=5)
    playing.session.begin(1)
    assert playing.game.ticks_left == 5
    playing.tick(5)
    assert playing.session.over and playing.game.ticks_left == 0
    with pytest.raises(StateError, match="begin"):
        playing.session.tick()


def test_scores_add_up_by_part(table):
    playing = table(bots=1, scenario="tag")
    playing.session.begin(2)
    step, earned = playing.game.step, Counter()

    def counted(actions):
        done = step(actions)
        earned.update(done.rewards)
        return done

    playing.game.step = counted
    playing.tick(10)
    for player, parts in playing.session.scores.items():
        assert set(parts) == set(playing.game.env.config.rules.part_names)
        assert playing.session.score(player) == pytest.approx(earned[player]) != 0.0


@pytest.mark.parametrize("scenario", sorted(SCENARIOS))
def test_a_recorded_session_plays_again_bit_for_bit(table, tmp_path, scenario):
    playing = table(tmp_path / "data", bots=3, scenario=scenario, size=48)
    playing.session.begin(11)
    for key in ("W", "MOUSE_LEFT", "SPACE", "_2"):
        playing.inputs.press(key)
        playing.tick(12, turn=9.0)
        playing.inputs.release(key)
    playing.session.close()
    report = verify(tmp_path / "data", deep=True, replay=1.0)
    assert report.whole, report.problems
    assert (report.episodes, report.replayed) == (1, 1)


def test_the_header_says_who_played(table, tmp_path):
    playing = table(tmp_path / "data", people=2, bots=1, idle=1, scenario="tag")
    playing.session.begin(11)
    playing.tick(3)
    playing.session.close()
    header = episode(tmp_path / "data").header
    assert header.type == "tag" and header.seed == 11
    assert header.policies == ("human:mouse", "human:keys", "script:tag", "script:idle")
    assert len(header.roles) == 4
    assert header.details["source"] == "human"
    assert (header.outcome, header.reason) == ("partial", "the session was closed")


def test_action_t_is_what_the_keys_did_between_frames_t_and_t_plus_1(table, tmp_path):
    playing = table(tmp_path / "data", max_cycles=4)
    playing.session.begin(5)
    frames = []
    for key in ("W", "A", "S", "D"):
        frames.append(playing.game.picture("player_0", "first", (32, 32), hud=False))
        playing.inputs.press(key)
        playing.tick(turn=30.0)
        playing.inputs.release(key)
    playing.session.close()
    shard = episode(tmp_path / "data")
    buttons = [pack_buttons([name]) for name in ("forward", "left", "back", "right")]
    assert shard["actions/requested_buttons"][:, 0].tolist() == buttons
    assert shard["actions/requested_camera"][:, 0].tolist() == [[0.0, 4.5]] * 4
    assert shard["actions/camera"][:, 0].tolist() == [[0.0, 4.5]] * 4
    recorded = shard.streams["ego_32x32"].read(0, 0, 5)
    assert np.array_equal(recorded[:4], frames) and not np.array_equal(recorded[3], recorded[4])
    assert shard["outcome/truncated"][:, 0].tolist() == [False, False, False, True]
    assert shard.header.outcome == "success" and shard.header.reason == "time was up"


def test_a_turn_beyond_the_cap_is_kept_as_asked_and_as_applied(table, tmp_path):
    playing = table(tmp_path / "data")
    playing.session.begin(5)
    playing.tick(turn=400.0)
    playing.session.close()
    shard = episode(tmp_path / "data")
    assert shard["actions/requested_camera"][0, 0].tolist() == [0.0, 60.0]
    assert shard["actions/camera"][0, 0, 1] == np.float32(8.594)


def test_an_episode_cut_short_is_kept_as_truncated(table, tmp_path):
    playing = table(tmp_path / "data")
    playing.session.begin(5)
    playing.tick(6)
    playing.session.begin(6)
    playing.tick(4)
    playing.session.close()
    assert playing.session.sealed == [0, 1]
    for number, length in enumerate((6, 4)):
        shard = episode(tmp_path / "data", number)
        assert shard.header.length == length and shard.header.outcome == "partial"
        assert shard["outcome/truncated"][:, 0].tolist() == [False] * (length - 1) + [True]


def test_an_episode_without_a_tick_leaves_nothing(table, tmp_path):
    playing = table(tmp_path / "data")
    playing.session.begin(5)
    playing.session.close()
    assert len(open_dataset(tmp_path / "data")) == 0


def test_two_sessions_add_to_one_dataset_at_a_time(table, tmp_path):
    tables = [table(tmp_path / "data") for _ in range(2)]
    for number, playing in enumerate(tables):
        playing.session.begin(number)
        playing.tick(2)
    for playing in tables:
        playing.session.close()
    assert [playing.session.sealed for playing in tables] == [[0], [1]]
    assert verify(tmp_path / "data", deep=True, replay=1.0).whole


def test_a_dataset_of_other_frames_is_refused(table, tmp_path):
    table(tmp_path / "data").session.close()
    with pytest.raises(ConfigError, match="hud"):
        table(tmp_path / "data", hud=True)


def test_only_with_hud_do_recorded_frames_show_it(table, tmp_path):
    plain, marked = (table(tmp_path / str(hud), hud=hud) for hud in (False, True))
    for playing in (plain, marked):
        playing.session.begin(5)
        playing.tick()
        playing.session.close()
    first, second = (
        episode(tmp_path / str(hud)).streams["ego_32x32"].read(0, 0, 2) for hud in (False, True)
    )
    assert (first != second).any(axis=(1, 2, 3)).all()


def test_the_log_can_be_read(table, tmp_path):
    playing = table(tmp_path / "data")
    playing.session.begin(5)
    playing.session.film.note("views", player_0="third")
    playing.tick()
    playing.session.close()
    log = episode(tmp_path / "data")["log"].tobytes().decode()
    assert json.loads(log) == {"kind": "views", "player_0": "third", "tick": 0}


def test_a_seat_for_everybody_in_order(table):
    game = table(idle=1).game
    with pytest.raises(StateError, match="one seat for each"):
        Session(game, [Seat("player_1", Idle()), Seat("player_0", Idle())])


def test_bots_need_a_script():
    with pytest.raises(ConfigError, match="no script plays"):
        Bots("chess")
