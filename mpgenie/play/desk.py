"""The desk that people sit at: their views side by side, the clock, pause and new episodes.

The loop of a tick, 50 ms long:

1. Frame t is drawn and shown.
2. For the rest of the 50 ms keys and mouse are gathered.
3. They are action t; the game makes its tick, which leads to frame t + 1.

So an action was chosen on seeing its frame or frames before it, and follows the keys by 50 ms at
most.  Where drawing takes longer than a tick the game slows down; no tick is left out.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from mpgenie.pictures import save_png

from .controls import Bindings, Inputs
from .game import Picture, Size
from .overlay import (
    RED,
    YELLOW,
    Line,
    clock,
    help_lines,
    lay_panel,
    scale_for,
    standing_lines,
)
from .session import Session

TICK = 0.05
"""Seconds."""
GAP = 4
"""Pixels between two views."""
_NOTICE = 60  # ticks that a notice stays
_LATE = 5  # ticks behind after which lost time is given up
_SLOW = 19.0  # ticks a second below which the overlay says so


class Screen(Protocol):
    """Where pictures appear, and keys and mouse come from."""

    is_open: bool

    def show(self, picture: Picture) -> None:
        """Show a picture of the desk's size."""

    def gather(self, seconds: float) -> list[str]:
        """Let keys and mouse come in for so long; the commands that were given."""


class Desk:
    """Shows a session to people, and hears what they want beside playing.

    Args:
        session: No episode need have begun.
        people: The player of each, from the left, and its keys.
        inputs: What keys and mouse do.
        view: (height, width) of each person's view.
        seed: Of the first episode; the next one's is one more.
        screenshots: The folder for them.
        say: Is told what happens besides, such as an episode sealed.
        now: Seconds on a clock.
    """

    def __init__(
        self,
        session: Session,
        people: Sequence[tuple[str, Bindings]],
        inputs: Inputs,
        *,
        view: Size,
        seed: int = 0,
        screenshots: Path = Path("out"),
        say: Callable[[str], None] = print,
        now: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.session, self.inputs, self.view = session, inputs, view
        self.people = list(people)
        self.seed, self.screenshots = seed, screenshots
        self.views = ["first"] * len(self.people)
        self.paused = self.helping = False
        self.leaving = self.stopped = False
        """Whether the loop shall end, and whether it is by a signal."""
        self.rate = 20.0
        """Ticks in a second, lately."""
        self._say, self._now = say, now
        self._notice, self._notice_left = "", 0
        self._picture: Picture | None = None
        self._sealed = 0

    @property
    def size(self) -> Size:
        """(height, width) of the whole picture."""
        height, width = self.view
        count = len(self.people)
        return height, count * width + (count - 1) * GAP

    def run(self, screen: Screen) -> None:
        """Play until somebody leaves or closes the window; what was recorded is sealed then."""
        self.begin()
        due = shown = self._now()
        while not self.leaving and screen.is_open:
            screen.show(self.draw())
            before, shown = shown, self._now()
            self.rate += (1.0 / max(TICK, shown - before) - self.rate) * 0.1
            due = max(due + TICK, shown - _LATE * TICK)
            commands = screen.gather(max(0.0, due - self._now()))
            for command in commands:
                self.obey(command)
            if self.leaving or not screen.is_open:
                break
            if "restart" not in commands:  # else nobody has seen the new episode's first frame
                self.tick(self._now() - shown)
        self.session.stop("the players left")
        self._tell_sealed()

    def begin(self) -> None:
        """Begin the next episode."""
        self.session.begin(self.seed)
        self.seed += 1
        self.inputs.forget()
        self._tell_sealed()
        self._note_views()

    def tick(self, on_screen: float) -> None:
        """Let a tick pass, unless the game stands still."""
        self._notice_left = max(0, self._notice_left - 1)
        if self.paused or self.session.over:
            self.inputs.forget()
            return
        self.inputs.take()
        self.session.tick(on_screen)
        self._tell_sealed()

    def obey(self, command: str) -> None:
        """Do what a person wants: quit, pause, help, restart, screenshot, view N, or let go."""
        match command.split():
            case ["quit"]:
                self.leaving = True
            case ["pause"]:
                self.paused = not self.paused
                self.inputs.forget()
            case ["help"]:
                self.helping = not self.helping
            case ["restart"]:
                self.paused = False
                self.begin()
            case ["screenshot"]:
                self._save_screenshot()
            case ["view", number] if int(number) < len(self.views):
                self.views[int(number)] = "third" if self.views[int(number)] == "first" else "first"
                self._note_views()

    def draw(self) -> Picture:
        """Everybody's view, with what is laid over it."""
        height, width = self.size
        whole = np.zeros((height, width, 3), np.uint8)
        for number, (player, bindings) in enumerate(self.people):
            left = number * (self.view[1] + GAP)
            part = whole[:, left : left + self.view[1]]
            part[:] = self.session.game.picture(player, self.views[number], self.view)
            self._lay_over(part, player, bindings)
        self._picture = whole
        return whole

    # ------------------------------------------------------------------ the overlay

    def _lay_over(self, part: Picture, player: str, bindings: Bindings) -> None:
        session, scale = self.session, scale_for(self.view[0])
        if self.helping:
            lay_panel(part, help_lines(bindings.mouse), 0.5, 0.3, scale)
            return
        standing = session.game.standing(player)
        told = standing_lines(
            session.game.scenario, standing, session.score(player), session.scores[player]
        )
        lay_panel(part, told, 0.0, 0.0, scale)
        lay_panel(part, self._clock_lines(), 1.0, 0.0, scale)
        if middle := self._middle(standing.alive, bindings.mouse):
            lay_panel(part, middle, 0.5, 0.3, scale)

    def _clock_lines(self) -> list[Line]:
        lines = [Line(clock(self.session.game.ticks_left))]
        if self.session.film is not None and not self.session.over:
            lines.append(Line(f"rec {clock(self.session.ticks)}", RED))
        if self.rate < _SLOW and self.session.ticks > 40:
            lines.append(Line(f"slow: {self.rate:.0f} Hz", YELLOW))
        return lines

    def _middle(self, alive: bool, mouse: bool) -> list[Line]:
        if self.session.over:
            return [Line("the episode is over"), Line("R: another, Q: quit", YELLOW)]
        if self.paused:
            return [Line("paused"), Line("P: go on", YELLOW)]
        if not alive:
            return [Line("you died", RED)]
        if self._notice_left:
            return [Line(self._notice)]
        if self.session.ticks < _NOTICE:
            click = [Line("click: the mouse looks", YELLOW)] if mouse else []
            return [Line("F1: help"), *click]
        return []

    # ------------------------------------------------------------------ telling

    def _tell(self, text: str) -> None:
        self._notice, self._notice_left = text, _NOTICE
        self._say(text)

    def _tell_sealed(self) -> None:
        for unit in self.session.sealed[self._sealed :]:
            self._tell(f"sealed as episode {unit}")
        self._sealed = len(self.session.sealed)

    def _note_views(self) -> None:
        if self.session.film is not None and not self.session.over:
            views = {player: v for (player, _), v in zip(self.people, self.views, strict=True)}
            self.session.film.note("views", **views)

    def _save_screenshot(self) -> None:
        assert self._picture is not None
        number = 1
        while (path := self.screenshots / f"play-{number:03d}.png").exists():
            number += 1
        save_png(path, self._picture)
        self._tell(f"saved {path}")
