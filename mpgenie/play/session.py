"""A session at the keyboard without the keyboard: seats play a game tick by tick, perhaps filmed.

Frame t is what everybody sees before tick t.  A window shows it, takes what the keys did meanwhile,
and calls `tick`: the action chosen on seeing frame t leads to frame t + 1.
"""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mpgenie.agents.policy import IDLE, Action
from mpgenie.errors import StateError

from .game import Game
from .seats import Controller, Seat

if TYPE_CHECKING:
    from .filming import Film


class Session:
    """Episodes of one game, one after the other.

    Args:
        game: What is played; the session closes it.
        seats: One for each player, in the game's order.
        film: Records every episode.
    """

    def __init__(self, game: Game, seats: Sequence[Seat], film: "Film | None" = None) -> None:
        if [seat.player for seat in seats] != list(game.players):
            raise StateError(f"there must be one seat for each of {list(game.players)}, in order")
        self.game, self.seats, self.film = game, list(seats), film
        self.seed = 0
        self.ticks = 0
        """Of this episode so far."""
        self.over = True
        """Whether the episode has ended, or none has begun."""
        self.scores: dict[str, Counter[str]] = {}
        """By player: what each part of its reward adds up to so far."""
        self.sealed: list[int] = []
        """Units of the dataset that were recorded."""
        self._observations: dict[str, Any] = {}
        self._controllers: list[tuple[Controller, list[str]]] = []
        for seat in self.seats:
            for controller, players in self._controllers:
                if controller is seat.controller:
                    players.append(seat.player)
                    break
            else:
                self._controllers.append((seat.controller, [seat.player]))

    def begin(self, seed: int) -> None:
        """Begin an episode; one that goes on is cut short and kept."""
        self.stop("another episode was begun")
        self._observations = dict(self.game.reset(seed))
        self.seed, self.ticks, self.over = seed, 0, False
        self.scores = {player: Counter() for player in self.game.players}
        for controller, players in self._controllers:
            controller.begin(self.game, players, seed)
        if self.film is not None:
            self.film.begin(self.seats, seed)

    def tick(self, on_screen: float = 0.0) -> None:
        """Let everybody choose on what they see now, and advance by a tick.

        Args:
            on_screen: Seconds for which the frame had been shown when the keys were read.

        Raises:
            StateError: If no episode goes on.
        """
        if self.over:
            raise StateError("tick() without an episode: call begin() first")
        actions: dict[str, Action] = {}
        for controller, players in self._controllers:
            seen = {p: self._observations[p] for p in players if p in self.game.living}
            actions |= controller.act(seen) if seen else {}
        step = self.game.step(actions)
        self._observations = dict(step.observations)
        for player, parts in step.parts.items():
            self.scores[player].update(parts)
        self.ticks += 1
        if self.film is not None:
            requested = [actions.get(player, IDLE) for player in self.game.players]
            self.film.tick(requested, step, on_screen)
        if not self.game.living:
            self._end(all(step.terminated.values()))

    def stop(self, reason: str) -> None:
        """Cut an episode short that goes on; what was recorded of it is kept, as `partial`."""
        if not self.over:
            self.over = True
            if self.film is not None and self.ticks:
                self._seal("partial", reason, cut_short=True)

    def drop(self) -> None:
        """Leave an episode that goes on, and keep nothing of it."""
        self.over = True
        if self.film is not None:
            self.film.drop()

    def close(self) -> None:
        """Keep what there is, and let go of everything."""
        try:
            self.stop("the session was closed")
        finally:
            if self.film is not None:
                self.film.close()
            self.game.close()

    def score(self, player: str) -> float:
        """The sum of a player's rewards so far."""
        return float(sum(self.scores[player].values()))

    def _end(self, by_rules: bool) -> None:
        self.over = True
        if self.film is not None:
            self._seal("success", "ended by the rules" if by_rules else "time was up")

    def _seal(self, outcome: str, reason: str, *, cut_short: bool = False) -> None:
        assert self.film is not None
        self.sealed.append(self.film.finish(outcome, reason, cut_short=cut_short))
