"""Skills of the feet: go somewhere along a path, whichever way the eyes look.

The way comes from the planner of the planet, is planned once and followed from cell to cell.  The
eyes turn to the path as eyes do, and meanwhile the feet take whichever of the eight directions of
the four buttons is nearest to the way.
"""

from math import floor

from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.camera import Gaze
from mpgenie.agents.bots.outcome import SUCCESS, Outcome, Skill, failed, partial
from mpgenie.agents.bots.vectors import Vector, along_ground, bearing
from mpgenie.agents.policy import Action
from mpgenie.envs.simulation.actions import BACK, FORWARD, JUMP, LEFT, RIGHT, SNEAK, SPRINT

from .look import Target, where

OCTANTS = (
    FORWARD, FORWARD | RIGHT, RIGHT, BACK | RIGHT, BACK, BACK | LEFT, LEFT, FORWARD | LEFT,
)  # fmt: skip
"""Buttons for each eighth of a circle, clockwise from ahead."""
_ON_IT = 0.3  # metres from the middle of a cell at which the next one is the goal
_STUCK = 30  # ticks without getting nearer after which the way is planned anew
_PLANS = 8
_AHEAD = 3  # cells along the path that the eyes rest on


def buttons_towards(yaw: float) -> int:
    """The walking buttons for a direction some degrees to the right of the heading."""
    return OCTANTS[floor((yaw + 22.5) / 45.0) % 8]


class Walker:
    """The feet and eyes of a bot on its way.

    Args:
        bot: Whose.
        sprint: Whether to run where the way lies ahead.
        look: What to keep the eyes on; by default the way.
    """

    def __init__(self, bot: Bot, sprint: bool = False, look: Target | None = None) -> None:
        self.bot, self.sprint, self.look = bot, sprint, look
        self.gaze = Gaze(bot.path_speed)
        self.rest_pitch = bot.uniform(-4.0, 14.0)
        """Degrees below the horizon where the eyes rest on a walk."""

    def step(self, goal: Vector, eyes_on: Vector, jump: bool = False) -> Action:
        """One tick towards a point on the ground."""
        bot = self.bot
        heading = bot.heading
        _, way = bearing(bot.feet, heading, goal)
        if self.look is not None:
            pitch, yaw = bot.turn_to(where(self.look))
        else:
            _, yaw = bearing(bot.feet, heading, eyes_on)
            pitch = self.rest_pitch - bot.pitch
        pitch, yaw = self.gaze.turn(pitch, yaw)
        buttons = buttons_towards(way - yaw)
        if bot.sneaks:
            buttons |= SNEAK
        elif self.sprint and buttons == FORWARD:
            buttons |= SPRINT
        return Action(buttons | (JUMP if jump else 0), pitch, yaw)

    def follow(self, points: list[Vector], layers: list[int], limit: int) -> Skill:
        """Go from one point of a path to the next; fails when it does not get on."""
        bot, k, last = self.bot, 0, len(points) - 1
        best, since = 1e9, 0
        for _ in range(limit):
            feet = bot.feet
            away = along_ground(feet, points[k])
            while away < _ON_IT or (
                k < last
                and layers[k] == layers[k + 1]
                and along_ground(feet, points[k + 1]) < 0.7 * along_ground(points[k], points[k + 1])
            ):
                if k == last:
                    return SUCCESS
                k, best, since = k + 1, 1e9, 0
                away = along_ground(feet, points[k])
            if away < best - 0.02:
                best, since = away, 0
            since += 1
            if since > _STUCK:
                return failed("stuck")
            layer = bot.layer
            climbs = layers[k] > layer + 0.3 and (away < 1.6 or bot.in_water)
            swims = bot.in_water and layers[k] > layer - 0.6
            free = since > _STUCK // 2 and since % 8 == 0 and bot.on_ground
            yield self.step(points[k], points[min(k + _AHEAD, last)], climbs or swims or free)
        return failed("out of time")


def go_to(
    bot: Bot,
    goal: Target,
    *,
    within: float = 0.8,
    limit: int = 400,
    sprint: bool = False,
    look: Target | None = None,
    refresh: int = 10_000,
) -> Skill:
    """Walk to a place.

    Args:
        bot: Who goes.
        goal: A point on the ground (or near it), or whoever moves there.
        within: Metres from it at which it has arrived.
        limit: Ticks until it gives up.
        sprint: Whether to run.
        look: What to keep the eyes on; by default the way.
        refresh: Ticks after which the way is planned anew; for goals that move.

    Returns:
        Success; partial if it came as near as the land allows; failed if it is stuck or late.
    """
    walker, senses = Walker(bot, sprint, look), bot.senses
    began, plans = bot.tick, 0
    if not callable(goal):
        spot = senses.footing(goal)
        if spot < 0:
            return failed("there is no place to stand")
        goal = senses.point_in(spot)
    while plans < _PLANS or callable(goal):
        left = began + limit - bot.tick
        if bot.distance(where(goal)) <= within:
            return SUCCESS
        if left <= 0:
            return failed("out of time")
        there = senses.footing(where(goal))
        if there < 0:
            return failed("there is no place to stand")
        path = senses.path(bot.footing, there) if bot.alive else None
        if path is None or len(path.cells) < 2:
            if path is not None and path.arrived:
                return SUCCESS if bot.distance(where(goal)) < within + 1.0 else partial("near it")
            plans += 1
            yield Action(JUMP if bot.in_water else 0)
            continue
        points = senses.points_of(path.cells)[1:]
        layers = [cell & 63 for cell in path.cells.tolist()][1:]
        rest = refresh if path.arrived else 3 * refresh  # it costs most where it helps least
        walk = walker.follow(points, layers, min(left, rest))
        before = bot.tick
        outcome = yield from _until_near(bot, walk, goal, within)
        if bot.tick == before and bot.distance(where(goal)) > within:
            yield Action()  # it stands as near as it can, under somebody in the air
        if outcome and not path.arrived:
            if bot.distance(where(goal)) <= 4.0 * within:
                return partial("as near as the land allows")
            plans += 2
        plans += 1
    return failed("found no way")


def _until_near(bot: Bot, walk: Skill, goal: Target, within: float) -> Skill:
    """Go on with a walk until its end or until a goal is near."""
    while bot.distance(where(goal)) > within:
        try:
            action = next(walk)
        except StopIteration as end:
            outcome: Outcome = end.value
            return outcome
        yield action
    walk.close()
    return SUCCESS
