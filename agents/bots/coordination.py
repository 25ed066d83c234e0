"""How bots of one world act together: meetings, letters and a log of what each was doing.

All is counted in ticks, and what one bot does in a tick the others know in the next, so nothing
depends on whose turn comes first.  Every wait has a limit.
"""

from dataclasses import dataclass, field
from typing import Any

from mpgenie.agents.policy import IDLE

from .outcome import SUCCESS, Outcome, Skill, failed


@dataclass(slots=True)
class Phase:
    """One stretch of what one bot did."""

    name: str
    agent: int
    """The slot of the player."""
    start: int
    """The tick of its first action."""
    end: int = -1
    """The tick after its last; -1 while it goes on."""
    outcome: Outcome = SUCCESS


@dataclass(frozen=True, slots=True)
class Choice:
    """The options that a bot weighed, and which one won."""

    tick: int
    agent: int
    what: str
    scores: dict[str, float]
    winner: str


@dataclass(slots=True)
class Barrier:
    """A point that so many parties reach before any of them goes on."""

    name: str
    parties: int
    arrived: set[int] = field(default_factory=set)
    opens: int = -1
    """The tick from which it is open; -1 = not all are there."""

    def arrive(self, agent: int, tick: int) -> None:
        """Note that a party is there."""
        self.arrived.add(agent)
        if self.opens < 0 and len(self.arrived) >= self.parties:
            self.opens = tick + 1


class Mailbox:
    """Letters between bots; one sent in a tick can be read from the next on."""

    def __init__(self) -> None:
        self._letters: dict[tuple[int, str], tuple[int, Any]] = {}

    def send(self, to: int, topic: str, content: Any, tick: int) -> None:
        """Send a letter; a later one about the same topic replaces it."""
        self._letters[to, topic] = (tick, content)

    def read(self, to: int, topic: str, tick: int) -> Any | None:
        """Take the letter about a topic out of the box, if one has come."""
        sent = self._letters.get((to, topic))
        if sent is None or sent[0] >= tick:
            return None
        del self._letters[to, topic]
        return sent[1]


class Crew:
    """The bots of one world and what they share.

    Args:
        agents: The slots of those who play.
    """

    def __init__(self, agents: list[int]) -> None:
        self.agents = agents
        self.barriers: dict[str, Barrier] = {}
        self.mail = Mailbox()
        self.phases: list[Phase] = []
        self.choices: list[Choice] = []
        self.gone: dict[int, int] = {}
        """When each agent's script ended."""

    def barrier(self, name: str, parties: int | None = None) -> Barrier:
        """The barrier of a name, made when first asked for; by default for all agents."""
        if name not in self.barriers:
            self.barriers[name] = Barrier(name, parties or len(self.agents))
        return self.barriers[name]

    def cannot_open(self, barrier: Barrier, tick: int) -> bool:
        """Whether too many have gone for a barrier ever to open."""
        gone = [a for a, when in self.gone.items() if when < tick and a not in barrier.arrived]
        return barrier.opens < 0 and len(self.agents) - len(gone) < barrier.parties

    def wait(self, agent: int, barrier: Barrier, clock: "Clock", limit: int) -> Skill:
        """Stand still until all parties are at a barrier."""
        barrier.arrive(agent, clock.tick)
        for _ in range(limit):
            if 0 <= barrier.opens <= clock.tick:
                return SUCCESS
            if self.cannot_open(barrier, clock.tick):
                return failed(f"{barrier.name}: others have gone")
            yield IDLE
        return failed(f"{barrier.name}: nobody came in {limit} ticks")


class Clock:
    """Whatever knows the tick."""

    tick: int
