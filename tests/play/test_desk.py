"""The desk shows a frame, gathers keys until the tick is due, and loses nothing that was played."""

import json

import numpy as np
import pytest

from mpgenie.datasets.reading import open_dataset
from mpgenie.play.desk import GAP, TICK, Desk

VIEW = (96, 128)


class Screen:
    """Stands in for a window: a script says what is pressed on seeing which frame."""

    def __init__(self, script, inputs, clock):
        self.script, self.inputs, self.clock = dict(script), inputs, clock
        self.is_open, self.shown, self.waits = True, [], []

    def show(self, picture):
        self.shown.append(picture.copy())

    def gather(self, seconds):
        self.waits.append(seconds)
        self.clock.now += seconds
        did = self.script.pop(len(self.shown) - 1, [])
        commands = [word for word in did if isinstance(word, str)]
        for act in did:
            if not isinstance(act, str):
                act(self)
        return commands


class Clock:
    """A clock that goes on only when somebody waits, or says so."""

    now = 0.0

    def __call__(self):
        return self.now


def close(screen):
    screen.is_open = False


def play(table, script, *, people=1, root=None, view=VIEW, **options):
    """Play by a script; the screen and the desk afterwards."""
    playing = table(root, people=people, **options)
    clock, said = Clock(), []
    names = [seat.player for seat in playing.session.seats[:people]]
    desk = Desk(
        playing.session, list(zip(names, playing.bindings, strict=True)), playing.inputs,
        view=view, seed=3, screenshots=(root or "out"), say=said.append, now=clock,
    )  # fmt: skip
    screen = Screen(script, playing.inputs, clock)
    desk.run(screen)
    return screen, desk, said


def test_a_tick_takes_fifty_milliseconds(table):
    screen, desk, _ = play(table, {9: [close]})
    assert len(screen.shown) == 10 and screen.waits == pytest.approx([TICK] * 10)
    assert desk.session.ticks == 9 and desk.rate == pytest.approx(20.0)


def test_the_keys_of_a_frame_are_its_action(table, tmp_path):
    script = {
        2: [lambda s: s.inputs.press("W")],
        4: [lambda s: s.inputs.release("W"), lambda s: s.inputs.move(10, 0)],
        6: [close],
    }
    play(table, script, root=tmp_path / "data")
    dataset = open_dataset(tmp_path / "data")
    shard = dataset.load(dataset.episodes[0])
    assert shard["actions/requested_buttons"][:, 0].tolist() == [0, 0, 4, 4, 0, 0]
    assert shard["actions/requested_camera"][:, 0, 1].tolist() == [0, 0, 0, 0, 1.5, 0]
    assert shard["policy/seconds_on_screen"] == pytest.approx([TICK] * 6)


def test_a_pause_stands_still_and_forgets_the_mouse(table):
    script = {
        3: ["pause"],
        5: [lambda s: s.inputs.move(50, 0)],
        7: ["pause"],
        10: [close],
    }
    screen, desk, _ = play(table, script)
    assert desk.session.ticks == 6
    assert np.array_equal(screen.shown[5], screen.shown[6])
    heading = desk.session.game.env.simulation.state.players.heading[0, 0]
    desk.begin()
    desk.seed = 3
    desk.begin()
    assert np.array_equal(heading, desk.session.game.env.simulation.state.players.heading[0, 0])


def test_restart_keeps_what_was_played_and_goes_to_the_next_seed(table, tmp_path):
    script = {4: ["restart"], 8: ["quit"]}
    _, desk, said = play(table, script, root=tmp_path / "data")
    episodes = open_dataset(tmp_path / "data").episodes
    assert [int(entry.row["seed"]) for entry in episodes] == [3, 4]
    assert [entry.length for entry in episodes] == [4, 3], "no action without its frame"
    assert said == ["sealed as episode 0", "sealed as episode 1"]


def test_when_time_is_up_the_episode_is_sealed_and_waits(table, tmp_path):
    screen, desk, said = play(table, {12: ["quit"]}, root=tmp_path / "data", max_cycles=5)
    assert said == ["sealed as episode 0"] and desk.session.ticks == 5
    assert np.array_equal(screen.shown[6], screen.shown[11])


def test_two_people_sit_side_by_side(table):
    screen, desk, _ = play(table, {2: ["view 1"], 4: [close]}, people=2)
    assert desk.size == (96, 2 * 128 + GAP) and screen.shown[0].shape == (*desk.size, 3)
    assert desk.views == ["first", "third"]
    assert not screen.shown[0][:, 128 : 128 + GAP].any()


def test_nobody_turns_the_view_of_a_second_player_who_is_not_there(table):
    _, desk, _ = play(table, {1: ["view 1"], 2: [close]})
    assert desk.views == ["first"]


def test_the_log_tells_from_where_people_looked(table, tmp_path):
    play(table, {1: ["view 0"], 3: [close]}, root=tmp_path / "data")
    dataset = open_dataset(tmp_path / "data")
    log = dataset.load(dataset.episodes[0])["log"].tobytes().decode()
    assert [json.loads(line) for line in log.splitlines()] == [
        {"tick": 0, "kind": "views", "player_0": "first"},
        {"tick": 1, "kind": "views", "player_0": "third"},
    ]


def test_screenshots_are_numbered_and_show_the_overlay(table, tmp_path):
    _, _, said = play(table, {1: ["screenshot"], 2: ["screenshot"], 3: ["quit"]}, root=tmp_path)
    names = sorted(path.name for path in tmp_path.glob("*.png"))
    assert names == ["play-001.png", "play-002.png"] and "saved" in said[0]


def test_the_overlay_is_in_the_window_and_not_in_the_game(table):
    screen, desk, _ = play(table, {0: ["help"], 2: [close]}, view=(240, 320))
    plain = desk.session.game.picture("player_0", "first", (240, 320), hud=False)
    assert (screen.shown[0] != plain).any() and (screen.shown[1] != screen.shown[0]).any()


def test_a_slow_machine_slows_the_game_down_and_says_so(table):
    def dawdle(screen):
        screen.clock.now += 0.15

    script = {tick: [dawdle] for tick in range(60)} | {60: [close]}
    _, desk, _ = play(table, script)
    assert desk.session.ticks == 60 and desk.rate < 10.0
    assert any("slow" in line.text for line in desk._clock_lines())
