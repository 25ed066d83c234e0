"""Build: fill the nearest cell that can be filled, from the ground or in a jump."""

from mpgenie.agents.bots.aim import body_in, faces_for
from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.outcome import Skill, failed
from mpgenie.agents.bots.skills.build import come_near, step_off
from mpgenie.agents.bots.skills.hands import LEAP, place, place_jumping
from mpgenie.agents.bots.skills.look import wait
from mpgenie.agents.bots.vectors import apart, raised
from mpgenie.envs.planet.blocks import BLOCKS
from mpgenie.envs.scenarios.build import BuildRules
from mpgenie.envs.scenarios.building import OPEN

_TRIED = 4  # cells tried before one steps aside


def build(bot: Bot, game: BuildRules) -> Skill:
    """Place a block of those that can be placed now."""
    rows = _open_rows(bot, game)
    for row in rows[:_TRIED]:
        done = yield from _fill(bot, game, row)
        if done:
            return done
    cells = game.cells[bot.senses.w, _team(bot, game)]
    yield from step_off(bot, [cell for cell in cells.tolist() if cell >= 0])
    return (yield from wait(bot, bot.integer(2, 10)))


def _team(bot: Bot, game: BuildRules) -> int:
    return max(0, int(game.simulation.state.players.team[bot.senses.w, bot.slot]) - 1)


def _open_rows(bot: Bot, game: BuildRules) -> list[int]:
    """What can be done now: first where nobody of the team is nearer, then the nearest."""
    w, team = bot.senses.w, _team(bot, game)
    todo, points = game.todo[w, team].tolist(), game.at[w, team].tolist()
    others = [other for other in bot.others if _same_team(bot, game, other)]
    scores = {}
    for row, state in enumerate(todo):
        if state == OPEN:
            away = bot.distance(points[row])
            nearer = sum(apart(bot.feet_of(other), points[row]) < away for other in others)
            scores[row] = (nearer, away)
    return sorted(scores, key=lambda row: scores[row])


def _same_team(bot: Bot, game: BuildRules, other: int) -> bool:
    team = game.simulation.state.players.team[bot.senses.w]
    return bool(team[other] == team[bot.slot])


def _fill(bot: Bot, game: BuildRules, row: int) -> Skill:
    """See to it that a cell holds the block asked for."""
    w, team = bot.senses.w, _team(bot, game)
    cell = int(game.cells[w, team, row])
    block = BLOCKS[int(game.wanted[w, team, row])].name
    if body_in(bot, cell) not in (-1, bot.slot):
        return failed("somebody stands there")
    near = yield from come_near(bot, cell, lambda eye: bool(faces_for(bot, cell, eye)))
    if near:
        return (yield from place(bot, cell, block, tries=2))
    near = yield from come_near(
        bot, cell, lambda eye: bool(faces_for(bot, cell, raised(eye, LEAP)))
    )
    return (yield from place_jumping(bot, cell, block)) if near else near
