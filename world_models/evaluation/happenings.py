"""What comes of what one does: happenings arranged in the game, where two face each other.

`arranging.HAPPENINGS` says which.  Each is played twice, once with nobody doing anything (or, where
nobody does anything anyway, with its opposite); who makes things up or lets nothing happen is wrong
in one of them.  The judge is `judges.nearest`, of what the game shows in each case.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mpgenie.agents.bots.vectors import walked

from .actions import Actions
from .arranging import HAPPENINGS, WALKS, Change, Happening
from .cases import ASIDE, SHOWN, Case, Which
from .game import PLAYERS, Game, Pictures, WhatIf
from .scoring import Cases, Told, share

NEAR = 4.0
"""Metres between the two."""
SEEN = 1 / 128
"""Share of a view that has to differ for its player to be asked."""
NOTHING = "nothing"
AGREE = "walks, views agree"


def nothing(name: str) -> str:
    """The name of the cases of a happening in which nobody does anything."""
    return f"{name}_{NOTHING}"


FIGURES = {name: (name, nothing(name)) for name in HAPPENINGS}
"""Of what is measured, and the cases that they are about."""


def happening_cases(game: Game, starts: Sequence[Case]) -> dict[str, list[Case]]:
    """Each happening and its control, from the last frame that is shown of some cases."""
    found: dict[str, list[Case]] = {}
    for name, happening in HAPPENINGS.items():
        pairs = [_pair(game, name, happening, start) for start in starts]
        found[name], found[nothing(name)] = (list(each) for each in zip(*pairs, strict=True))
    return found


@dataclass(frozen=True, eq=False)
class _Begun:
    """The game, arranged."""

    shown: Sequence[Pictures]
    """SHOWN frames (P, H, W, 3) in which nobody does anything."""
    snapshot: bytes


def _pair(game: Game, name: str, happening: Happening, start: Case) -> tuple[Case, Case]:
    """The happening, and its control."""
    tape, same = happening.tape, happening.control is None
    begun = _arranged(game, start, happening.arrange)
    other = begun if happening.control is None else _arranged(game, start, happening.control)
    still = Actions.nothing(len(tape.buttons), PLAYERS)
    parts = {name: (begun, tape), NOTHING: (other, still if same else tape)}
    ends = {said: [_end(game, at.snapshot, does)] for said, (at, does) in parts.items()}
    for said, does in happening.others.items():
        ends[said] = [_end(game, begun.snapshot, does)]
    for said, change in happening.unless.items():
        ends[said] = [_end(game, _changed(game, begun.snapshot, change), tape)]
    for said, change in happening.instead.items():
        ways = [begun] if same else [begun, other]
        ends[said] = [_instead(game, at.snapshot, tape, change) for at in ways]
    cases = [_case(game, name, start, right, *part, ends) for right, part in parts.items()]
    return cases[0], cases[1]


def _arranged(game: Game, start: Case, arrange: Change) -> _Begun:
    """The frames that are shown, from the last one of a case on, rearranged."""
    world = game.what_if(start.snapshot)
    world.stand(1, walked(world.feet(0), world.heading(0), NEAR))
    arrange(world)
    shown = [game.seen(), *_played(game, Actions.nothing(SHOWN - 1, PLAYERS))]
    return _Begun(shown, game.simulation.snapshot(0))


def _case(
    game: Game, name: str, start: Case, right: str, begun: _Begun, tape: Actions,
    ends: Mapping[str, Sequence[Pictures]],
) -> Case:  # fmt: skip
    """One of the two."""
    game.simulation.restore(0, begun.snapshot)
    frames = np.stack([*begun.shown, *_played(game, tape)])
    end = game.simulation.snapshot(0)
    questions = [
        Which(len(tape.buttons) - 1, right, player, _answers(ends, player),
              _aside(game, end, player))
        for player in range(PLAYERS) if _differs(ends, name, player)
    ]  # fmt: skip
    label = f"{name if right == name else nothing(name)}_{start.name}"
    actions = Actions.joined([Actions.nothing(SHOWN - 1, PLAYERS), tape])
    return Case(label, frames, actions, begun.snapshot, questions)


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


def _changed(game: Game, snapshot: bytes, change: Change) -> bytes:
    """The same moment, and something is otherwise."""
    change(game.what_if(snapshot))
    return game.simulation.snapshot(0)


def _instead(game: Game, snapshot: bytes, tape: Actions, change: Change) -> Pictures:
    """(P, H, W, 3) what both see in the end if that is then changed."""
    game.go(snapshot, tape)
    change(WhatIf(game))
    return game.seen()


def _answers(ends: Mapping[str, Sequence[Pictures]], player: int) -> dict[str, Pictures]:
    return {said: np.stack([way[player] for way in ways]) for said, ways in ends.items()}


def _differs(ends: Mapping[str, Sequence[Pictures]], right: str, player: int) -> bool:
    """Whether what happens can be told, in a player's view, from all else and from nothing."""
    others = [way[player] for said, ways in ends.items() if said != right for way in ways]
    truth = ends[right][0][player]
    return all((truth != view).any(-1).mean() >= SEEN for view in others)


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
        found[name] = share(sum(right, []))
        found[name]["players"] = [float(np.mean(each)) if each else None for each in right]
    return found | {AGREE: share(_agreeing(cases, told))}


def _agreeing(cases: Cases, told: Told) -> list[bool]:
    """For each walk that both see, whether both views tell of the same one, right or not."""
    agree = []
    for name in WALKS:
        for case, frames in zip(cases[name], told[name], strict=True):
            said = [question.answer(frames) for question in case.questions]
            if len(said) == PLAYERS:
                agree.append(said[0] == said[1] and said[0] in WALKS)
    return agree
