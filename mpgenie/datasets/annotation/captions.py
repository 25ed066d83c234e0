"""Sentences about an episode and about each of its players, made from annotations by template."""

from collections import Counter
from collections.abc import Sequence

from mpgenie.datasets.episode import Recorded

from .spans import Span

_DOES = {
    "idle": "stands", "look": "looks about", "walk": "walks", "dig": "digs", "build": "builds",
    "fight": "fights",
}  # fmt: skip
_LEAST = 0.05
"""Share of an episode from which an activity is worth a word."""
TELLS_WITH = {
    "fight": ("fights with {}", "fights with {}"),
    "hand_over": ("hands things to {}", "gets things from {}"),
    "joint_building": ("builds together with {}", "builds together with {}"),
    "mutual_gaze": ("looks into the eyes of {}", "looks into the eyes of {}"),
    "follow": ("follows {}", "is followed by {}"),
    "meet": ("meets {}", "meets {}"),
    "part": ("parts from {}", "parts from {}"),
}
"""Of the player of an interaction, and of the other."""


def captions(episode: Recorded, spans: Sequence[Span]) -> list[tuple[int, str]]:
    """(player, text) of the whole episode (player -1) and of each player."""
    players = range(len(episode.header.players))
    return [(-1, of_all(episode, spans)), *((p, of_one(episode, spans, p)) for p in players)]


def of_all(episode: Recorded, spans: Sequence[Span]) -> str:
    """What the episode is, where, when, how long, and how it went."""
    header = episode.header
    count = len(header.players)
    kind = header.config.get("planet", {}).get("kind", "")
    place = f" on a {kind} planet" if kind else ""
    sky = "in rain" if episode["world/raining"].mean() > 0.5 else "in dry weather"
    parts = [
        f"{_plain(header.type)}: {count} player{'s' if count > 1 else ''}{place}, {sky}, "
        f"{header.length / 20:.0f} seconds, {header.outcome}"
    ]
    shapes = Counter(span.label for span in spans if span.kind == "formation")
    if shapes:
        parts.append("they stand in a " + " and a ".join(sorted(shapes)))
    for span in spans:
        if span.kind == "cooperation":
            parts.append(f"they share the work on blocks to {100 * span.value:.0f} %")
    return "; ".join(parts) + "."


def of_one(episode: Recorded, spans: Sequence[Span], player: int) -> str:
    """Who a player is, what it is about, what it does, and with whom."""
    header = episode.header
    role = header.roles[player] if player < len(header.roles) else ""
    name = f"{header.players[player]}" + (f", {_article(role)}," if role else "")
    mine = [span for span in spans if span.player == player]
    share: Counter[str] = Counter()
    for span in mine:
        if span.kind == "activity":
            share[span.label] += span.last - span.first + 1
    least = _LEAST * max(1, header.length)
    does = [_DOES[label] for label, ticks in share.most_common() if ticks >= least]
    sentence = f"{name} {_join(does) or 'is there'}"
    aims = dict.fromkeys(_plain(s.label) for s in mine if s.kind == "intent" and s.label != role)
    if aims:
        sentence += f" ({', then '.join(aims)})"
    met: dict[str, dict[str, None]] = {}
    for span in spans:
        if span.kind == "interaction" and player in (span.player, span.other):
            text = TELLS_WITH[span.label][player == span.other]
            other = span.player if player == span.other else span.other
            met.setdefault(text, {})[header.players[other]] = None
    company = [text.format(_join(list(others))) for text, others in met.items()]
    return "; ".join([sentence, *company]) + "."


def _plain(text: str) -> str:
    return text.replace("_", " ")


def _article(role: str) -> str:
    return f"{'an' if role[0] in 'aeiou' else 'a'} {_plain(role)}"


def _join(words: Sequence[str]) -> str:
    return ", ".join(words[:-1]) + " and " + words[-1] if len(words) > 1 else "".join(words)
