"""Grounding and memory, after Solaris: one, or everybody, turns away from the other and back.

Is the other in view ten ticks after turning away (no), and twenty after the end (yes)?
"""

from mpgenie.agents.bots.vectors import Vector, along_ground, turned, unit, walked
from mpgenie.world_models.evaluation.cases import Question
from mpgenie.world_models.evaluation.game import PLAYERS, Game, Take, WhatIf

from .asking import (
    Answers,
    Asked,
    Change,
    as_it_is,
    first_run,
    last_tick,
    origin_of,
    well_seen,
    which,
)

AWAY, BACK = 10, 20
PLACES = tuple((degrees, share) for degrees in (-20.0, 0.0, 20.0) for share in (1.0, 0.5))
"""Where the other would be seen if it were in view: degrees to the right, share of its distance."""


def looking_away(game: Game, take: Take) -> Asked | None:
    """One, if the facts name it, else everybody."""
    actors = [int(take.facts["actor"])] if "actor" in take.facts else range(PLAYERS)
    origin = max(origin_of(take, slot) for slot in actors)
    questions: list[Question] = []
    for slot in actors:
        other = 1 - slot
        first, end = first_run(take.actions.camera[:, slot, 1], origin)
        yaw = float(take.actions.camera[first:end, slot, 1].sum())
        away: Answers = {
            "no": [as_it_is, _as_before(slot, yaw, without=True)],
            "yes": [_as_before(slot, yaw), *(_in_view(slot, *place) for place in PLACES)],
        }
        back: Answers = {"no": [_without(other)], "yes": [as_it_is]}
        last = last_tick(take, slot) + BACK
        if not (well_seen(take, origin, slot) and well_seen(take, last, slot)):
            return None
        questions += [
            which(game, take, origin, end + AWAY, slot, away, "no"),
            which(game, take, origin, last, slot, back, "yes"),
        ]
    return origin, questions


def _in_view(slot: int, degrees: float, share: float) -> Change:
    """The other stands about where a player looks."""

    def change(world: WhatIf) -> WhatIf:
        here, other = world.feet(slot), 1 - slot
        way: Vector = turned(unit(here), world.heading(slot), degrees)
        metres = share * along_ground(here, world.feet(other))
        return world.stand(other, walked(here, way, metres))

    return change


def _as_before(slot: int, yaw: float, without: bool = False) -> Change:
    """The view has not turned; whether the other is in it is another question."""

    def change(world: WhatIf) -> WhatIf:
        world.turn(slot, -yaw)
        return world.without(1 - slot) if without else world

    return change


def _without(other: int) -> Change:
    return lambda world: world.without(other)
