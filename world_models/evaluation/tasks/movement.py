"""Movement, after Solaris: did the other come closer, go farther, left or right; and how far round
did the view turn?

Both ask 40 ticks after the first step and 20 ticks after the turn, as Solaris does.  Its pictures
are wider than ours, which are square: one who walks aside leaves them before the 40 ticks are over,
and is asked about while it is still in view; and after a turn by 40 degrees the other is out of
view, so it is asked where the view went to, not where the other is.
"""

from mpgenie.agents.bots.vectors import along_ground, towards, turned, unit, walked
from mpgenie.envs.simulation.actions import BACK, FORWARD, LEFT, RIGHT
from mpgenie.world_models.evaluation.game import Game, Take, WhatIf

from .asking import Asked, Change, as_it_is, first_run, origin_of, well_seen, which

WAYS = {"closer": (FORWARD, 0.0), "farther": (BACK, 180.0), "right": (LEFT, -90.0),
        "left": (RIGHT, 90.0)}  # fmt: skip
"""What is seen of who walks: its button, and degrees to the right of whom it faces."""
LATER = 40
FAR = 1.5
"""Metres that somebody walked at least who is asked about."""
TURNS = {"left": -40.0, "right": 40.0, "around": 180.0, "not at all": 0.0}
"""Degrees to the right."""
SETTLED = 20


def translation(game: Game, take: Take) -> Asked | None:
    """One walks; which way, in its own view and in the other's?"""
    walker = int(take.facts["actor"])
    origin, buttons = origin_of(take, walker), take.actions.buttons[:, walker]
    if not all(well_seen(take, origin, who) for who in (0, 1)):
        return None
    start, _ = first_run(buttons & (FORWARD | BACK | LEFT | RIGHT), origin)
    right = next(name for name, (button, _) in WAYS.items() if buttons[start] & button)
    frame = start + LATER
    while not all(well_seen(take, frame, who) for who in (0, 1)):
        frame -= 1
    game.go(take.begin, take.actions.at(slice(origin)))
    before = WhatIf(game)
    stood, other = before.feet(walker), before.feet(1 - walker)
    game.go(take.begin, take.actions.at(slice(frame)))
    metres = along_ground(WhatIf(game).feet(walker), stood)
    if metres < FAR:
        return None

    def moved(degrees: float) -> Change:
        heading = turned(unit(stood), towards(stood, other), degrees)
        return lambda world: world.stand(walker, walked(stood, heading, metres))

    answers = {name: [moved(degrees)] for name, (_, degrees) in WAYS.items()}
    answers["not at all"] = [lambda world: world.stand(walker, stood)]
    answers[right] = [as_it_is]
    return origin, [which(game, take, origin, frame, who, answers, right) for who in (0, 1)]


def rotation(game: Game, take: Take) -> Asked:
    """One turns on the spot; how far round?"""
    slot, yaw = int(take.facts["actor"]), float(take.facts["yaw"])
    origin = origin_of(take, slot)
    _, end = first_run(take.actions.camera[:, slot, 1], origin)
    right = next(name for name, degrees in TURNS.items() if degrees == yaw)

    def instead(degrees: float) -> Change:
        return lambda world: world.turn(slot, degrees - yaw)

    answers = {name: [instead(degrees)] for name, degrees in TURNS.items()}
    answers[right] = [as_it_is]
    return origin, [which(game, take, origin, end + SETTLED, slot, answers, right)]
