"""One player that follows a script: what it knows, what it draws, and what it notes down."""

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any, TypeVar

import numpy as np

from mpgenie.envs.planet.blocks import ITEM_NAMES
from mpgenie.envs.planet.exact import draw, exp, sincos
from mpgenie.envs.simulation.actions import ATTACK
from mpgenie.envs.simulation.entrance import key_of
from mpgenie.envs.simulation.hands import REACH
from mpgenie.envs.simulation.movement import EYE, SNEAK_EYE

from .camera import FASTEST, short_way
from .coordination import Choice, Crew, Phase
from .outcome import Skill
from .senses import Senses
from .vectors import DEGREES, Vector, along_ground, apart, bearing, raised, unit

Item = TypeVar("Item")
_BOTS_KEY, _SHARED = 16, 1 << 20
_DRAWS = 30  # the purpose of a bot's draws, apart from those of the game
_NOISE = 0.35  # the spread of the logarithm of a turn's speed
_LEAST_SPEED = 0.4
FIELD_OF_VIEW = 70.0
"""Degrees from the upper to the lower edge of a picture."""


class Draws:
    """A stream of random numbers that follows from a key alone.

    Args:
        seed: The episode's.
        branch: Whose stream: a player's slot, or nobody's in particular.
    """

    def __init__(self, seed: int, branch: int = _SHARED) -> None:
        self._key = np.uint64(key_of(seed, _BOTS_KEY, branch))
        self._count = 0

    def number(self) -> float:
        """From 0 up to, not including, 1."""
        self._count += 1
        return float(draw(self._key, 0, _DRAWS, self._count))

    def uniform(self, least: float, most: float) -> float:
        """Anything between two bounds."""
        return least + (most - least) * self.number()

    def integer(self, least: int, most: int) -> int:
        """A whole number between two bounds, both included."""
        return least + int((most - least + 1) * self.number())

    def chance(self, probability: float) -> bool:
        """True with some probability."""
        return self.number() < probability

    def pick(self, options: Sequence[Item]) -> Item:
        """One of several, each equally likely."""
        return options[self.integer(0, len(options) - 1)]

    def shuffled(self, options: Sequence[Item]) -> list[Item]:
        """All of them in a random order."""
        order = list(options)
        for k in range(len(order) - 1, 0, -1):
            other = self.integer(0, k)
            order[k], order[other] = order[other], order[k]
        return order

    def speed(self, speed: float) -> float:
        """A camera speed around one given: its logarithm is all but normal, its mean the same."""
        normal = sum(self.number() for _ in range(12)) - 6.0
        factor = float(exp(_NOISE * normal - 0.5 * _NOISE * _NOISE))
        return min(FASTEST, max(_LEAST_SPEED, factor) * speed)

    def path_speed(self) -> float:
        """A camera speed for the turns of a walk: slow ones and fast ones, few at the limit."""
        return self.uniform(30.0, 90.0) if self.chance(0.5) else self.uniform(90.0, 170.0)


class Bot(Draws):
    """A player's body, senses and memory, handed to its script.

    Args:
        slot: Which player.
        senses: What it knows of its world.
        crew: The bots that it plays with.
        seed: The episode's.
    """

    def __init__(self, slot: int, senses: Senses, crew: Crew, seed: int) -> None:
        super().__init__(seed, slot)
        self.slot, self.senses, self.crew = slot, senses, crew
        self.seed = seed
        self.role = ""
        self.noisy = True
        """Whether its camera speeds vary."""
        self.sneaks = False
        """Whether it sneaks whatever else it does."""
        self._players = senses.sim.state.players

    # ------------------------------------------------------------------ body

    @property
    def tick(self) -> int:
        """Ticks since the world began."""
        return self.senses.tick

    @property
    def feet(self) -> Vector:
        """Where it stands."""
        return self.senses.feet[self.slot]  # type: ignore[no-any-return]

    @property
    def heading(self) -> Vector:
        """The unit tangent vector that it faces."""
        return self.senses.heading[self.slot]  # type: ignore[no-any-return]

    @property
    def pitch(self) -> float:
        """Degrees that it looks down."""
        return self.senses.pitch[self.slot]  # type: ignore[no-any-return]

    @property
    def up(self) -> Vector:
        """The unit vector away from the core."""
        return unit(self.feet)

    @property
    def eye(self) -> Vector:
        """Where its eye is."""
        sneaking = self.sneaks or bool(self._players.sneaking[self.senses.w, self.slot])
        return raised(self.feet, SNEAK_EYE if sneaking else EYE)

    @property
    def layer(self) -> float:
        """The height of its feet in layers."""
        return self.senses.layer_of(self.feet)

    @property
    def cell(self) -> int:
        """The cell that its feet are in."""
        return self.senses.cell_of(self.feet)

    @property
    def footing(self) -> int:
        """The cell that it stands in or will fall to; where its feet are if there is none."""
        cell = self.senses.footing(self.feet, 3)
        return cell if cell >= 0 else self.cell

    @property
    def on_ground(self) -> bool:
        """Whether it stands on something."""
        return bool(self.senses.on_ground[self.slot])

    @property
    def in_water(self) -> bool:
        """Whether it swims."""
        return bool(self.senses.in_water[self.slot])

    @property
    def alive(self) -> bool:
        """Whether it lives."""
        return bool(self.senses.alive[self.slot])

    @property
    def can_strike(self) -> bool:
        """Whether its arm is ready, and a press of attack would be a new one."""
        w, p, players = self.senses.w, self.slot, self._players
        return players.attack_wait[w, p] <= 1 and not int(players.buttons[w, p]) & ATTACK

    @property
    def pace(self) -> float:
        """Metres that it moved in the last tick, about."""
        x, y, z = self.senses.velocity[self.slot]
        return sqrt(x * x + y * y + z * z)

    # ------------------------------------------------------------------ others

    @property
    def others(self) -> list[int]:
        """The slots of the other bots."""
        return [agent for agent in self.crew.agents if agent != self.slot]

    @property
    def partner(self) -> int:
        """The nearest other bot; itself if it is alone."""
        return min(
            self.others, key=lambda o: (self.distance(self.feet_of(o)), o), default=self.slot
        )

    def feet_of(self, slot: int) -> Vector:
        """Where another player stands."""
        return self.senses.feet[slot]  # type: ignore[no-any-return]

    def eye_of(self, slot: int) -> Vector:
        """Where another player's eye is."""
        return raised(self.senses.feet[slot], EYE)

    def sees(self, slot: int) -> bool:
        """Whether no block hides another player's eye or feet from its own eye."""
        eye, clear = self.eye, self.senses.clear_between
        return clear(eye, self.eye_of(slot)) or clear(eye, raised(self.feet_of(slot), 0.3))

    def has_in_view(self, slot: int) -> bool:
        """Whether another player's eye is in sight and within a square picture."""
        pitch, yaw = self.turn_to(self.eye_of(slot))
        return max(abs(pitch), abs(yaw)) < FIELD_OF_VIEW / 2.0 and self.sees(slot)

    def distance(self, point: Vector) -> float:
        """Metres from its feet to a point, straight."""
        return apart(self.feet, point)

    def ground_distance(self, point: Vector) -> float:
        """Metres to a point, leaving heights out."""
        return along_ground(self.feet, point)

    def can_reach(self, point: Vector) -> bool:
        """Whether there is a way on foot to a point on the ground."""
        there = self.senses.footing(point, 8)
        return there >= 0 and self.senses.reachable(self.footing, there)

    def turn_to(self, point: Vector) -> tuple[float, float]:
        """How far to turn, (pitch, yaw) in degrees, so as to look at a point."""
        pitch, yaw = bearing(self.eye, self.heading, point)
        return pitch - self.pitch, short_way(yaw)

    def looks_at(self, reach: float = REACH) -> tuple[int, int, float]:
        """What its look meets: (cell or -1, the side seen, metres)."""
        eye, up, heading = self.eye, self.up, self.heading
        s, c = sincos(self.pitch / DEGREES)
        x, y, z = (eye[k] + c * heading[k] - s * up[k] for k in range(3))
        return self.senses.looked_at(eye, (x, y, z), reach)

    # ------------------------------------------------------------------ belongings

    def hotbar(self) -> list[tuple[str, int]]:
        """(item, count) of each slot; `air` and 0 where it is empty."""
        w, p = self.senses.w, self.slot
        items, counts = self._players.hotbar_item[w, p], self._players.hotbar_count[w, p]
        return [(ITEM_NAMES[i], n) for i, n in zip(items.tolist(), counts.tolist(), strict=True)]

    def slot_of(self, item: str) -> int:
        """The first hotbar slot that holds an item, -1 if none does."""
        for slot, (name, count) in enumerate(self.hotbar()):
            if name == item and count:
                return slot
        return -1

    def count_of(self, item: str) -> int:
        """How many of an item it carries."""
        return sum(count for name, count in self.hotbar() if name == item)

    @property
    def held(self) -> int:
        """The hotbar slot in hand, 0 to 8."""
        return int(self._players.held[self.senses.w, self.slot])

    # ------------------------------------------------------------------ drawing and noting

    def turn_speed(self, speed: float) -> float:
        """The speed of a turn that is meant to have some speed."""
        return self.speed(speed) if self.noisy else min(FASTEST, speed)

    def choose(self, what: str, scores: Mapping[str, float]) -> str:
        """The option with the highest score (the first of equals), noted with all scores."""
        winner = max(scores, key=lambda name: scores[name])
        self.crew.choices.append(Choice(self.tick, self.slot, what, dict(scores), winner))
        return winner

    def phase(self, name: str, skill: Skill) -> Skill:
        """Go on with a skill, and note when it began, when it ended and how."""
        phase = Phase(name, self.slot, self.tick)
        self.crew.phases.append(phase)
        phase.outcome = yield from skill
        phase.end = self.tick
        return phase.outcome

    def meet(self, name: str, limit: int = 600) -> Skill:
        """Wait until all bots have come to the meeting of a name."""
        barrier = self.crew.barrier(name)
        return (yield from self.crew.wait(self.slot, barrier, self.senses, limit))

    def send(self, to: int, topic: str, content: Any) -> None:
        """Send another bot a letter, for the next tick."""
        self.crew.mail.send(to, topic, content, self.tick)

    def read(self, topic: str) -> Any | None:
        """Take the letter about a topic, if one has come."""
        return self.crew.mail.read(self.slot, topic, self.tick)
