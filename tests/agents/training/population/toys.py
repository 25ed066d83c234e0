"""Games so simple that one knows what should come of them; none needs a world or a network."""

import numpy as np

from mpgenie.agents.arrays_file import read_arrays, write_arrays
from mpgenie.agents.training.population.game import Outcome, Played
from mpgenie.agents.training.population.takes import Take


class Toy:
    """Pairs of players, each a few numbers `net.x`; who has the higher score wins."""

    def players(self, level):
        return 2

    def teams(self, level):
        return None

    def newborn(self, seed):
        return {"net.x": self.first(np.random.default_rng(seed)).astype(np.float64)}

    def play(self, match, who, numbers):
        rng = np.random.default_rng(match.seed)
        outcomes, lived = [], {name: [] for name in numbers}
        for row in match.seating:
            minds = [who[name]["net.x"] for name in row]
            scores = tuple(self.score(minds[k], minds[1 - k], rng) for k in range(2))
            outcomes.append(Outcome(tuple((name,) for name in row), scores))
            for k, name in enumerate(row):
                if name in lived:
                    lived[name].append(minds[1 - k])
        return Played(outcomes, {name: seen for name, seen in lived.items() if seen})

    def learn(self, arrays, numbers, lived, seed):
        rng = np.random.default_rng(seed)
        met = [mind for each in lived for mind in each]
        x = self.better(arrays["net.x"], numbers, met, rng)
        return {"net.x": x, "steps": arrays.get("steps", np.zeros(1)) + len(met)}, {
            "x": float(x[0])
        }

    def judge(self, arrays, level):
        return np.full(8, arrays["net.x"][0])

    def divergence(self, who, lived, seed):
        return float(np.std([arrays["net.x"] for arrays in who.values()], axis=0).mean())

    def save(self, path, arrays, facts):
        write_arrays(path, facts, arrays)

    def load(self, path):
        return read_arrays(path)[1]

    def close(self):
        pass


class MovingOptimum(Toy):
    """The best rate rises with what was reached, then falls again; a wrong one loses ground.

    After the example of Ray Tune's documentation of population-based training.
    """

    def first(self, rng):
        return np.zeros(1)

    def score(self, mine, other, rng):
        return float(mine[0] + rng.normal())

    def better(self, x, numbers, met, rng):
        for _ in met:
            best, rate = best_rate(x[0]), numbers["rate"]
            away = max(rate, best) / min(rate, best)
            if away < 3.0:
                x = x + rng.random() / away
            elif rate > best:
                x = x - min(away - 3.0, 5.0) * rng.random()
        return np.maximum(x, 0.0)


class Settled(Toy):
    """Who was born best always wins, and nobody learns: in the end all are its clones."""

    def first(self, rng):
        return rng.normal(size=1)

    def score(self, mine, other, rng):
        return float(mine[0])

    def better(self, x, numbers, met, rng):
        return x


class Lucky(Settled):
    """Everybody gets what it was born with, give or take."""

    def score(self, mine, other, rng):
        return float(mine[0] + rng.normal())


class Told(MovingOptimum):
    """About half of the games are to be kept."""

    def play(self, match, who, numbers):
        takes = {
            w: Take(match.seed + w, np.full((3, 2, 10), w), 2, row)
            for w, row in enumerate(match.seating)
            if (match.seed + w) % 2
        }
        return super().play(match, who, numbers)._replace(takes=takes)


class Overflowing(Settled):
    """Whoever learns by a rate above 0.01 comes to no number."""

    def better(self, x, numbers, met, rng):
        return x + (np.inf if numbers["rate"] > 0.01 else 1.0)


def best_rate(reached):
    """Of learning, when so much is reached: up to 0.01 at 100, then down to 0.001."""
    return float(np.clip(0.01 * min(reached, 200.0 - reached) / 100.0, 0.001, 0.01))


BEATS = np.array([[0.0, -1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0]])
"""What rock, paper and scissors (rows) get against each other."""


class RockPaperScissors(Toy):
    """Everybody moves towards what would have won against those it met."""

    keeps = 0.9
    """Of what it was before a lesson."""

    def first(self, rng):
        return rng.normal(size=3)

    def score(self, mine, other, rng):
        return float(played(mine) @ BEATS @ played(other))

    def better(self, x, numbers, met, rng):
        wins = BEATS @ np.mean([played(mind) for mind in met], axis=0)
        x = self.keeps * x + numbers["rate"] * wins
        return x - x.mean()


class Forgetful(RockPaperScissors):
    """Everybody forgets half of what it was in each lesson."""

    keeps = 0.5


def played(x):
    """How often each of the three is played."""
    likely = np.exp(x - x.max())
    return likely / likely.sum()


def exploitability(strategy):
    """What the best answer to a strategy gets."""
    return float((BEATS @ strategy).max())


class Growing(Toy):
    """Everybody gets better by one in each lesson, whatever happens."""

    def first(self, rng):
        return np.zeros(1)

    def score(self, mine, other, rng):
        return float(mine[0])

    def better(self, x, numbers, met, rng):
        return x + 1.0

    def judge(self, arrays, level):
        return np.full(50, arrays["net.x"][0] - 10.0 * level)
