"""The loop of population-based training: play, learn, compare, evolve, save; and again.

After Jaderberg et al., "Human-level performance in 3D multiplayer games with population-based
reinforcement learning", Science 364 (2019): members learn from matches with each other, and beside
it evolution chooses what they learn by.

A generation follows from the one before it and the seed alone.  So a population that was killed
goes on, from its last whole generation, to the same members.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, product
from typing import Any

import numpy as np

from mpgenie.agents.arrays_file import Arrays
from mpgenie.checks import check_known, check_whole
from mpgenie.errors import ConfigError

from .alarm import Alarm, reset
from .curriculum import Curriculum, Level
from .executor import Executor, InProcess
from .game import Game, Match, Outcome, Played
from .groups import GROUPS, ranges_of
from .hypers import HYPERS, Numbers, Range, Ranges, drawn
from .matchmaking import Entrant, line_up, seated, sides_of_seats, sizes_of
from .meetings import Meetings
from .member import Member
from .ratings import Rating, rate
from .scheduler import Schedule, by_rating, evolve
from .store import Event, Store
from .takes import Numbered

_BIRTH, _MATCHES, _LESSONS, _EVOLUTION, _JUDGING, _ALARM, _EVIDENCE = range(7)
EVIDENCE = ("ratings", "returns")
"""What tells that a member is worse: who won, or by how much."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a population is, whatever it plays."""

    members: int = 8
    groups: tuple[str, ...] = ("plain",)
    """Dealt to the members in turn."""
    generations: int = 50
    rounds: int = 2
    """Of matches and learning in a generation."""
    matches: int = 1
    """In a round, each of `worlds`."""
    worlds: int = 16
    """Side by side in a match."""
    schedule: Schedule | None = field(default_factory=Schedule)
    """How members evolve; None = they never do."""
    evidence_by: str = "ratings"
    """One of `EVIDENCE`."""
    floor: float = 0.0
    """The mean divergence of members, 0 to 1, below which they have collapsed, if they ever
    differed by more: then all but the best of each group draw their numbers anew.  0 = never."""
    hypers: Mapping[str, Range] = field(default_factory=lambda: dict(HYPERS))
    """What evolves besides the mix of rewards; a range of one number is fixed."""
    past_share: float = 0.2
    """The chance that a side of a match is one of the past."""
    remember: int = 5
    """Generations between two that leave a member of each group to the past; 0 = never."""
    levels: tuple[Level, ...] = ()
    """Of the curriculum; none = what the game is."""
    seed: int = 0

    def __post_init__(self) -> None:
        for name, low, high in _WHOLE:
            check_whole(name, getattr(self, name), low, high)
        check_known("evidence", self.evidence_by, EVIDENCE)
        for group in self.groups:
            check_known("group", group, GROUPS)
        if not self.groups or not 0.0 <= self.past_share < 1.0:
            raise ConfigError(
                "a population has a group or more, and a share of the past from 0 to less than 1, "
                f"got {self.groups} and {self.past_share}"
            )

        if not 0.0 <= self.floor < 1.0:
            raise ConfigError(f"floor is a divergence from 0 to less than 1, got {self.floor}")

    def ranges_of(self, group: str) -> Ranges:
        """What the numbers of a group's members may be."""
        return {**self.hypers, **ranges_of(group)}


_WHOLE = (
    ("members", 2, 1000),
    ("generations", 1, 10**9),
    ("rounds", 1, 10**6),
    ("matches", 1, 10**4),
    ("worlds", 1, 4096),
    ("remember", 0, 10**9),
    ("seed", 0, 2**31),
)


class Population:
    """Members who learn by playing each other.

    Args:
        settings: Of it.
        game: What they play.
        store: Where it is kept: new, or what it goes on from.
        executor: What runs matches and lessons; by default this process.
        first: Numbers that members begin with, for each of them; by default, and what is not among
            them, drawn.
    """

    def __init__(
        self,
        settings: Settings,
        game: Game,
        store: Store,
        executor: Executor | None = None,
        first: Sequence[Numbers] | None = None,
    ) -> None:
        self.settings, self.game, self.store = settings, game, store
        self.executor = executor or InProcess()
        self.events: list[Event] = []
        """Of the generation under way."""
        self.curriculum = Curriculum(settings.levels or (Level(players=2),))
        self.alarm = Alarm(settings.floor)
        self.meetings = Meetings()
        self.past: dict[str, tuple[Rating, Arrays]] = {}
        """Members as they once were."""
        self.takes: list[Numbered] = []
        """Games of this generation that are to be kept."""
        self.figures: dict[str, dict[str, float]] = {}
        """Of each member's last lesson in this generation."""
        found = store.newest()
        if found is None:
            self.generation = 0
            begun = first or [{}] * settings.members
            self.members = [self._born(k, begun[k]) for k in range(settings.members)]
            self._save()
        else:
            self.generation, self.members = found.number, found.members
            self.takes, state = found.takes, found.state
            self.curriculum.at, self.curriculum.failures = state["level"], state["failures"]
            self.alarm.armed = state.get("armed", False)
            self.meetings = Meetings.from_plain(state.get("meetings", []))
            self.past = {name: self._recalled(name) for name in state["past"]}

    def advance(self) -> None:
        """One generation: matches and lessons, then evolution and the curriculum; saved."""
        self.generation += 1
        self.figures, self.takes = {}, []
        for turn in range(self.settings.rounds):
            played = self._play_and_learn(turn)
        for member in self.members:
            self._tell("matched", member, figures=self.figures.get(member.name, {}))
        if self.settings.schedule is not None:
            self._evolve(self.settings.schedule)
        if self.settings.floor:
            self._watch(played[-1])
        if len(self.curriculum.levels) > 1:
            self._judge()
        if self.settings.remember and self.generation % self.settings.remember == 0:
            self._remember()
        self._save()

    def best(self) -> Member:
        """The member of the highest rating."""
        return max(self.members, key=lambda member: member.rating.mu)

    # ------------------------------------------------------------------ parts of a generation

    def _born(self, k: int, first: Numbers) -> Member:
        settings, rng = self.settings, self._rng(_BIRTH, k)
        group = settings.groups[k % len(settings.groups)]
        numbers = drawn(settings.ranges_of(group), rng) | first
        arrays = self.game.newborn(int(rng.integers(2**31)))
        member = Member(f"m{k:02d}", group, numbers, arrays)
        self._tell("born", member)
        return member

    def _play_and_learn(self, turn: int) -> list[Played]:
        """A round: every match, then every member's lesson; what came of the matches."""
        matches = [self._match(turn, k) for k in range(self.settings.matches)]
        arrays = {member.name: member.arrays for member in self.members}
        arrays |= {name: network for name, (_, network) in self.past.items()}
        numbers = {member.name: member.numbers for member in self.members}
        tasks = []
        for match in matches:
            names = {name for row in match.seating for name in row}
            learning = {name: numbers[name] for name in names & set(numbers)}
            tasks.append((match, {name: arrays[name] for name in sorted(names)}, learning))
        played: list[Played] = self.executor.each(self.game.play, tasks)
        for k, (match, each) in enumerate(zip(matches, played, strict=True)):
            for w, take in each.takes.items():
                self.takes.append(Numbered(match.level, self._number(turn, k, w), take))
            for outcome in each.outcomes:
                self._rate(outcome)
        students = [m for m in self.members if any(m.name in each.lived for each in played)]
        lessons = []
        for member in students:
            lived = [each.lived[member.name] for each in played if member.name in each.lived]
            seed = int(self._rng(_LESSONS, turn, int(member.name[1:])).integers(2**31))
            lessons.append((member.arrays, member.numbers, lived, seed))
        learnt = self.executor.each(self.game.learn, lessons)
        for member, (arrays_now, figures) in zip(students, learnt, strict=True):
            if _is_sound(arrays_now, figures):
                member.arrays, self.figures[member.name] = arrays_now, figures
            else:
                self._discard(member)
        return played

    def _discard(self, member: Member) -> None:
        """Leave a member as it was before a lesson, but for its rate, which is halved."""
        if "rate" in member.numbers:
            allowed = self.settings.ranges_of(member.group)["rate"]
            member.numbers["rate"] = allowed.inside(member.numbers["rate"] / 2.0)
        self._tell("discarded", member)

    def _number(self, turn: int, k: int, w: int) -> int:
        """Of a game among all that the population ever plays."""
        settings = self.settings
        matches = (self.generation * settings.rounds + turn) * settings.matches + k
        return matches * settings.worlds + w

    def _match(self, turn: int, k: int) -> Match:
        """Draw a level and a line-up for each world; everybody is focal as often as others."""
        settings, rng = self.settings, self._rng(_MATCHES, turn, k)
        level = self.curriculum.draw(rng)
        players = self.game.players(level)
        sizes = self.game.teams(level) or sizes_of(players, len(self.members))
        entrants = [Entrant(member.name, member.rating) for member in self.members]
        past = [Entrant(name, rating) for name, (rating, _) in self.past.items()]
        first = (turn * settings.matches + k) * settings.worlds
        order = self._rng(_MATCHES).permutation(len(entrants))
        rows = []
        for w in range(settings.worlds):
            focal = entrants[order[(first + w) % len(entrants)]]
            sides = line_up(focal, entrants, past, sizes, settings.past_share, rng)
            rows.append(tuple(seated(sides, sizes)))
        return Match(level, tuple(rows), sides_of_seats(sizes), int(rng.integers(2**31)))

    def _rate(self, outcome: Outcome) -> None:
        """Move the ratings of those who played; those of the past stay where they are."""
        living = {member.name: member for member in self.members}
        before = [
            [living[name].rating if name in living else self.past[name][0] for name in side]
            for side in outcome.sides
        ]
        after = rate(before, outcome.ranks)
        for side, ratings in zip(outcome.sides, after, strict=True):
            for name, rating in zip(side, ratings, strict=True):
                if name in living:
                    living[name].rating = rating
                    living[name].games += 1
        if self.settings.evidence_by == "returns":
            self._compare(outcome)

    def _compare(self, outcome: Outcome) -> None:
        """Note by how much members of different sides differed."""
        living = {member.name: member for member in self.members}
        sides = list(zip(outcome.sides, outcome.scores, strict=True))
        for (one, score), (other, theirs) in combinations(sides, 2):
            for mine, his in product(one, other):
                if mine in living and his in living and mine != his:
                    self.meetings.add(living[mine], living[his], score - theirs)

    def _evolve(self, schedule: Schedule) -> None:
        rng, ranges_of = self._rng(_EVOLUTION), self.settings.ranges_of
        is_worse = self._gets_less if self.settings.evidence_by == "returns" else by_rating
        for member, donor in evolve(self.members, ranges_of, schedule, rng, is_worse):
            self._tell("exploited", member, donor=donor.name)
            self._tell("explored", member)

    def _gets_less(self, one: Member, other: Member) -> float:
        """The chance that one gets less than another where they meet."""
        rng = self._rng(_EVIDENCE, int(one.name[1:]), int(other.name[1:]))
        return self.meetings.worse(one, other, rng)

    def _watch(self, played: Played) -> None:
        """Let the alarm ring if all play alike, and act on it."""
        rng, everybody = self._rng(_ALARM), {member.name: member.arrays for member in self.members}
        divergence = self.game.divergence(everybody, played.lived, int(rng.integers(2**31)))
        if self.alarm.rings(divergence):
            told = {"divergence": divergence, "floor": self.alarm.floor}
            self.events.append({"generation": self.generation, "kind": "alarmed", **told})
            for member in reset(self.members, self.settings.ranges_of, rng):
                self._tell("reset", member)

    def _judge(self) -> None:
        """Let everybody play the held-out seeds of the level, and go up or down."""
        level = self.curriculum.at
        tasks = [(member.arrays, level) for member in self.members]
        scores = np.stack(self.executor.each(self.game.judge, tasks), axis=1)
        if verdict := self.curriculum.judge(scores, self._rng(_JUDGING)):
            self.events.append(
                {"generation": self.generation, "kind": verdict, "level": self.curriculum.at}
            )

    def _remember(self) -> None:
        """Leave the best of each group to the past."""
        for group in dict.fromkeys(self.settings.groups):
            ours = [member for member in self.members if member.group == group]
            best = max(ours, key=lambda member: member.rating.mu)
            name = f"{best.name}_gen_{self.generation:05d}"
            self.store.remember(name, best, self.generation)
            self.past[name] = self._recalled(name)

    def _recalled(self, name: str) -> tuple[Rating, Arrays]:
        plain, network = self.store.past(name)
        return Rating(**plain["rating"]), network

    # ------------------------------------------------------------------ keeping

    def _tell(self, kind: str, member: Member, **more: Any) -> None:
        """Note what happened to a member."""
        plain = member.plain()
        told = ("group", "hypers", "rewards", "rating", "games", "hash")
        event = {"generation": self.generation, "kind": kind, "member": member.name, **more}
        self.events.append({**event, **{name: plain[name] for name in told}})

    def _save(self) -> None:
        state = {
            "level": self.curriculum.at,
            "failures": self.curriculum.failures,
            "past": list(self.past),
            "armed": self.alarm.armed,
            "meetings": self.meetings.plain(),
        }
        self.store.save(self.generation, self.members, state, self.events, self.takes)
        self.events = []

    def _rng(self, purpose: int, *keys: int) -> np.random.Generator:
        """What draws for one purpose in this generation."""
        return np.random.default_rng([self.settings.seed, self.generation, purpose, *keys])


def _is_sound(arrays: Arrays, figures: Mapping[str, float]) -> bool:
    """Whether a lesson took every step, and came to numbers."""
    numbers = [*arrays.values(), np.array(list(figures.values()))]
    return not figures.get("skipped") and all(bool(np.isfinite(each).all()) for each in numbers)
