"""A small plain to play on, and people whose keys are pressed by the test."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mpgenie.datasets.pictures import StreamSpec
from mpgenie.envs.parallel import parallel_env
from mpgenie.play.controls import Inputs, bindings_for
from mpgenie.play.filming import Film
from mpgenie.play.game import Planet
from mpgenie.play.seats import Bots, Controller, Idle, Person, Seat
from mpgenie.play.session import Session

SMALL: dict[str, Any] = {
    "planet": "flat",
    "size": 16,
    "mobs": False,
    "renderer": "software",
    "observe": ("proprio",),
    "action_mode": "raw",
    "max_cycles": 100,
}
VIEW = StreamSpec(height=32, width=32)


class Table:
    """A session, and the keys of the people in it."""

    def __init__(
        self,
        root: Path | None = None,
        *,
        people: int = 1,
        bots: int = 0,
        idle: int = 0,
        hud: bool = False,
        **options: Any,
    ) -> None:
        self.inputs = Inputs()
        self.bindings = bindings_for(people)
        game = Planet(parallel_env(players=people + bots + idle, **{**SMALL, **options}))
        sitting: list[Controller] = [Person(self.inputs, own) for own in self.bindings]
        sitting += [Bots(game.scenario)] * bots if bots else []
        sitting += [Idle()] * idle
        seats = [Seat(*pair) for pair in zip(game.players, sitting, strict=True)]
        film = None if root is None else Film(root, game, [VIEW], hud=hud)
        self.game, self.session = game, Session(game, seats, film)

    def tick(self, ticks: int = 1, *, turn: float = 0.0) -> None:
        """Let ticks pass, the mouse moving to the right by so many pixels in each."""
        for _ in range(ticks):
            self.inputs.move(turn, 0.0)
            self.inputs.take()
            self.session.tick()


@pytest.fixture
def table(request: pytest.FixtureRequest) -> Callable[..., Table]:
    """Makes tables, and clears them away."""

    def make(*args: Any, **options: Any) -> Table:
        made = Table(*args, **options)
        request.addfinalizer(made.session.close)
        return made

    return make
