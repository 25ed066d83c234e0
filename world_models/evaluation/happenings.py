"""What comes of what one does: happenings arranged in the game, where two face each other.

    mining      a block between the two is dug away
    placing     the last block that is held is placed, and the hand is empty
    torch       at night a torch is placed, and lights what is around
    hit         the other is struck, and thrown back
    fall        one walks off a tower
    collision   one walks against a wall, and stays before it
    left, right, forward, back     the other walks so; both its view and one's own tell which way

Each is played twice, once with nobody doing anything; who makes things up or lets nothing happen is
wrong in one of them.  The judge is `judges.nearest`, of what the game shows in each case.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mpgenie.agents.bots.episodes.sky import set_hour
from mpgenie.agents.bots.vectors import Vector, bearing, raised, turned, unit, walked
from mpgenie.envs.rendering.camera import EYE_HEIGHT
from mpgenie.envs.simulation.actions import ATTACK, BACK, FORWARD, LEFT, RIGHT, USE

from .actions import Actions
from .cases import ASIDE, SHOWN, Case, Which
from .game import PLAYERS, Game, Pictures, WhatIf
from .metrics import wilson
from .scoring import Cases, Told

NEAR = 4.0
"""Metres between the two."""
SEEN = 1 / 128
"""Share of a view that has to differ for its player to be asked."""
NOTHING = "nothing"
Change = Callable[[WhatIf], object]


def _done(slot: int, *stretches: tuple[int, int]) -> Actions:
    """A tape on which one player presses buttons: stretches of (ticks, buttons)."""
    tape = Actions.nothing(sum(ticks for ticks, _ in stretches), PLAYERS)
    tape.buttons[:, slot] = np.repeat([b for _, b in stretches], [n for n, _ in stretches])
    return tape


def _ahead(world: WhatIf, metres: float, aside: float = 0.0, slot: int = 0) -> int:
    """The lowest free cell so far ahead of a player."""
    feet, way = world.feet(slot), world.heading(slot)
    point = walked(feet, way, metres)
    if aside:
        point = walked(point, turned(unit(feet), way, 90.0), aside)
    return world.senses.footing(point)


def _look_at(world: WhatIf, point: Vector) -> None:
    """The first player looks at a point."""
    pitch, yaw = bearing(raised(world.feet(0), EYE_HEIGHT), world.heading(0), point)
    world.turn(0, yaw, pitch - float(world.players.pitch[0, 0]))


def _holding(world: WhatIf, item: str) -> None:
    """The first player holds one thing, and has nothing else."""
    world.players.hotbar_item[0, 0] = world.players.hotbar_count[0, 0] = 0
    world.players.held[0, 0] = 0
    world.simulation.give(0, 0, item)


def _block_between(world: WhatIf) -> None:
    _holding(world, "dirt")
    cell = _ahead(world, 2.0) + 1
    world.blocks([cell], "dirt")
    _look_at(world, world.senses.point_in(cell, 0.5))


def _block_in_hand(world: WhatIf) -> None:
    _holding(world, "planks")
    world.turn(0, 0.0, 35.0)


def _torch_at_night(world: WhatIf) -> None:
    set_hour(world.simulation, 0, world.feet(0), 0.0)
    _holding(world, "torch")
    world.turn(0, 0.0, 35.0)


def _within_reach(world: WhatIf) -> None:
    world.stand(1, walked(world.feet(0), world.heading(0), 2.0))
    _look_at(world, raised(world.feet(1), 1.0))


def _tower(world: WhatIf) -> None:
    cell, high = world.senses.cell_of(world.feet(0)), 4
    world.blocks(range(cell, cell + high), "stone")
    feet = np.array(world.feet(0))
    world.players.position[0, 0] = feet * (1.0 + high / np.linalg.norm(feet))


WALL = tuple((2.5, aside, up) for aside in (-1.0, 0.0, 1.0) for up in (0, 1))


def _wall(world: WhatIf) -> None:
    world.blocks([_ahead(world, ahead, aside) + up for ahead, aside, up in WALL], "stone")


def _beyond(world: WhatIf) -> WhatIf:
    """The first player is behind the wall it walked against."""
    return world.stand(0, walked(world.feet(0), world.heading(0), 2.0))


@dataclass(frozen=True)
class Happening:
    """Something that one does."""

    tape: Actions
    arrange: Change = lambda world: world
    """Made before the frames that are shown."""
    others: Mapping[str, Actions] = field(default_factory=dict)
    """What might have been done instead, by name."""
    instead: Mapping[str, Change] = field(default_factory=dict)
    """What might have come of the same, by name: changes of what truly came."""


_WALKS = {"left": LEFT, "right": RIGHT, "forward": FORWARD, "back": BACK}
WALKS = {name: _done(1, (10, button)) for name, button in _WALKS.items()}
HAPPENINGS: Mapping[str, Happening] = {
    "mining": Happening(_done(0, (40, ATTACK)), _block_between),
    "placing": Happening(_done(0, (1, USE), (7, 0)), _block_in_hand),
    "torch": Happening(_done(0, (1, USE), (7, 0)), _torch_at_night),
    "hit": Happening(_done(0, (1, ATTACK), (7, 0)), _within_reach),
    "fall": Happening(_done(0, (12, FORWARD), (18, 0)), _tower),
    "collision": Happening(_done(0, (20, FORWARD)), _wall, instead={"through": _beyond}),
    **{
        name: Happening(tape, others={n: t for n, t in WALKS.items() if n != name})
        for name, tape in WALKS.items()
    },
}
AGREE = "walks, views agree"


def nothing(name: str) -> str:
    """The name of the cases of a happening in which nobody does anything."""
    return f"{name}_{NOTHING}"


def happening_cases(game: Game, starts: Sequence[Case]) -> dict[str, list[Case]]:
    """Each happening and its control, from the last frame that is shown of some cases."""
    found: dict[str, list[Case]] = {}
    for name, happening in HAPPENINGS.items():
        pairs = [_pair(game, name, happening, start) for start in starts]
        found[name], found[nothing(name)] = (list(each) for each in zip(*pairs, strict=True))
    return found


def _pair(game: Game, name: str, happening: Happening, start: Case) -> tuple[Case, Case]:
    """The happening, and the same with nobody doing anything."""
    world = game.what_if(start.snapshot)
    world.stand(1, walked(world.feet(0), world.heading(0), NEAR))
    happening.arrange(world)
    before = Actions.nothing(SHOWN - 1, PLAYERS)
    shown = [game.seen(), *_played(game, before)]
    snapshot = game.simulation.snapshot(0)
    still = Actions.nothing(len(happening.tape.buttons), PLAYERS)
    tapes = {name: happening.tape, NOTHING: still}
    told_apart = {**tapes, **happening.others}
    ends = {said: _end(game, snapshot, tape) for said, tape in told_apart.items()}
    for said, change in happening.instead.items():
        game.go(snapshot, happening.tape)
        change(WhatIf(game))
        ends[said] = game.seen()
    cases = []
    for right, tape in tapes.items():
        game.simulation.restore(0, snapshot)
        frames = np.stack([*shown, *_played(game, tape)])
        end = game.simulation.snapshot(0)
        questions = [
            Which(len(tape.buttons) - 1, right, player, _answers(ends, player),
                  _aside(game, end, player))
            for player in range(PLAYERS) if _differs(ends, name, player)
        ]  # fmt: skip
        label = f"{name if right == name else nothing(name)}_{start.name}"
        cases.append(Case(label, frames, Actions.joined([before, tape]), snapshot, questions))
    return cases[0], cases[1]


def _played(game: Game, tape: Actions) -> list[Pictures]:
    """What both see after each tick of a tape."""
    frames = []
    for row in tape.ticks():
        game.step(row)
        frames.append(game.seen())
    return frames


def _end(game: Game, snapshot: bytes, tape: Actions) -> Pictures:
    """(P, H, W, 3) what both see in the end."""
    game.go(snapshot, tape)
    return game.seen()


def _answers(ends: Mapping[str, Pictures], player: int) -> dict[str, Pictures]:
    return {said: views[player, None] for said, views in ends.items()}


def _differs(ends: Mapping[str, Pictures], right: str, player: int) -> bool:
    """Whether what happens can be told, in a player's view, from all else and from nothing."""
    others = [views[player] for said, views in ends.items() if said != right]
    return all((ends[right][player] != view).any(-1).mean() >= SEEN for view in others)


def _aside(game: Game, end: bytes, player: int) -> Pictures:
    """What is seen a little to the side in the end."""
    return np.stack([game.what_if(end).turn(player, *by).view(player) for by in ASIDE])


def happened(cases: Cases, told: Told) -> dict[str, dict[str, Any]]:
    """How often both a happening and its control were told right, by player; plain data."""
    found: dict[str, dict[str, Any]] = {}
    for name in HAPPENINGS:
        pair = name, nothing(name)
        right: list[list[bool]] = [[] for _ in range(PLAYERS)]
        for k in range(len(cases[name])):
            asked = zip(*(cases[each][k].questions for each in pair), strict=True)
            for questions in asked:
                right[questions[0].player].append(all(
                    question.answer(told[each][k]) == question.right
                    for each, question in zip(pair, questions, strict=True)
                ))  # fmt: skip
        found[name] = _share(sum(right, []))
        found[name]["players"] = [float(np.mean(each)) if each else None for each in right]
    return found | {AGREE: _share(_agreeing(cases, told))}


def _agreeing(cases: Cases, told: Told) -> list[bool]:
    """For each walk that both see, whether both views tell of the same one, right or not."""
    agree = []
    for name in WALKS:
        for case, frames in zip(cases[name], told[name], strict=True):
            said = [question.answer(frames) for question in case.questions]
            if len(said) == PLAYERS:
                agree.append(said[0] == said[1] and said[0] in WALKS)
    return agree


def _share(right: Sequence[bool]) -> dict[str, Any]:
    """A share with its interval after Wilson; nothing where nobody was asked."""
    if not right:
        return {"mean": None, "low": None, "high": None}
    low, high = wilson(sum(right), len(right))
    return {"mean": float(np.mean(right)), "low": low, "high": high}


def judge_of(cases: Cases, name: str) -> tuple[int, int]:
    """How many frames of the game, seen a little aside, the judge is right on, and of how many."""
    asked = [q for each in (name, nothing(name)) for case in cases[each] for q in case.questions]
    right = [q.ask(view) == q.right for q in asked for view in q.tried()]
    return sum(right), len(right)
