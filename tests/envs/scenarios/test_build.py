"""In building the right blocks in the right places pay, and what is built elsewhere vanishes."""

import numpy as np
import pytest

from mpgenie.agents.bots.scenarios import play
from mpgenie.envs.parallel import parallel_env
from mpgenie.envs.planet.blocks import AIR, BLOCK
from mpgenie.envs.planet.geometry import LAYERS
from mpgenie.envs.scenarios.base import KIND, TEAM
from mpgenie.envs.scenarios.blueprints import MATERIALS, SHAPES
from mpgenie.envs.scenarios.build import EDGING, Build
from mpgenie.envs.scenarios.building import DONE, HANGING, OPEN
from mpgenie.envs.simulation.actions import NO_OP
from mpgenie.envs.simulation.events import BLOCK_PLACE, DIG_DONE
from mpgenie.envs.simulation.weather import sun_direction
from mpgenie.errors import ConfigError

IDLE = np.array(NO_OP)
COUNTS = (1, 2, 3, 4, 6, 8, 16, 32)


@pytest.fixture
def make():
    made = []

    def make(players=2, planet="flat", seed=3, **rules):
        size = 16 if planet == "flat" else 48
        env = parallel_env(
            Build(**rules), players, planet=planet, size=size, mobs=False, observe="proprio"
        )
        env.reset(seed=seed)
        made.append(env)
        return env

    yield make
    for env in made:
        env.close()


def judged(env, *edits):
    """Let players have changed blocks in a tick: (kind, player, cell, block) each.

    Returns:
        The parts of everybody's reward.
    """
    state = env.simulation.state
    for k, (kind, player, cell, block) in enumerate(edits):
        env.simulation.set_block(0, int(cell), list(BLOCK)[block if kind == BLOCK_PLACE else AIR])
        state.clock.event[0, k] = (0, kind, state.players.id[0, player], 0, cell, block)
    state.clock.event_count[0] = len(edits)
    env.scenario.step(0, 1)
    names = env.config.rules.part_names
    return [dict(zip(names, row, strict=True)) for row in env.scenario.parts[0].tolist()]


def put(env, row, player=0, team=0, block=None):
    """Let a player have put a block into a cell of a structure, by default the right one."""
    rules = env.scenario
    block = int(rules.wanted[0, team, row]) if block is None else BLOCK[block]
    return judged(env, (BLOCK_PLACE, player, rules.cells[0, team, row], block))


def mined(env, row, player=0, team=0):
    """Let a player have mined the block in a cell of a structure."""
    cell = int(env.scenario.cells[0, team, row])
    return judged(env, (DIG_DONE, player, cell, block_in(env, cell)))


def block_in(env, cell):
    return int(env.simulation.state.cells.blocks[0].reshape(-1)[cell])


@pytest.mark.parametrize("shape", SHAPES)
def test_every_block_of_a_plan_has_something_to_be_built_on(shape):
    for count in COUNTS:
        stands = set()
        for a, b, up, material in SHAPES[shape](count):
            beside = {(a + 1, b, up), (a - 1, b, up), (a, b + 1, up), (a, b - 1, up)}
            assert up == 0 or (a, b, up - 1) in stands or beside & stands, (shape, count, a, b, up)
            assert (a, b, up) not in stands and 0 <= material < len(MATERIALS) and up < 3
            stands.add((a, b, up))


def test_structures_grow_with_the_builders():
    for shape in SHAPES:
        sizes = [len(SHAPES[shape](count)) for count in COUNTS]
        assert sizes == sorted(sizes) and sizes[-1] >= 1.5 * sizes[0] and sizes[0] <= 23


@pytest.mark.parametrize("planet", ["flat", "normal"])
@pytest.mark.parametrize("seed", range(4))
def test_a_level_site_shows_the_outline_and_a_model(make, planet, seed):
    env = make(2, planet, seed)
    rules, blocks = env.scenario, env.simulation.state.cells.blocks[0]
    cells = rules.cells[0, 0][rules.cells[0, 0] >= 0]
    layer = (cells % LAYERS).min()
    assert (blocks.reshape(-1)[cells] == AIR).all()
    bottom = cells[cells % LAYERS == layer]
    assert (blocks.reshape(-1)[bottom - 1] == BLOCK["obsidian"]).all()
    assert (blocks == BLOCK[EDGING[0]]).sum() >= len(bottom)
    for number in np.unique(rules.wanted[0, 0][rules.cells[0, 0] >= 0]):
        assert (blocks == number).sum() >= (rules.wanted[0, 0] == number).sum()
    assert (rules.todo[0, 0][: len(bottom)] == OPEN).all()
    assert (rules.distance[0] >= 0.0).all() and (rules.distance[0] < 4.0).all()
    assert rules.left[0, 0] == len(cells)


@pytest.mark.parametrize("seed", range(4))
def test_it_is_day_wherever_the_site_is(make, seed):
    env = make(2, "normal", seed)
    clock, (x, y, _) = env.simulation.state.clock, env.simulation.state.players.position[0, 0]
    sun = sun_direction(int(clock.tick[0] + clock.day_offset[0]), env.simulation.rules.day)
    ahead = np.degrees(np.arctan2(sun[1], sun[0]) - np.arctan2(y, x)) % 360.0
    assert ahead == pytest.approx(90.0 - 360.0 * env.config.start_time / 24_000, abs=1.0)


@pytest.mark.laws
def test_builders_hold_blocks_and_never_run_out(make):
    env = make(1)
    players = env.simulation.state.players
    drop = IDLE + np.eye(10, dtype=int)[6]
    for action in [drop, IDLE] * 3:
        env.step({"player_0": action})
    for slot, name in enumerate(MATERIALS):
        assert players.hotbar_item[0, 0, slot] == BLOCK[name]
        assert players.hotbar_count[0, 0, slot] == 64
    assert not env.simulation.state.items.active.any()


@pytest.mark.laws
def test_the_right_block_pays_who_put_it(make):
    env = make(2)
    left = env.scenario.left[0, 0]
    parts = put(env, 0, player=1)
    assert parts[1]["placed"] == 1.0 and parts[0]["placed"] == 0.0
    assert env.scenario.left[0, 0] == left - 1 and env.scenario.todo[0, 0, 0] == DONE


@pytest.mark.laws
def test_putting_and_mining_over_and_over_pays_nothing(make):
    env = make(1)
    right = [put(env, 0), mined(env, 0)] * 2
    assert sum(parts[0]["placed"] for parts in right) == 0.0


@pytest.mark.laws
def test_shaping_comes_back_to_where_it_was(make):
    env = make(1)
    env.scenario.step(0, 1)
    paid = [parts[0] for parts in (put(env, 0), mined(env, 0), put(env, 1), mined(env, 1))]
    for name in ("approach", "aim"):
        assert sum(parts[name] for parts in paid) == pytest.approx(0.0, abs=1e-12)


@pytest.mark.laws
def test_a_wrong_block_costs_and_does_not_stay(make):
    env = make(1)
    parts = put(env, 0, block="gold_ore")
    assert parts[0]["wrong"] == -0.1 and parts[0]["placed"] == 0.0
    assert block_in(env, env.scenario.cells[0, 0, 0]) == AIR
    assert env.scenario.todo[0, 0, 0] == OPEN


@pytest.mark.laws
def test_marks_show_what_can_be_filled_now(make):
    env = make(2, shapes="tower")
    rules = env.scenario
    assert [HANGING in row for row in rules.todo[0].tolist()] == [True]
    open_rows = np.flatnonzero(rules.todo[0, 0] == OPEN)
    marks = rules.marks[0, : len(open_rows)]
    np.testing.assert_array_equal(marks[:, :3], rules.at[0, 0, open_rows])
    kinds = [BLOCK[MATERIALS[int(kind) - 1]] for kind in marks[:, KIND]]
    assert kinds == rules.wanted[0, 0, open_rows].tolist()
    assert (marks[:, TEAM] == -1).all() and (rules.marks[0, len(open_rows) :, KIND] == 0).all()


@pytest.mark.laws
def test_what_is_built_or_mined_elsewhere_is_undone(make):
    env = make(1)
    ground = int(env.scenario.cells[0, 0, 0]) - 1
    far = ground + 5
    before = block_in(env, ground)
    parts = judged(
        env,
        (DIG_DONE, 0, ground, before),
        (BLOCK_PLACE, 0, ground, BLOCK["planks"]),
        (BLOCK_PLACE, 0, far, BLOCK["bricks"]),
    )
    assert block_in(env, ground) == before and block_in(env, far) == AIR
    assert parts[0]["placed"] == parts[0]["wrong"] == 0.0


def finish(env, team, player):
    for row in np.flatnonzero(env.scenario.cells[0, team] >= 0):
        parts = put(env, int(row), player, team)
    return parts


@pytest.mark.laws
def test_all_are_paid_when_it_is_complete(make):
    env = make(3)
    parts = finish(env, 0, 1)
    assert [part["complete"] for part in parts] == [5.0] * 3
    assert env.scenario.ended[0] and (env.scenario.marks[0, :, KIND] == 0).all()


def test_the_first_team_wins_and_the_others_pay(make):
    env = make(5, teams=2)
    parts = finish(env, 1, 3)
    assert [part["complete"] for part in parts] == pytest.approx([-10 / 3, 5, -10 / 3, 5, -10 / 3])
    assert env.scenario.ended[0]


@pytest.mark.laws
def test_nobody_changes_the_site_of_another_team(make):
    env = make(4, teams=2)
    rules = env.scenario
    cells = [set(rules.cells[0, team].tolist()) - {-1} for team in range(2)]
    assert not cells[0] & cells[1]
    put(env, 0, player=1, team=1)
    stands = int(rules.cells[0, 1, 0])
    before = block_in(env, stands)
    judged(env, (DIG_DONE, 0, stands, before))
    assert block_in(env, stands) == before
    other = int(rules.cells[0, 1, 1])
    judged(env, (BLOCK_PLACE, 0, other, BLOCK["planks"]))
    assert block_in(env, other) == AIR
    assert (rules.marks[0, 8:, TEAM][rules.marks[0, 8:, KIND] > 0] == 2).all()


def test_everybody_starts_at_the_site_of_the_own_team(make):
    env = make(7, teams=3)
    rules, players = env.scenario, env.simulation.state.players
    for p in range(7):
        away = [np.linalg.norm(rules.at[0, team, 0] - players.position[0, p]) for team in range(3)]
        assert int(np.argmin(away)) == p % 3


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        ({"shapes": ()}, "at least one"),
        ({"shapes": ("walls",)}, "Did you mean 'wall'"),
        ({"teams": 1}, "teams must be"),
    ],
)
def test_absurd_options_are_refused(options, hint):
    with pytest.raises(ConfigError, match=hint):
        Build(**options)


@pytest.mark.parametrize("shape", SHAPES)
def test_scripts_complete_every_shape(shape):
    for seed in range(2):
        match = play(Build(shapes=(shape,)), 2, seed, size=48, mobs=False, max_cycles=1000)
        assert match.ended and match.parts["complete"].tolist() == [5.0, 5.0]


def test_scripts_build_far_more_than_chance():
    options = {"size": 48, "max_cycles": 600}
    scripted = sum(play("build", 2, seed, **options).returns.sum() for seed in range(2))
    random = sum(play("build", 2, seed, "random", **options).returns.sum() for seed in range(2))
    assert scripted > random + 20.0
