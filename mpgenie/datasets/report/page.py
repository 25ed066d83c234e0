"""The page itself: sections of HTML, each from what was gathered."""

from collections import Counter
from collections.abc import Sequence
from html import escape
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mpgenie.datasets.loss import dataset_loss
from mpgenie.datasets.pictures import StreamSpec
from mpgenie.datasets.quality import LEVELS, RULES, Finding, check, read_findings
from mpgenie.datasets.reading import Dataset
from mpgenie.envs.simulation.actions import BUTTONS
from mpgenie.errors import ConfigError, DatasetError
from mpgenie.pages.charts import bars, columns, number, percent, table
from mpgenie.pages.page import page, section, write
from mpgenie.pages.pieces import figure, group, image, note, tile

from .gathering import DISTANCES, PLACES, Gathered, gather
from .globe import draw_map
from .sheets import MOMENTS, contact_sheet

_PER_MINUTE = 1200
_MAPS = {
    "presence": ("Where players were", "frames of players", (38, 84, 124)),
    "interaction": ("Interactions", "hits, blocks placed, things picked up", (176, 74, 40)),
    "cooperation": (
        "Cooperation",
        "blocks placed or dug with another player within 8 m",
        (46, 110, 74),
    ),
    "objective": ("Objective cells", "columns whose blocks players changed", (110, 62, 130)),
}


def write_report(dataset: Dataset, out: str | Path) -> Path:
    """Write the page.

    Args:
        dataset: What it is about.
        out: The file.

    Returns:
        Its path.

    Raises:
        ConfigError: If the dataset is empty.
        StorageError: If the file cannot be written.
    """
    if not dataset.episodes:
        raise ConfigError(f"{dataset.root} has no episodes to report on")
    return write(Path(out), html(dataset))


def html(dataset: Dataset) -> str:
    """The page as HTML."""
    gathered = gather(dataset)
    return page(
        dataset.root.resolve().name,
        _summary(dataset, gathered),
        section("Episodes", _types(gathered)),
        section("Where on the planet", _maps(gathered)),
        section("What players did", _habits(gathered)),
        section("What players saw", _views(gathered)),
        section("Events", _events(gathered)),
        section("Quality", _quality(dataset)),
        section("What video loses", _loss(dataset, gathered)),
        section("Contact sheets", _sheets(dataset, gathered)),
    )


def _summary(dataset: Dataset, gathered: Gathered) -> str:
    frames, size = gathered.total("frames"), gathered.total("bytes")
    players = sorted({count for tally in gathered.types.values() for count in tally.players})
    kinds = Counter(kind for kind, _, _ in gathered.planets)
    tiles = [
        (number(len(dataset)), "episodes"),
        (str(len(gathered.types)), "types"),
        (" or ".join(map(str, players)), "players each"),
        (number(frames), "frames of players"),
        (f"{gathered.total('player_ticks') / 72_000:.2g} h", "of play, all players"),
        (f"{size / 2**20:,.0f} MiB", f"{size / frames / 1024:.1f} KiB a frame"),
        (
            f"{len(gathered.planets)} planets",
            ", ".join(f"{n} {kind}" for kind, n in sorted(kinds.items())),
        ),
        (" + ".join(map(str, gathered.splits.values())), " + ".join(gathered.splits)),
    ]
    streams = ", ".join(sorted(gathered.streams)) or "none"
    policies = ", ".join(f"{kind or 'unknown'} {n}" for kind, n in gathered.policies.items())
    return group("tiles", (tile(*each) for each in tiles)) + note(
        f"Streams: {streams}.  Who played: {policies or 'unknown'}."
    )


def _types(gathered: Gathered) -> str:
    rows = []
    for name, tally in sorted(gathered.types.items()):
        minutes = max(1, tally.player_ticks) / _PER_MINUTE
        events = tally.events
        rows.append(
            [
                escape(name),
                escape(", ".join(map(str, sorted(tally.players)))),
                str(tally.episodes),
                percent(tally.outcomes["success"] / tally.episodes),
                f"{tally.ticks / tally.episodes / 20:.0f} s",
                percent(tally.seen / tally.episodes),
                *(
                    number(round(events[kind] / minutes, 1))
                    for kind in ("block_place", "block_dig_done", "hit", "jump")
                ),
                f"{tally.bytes / tally.frames / 1024:.1f}",
            ]
        )
    head = (
        "type", "players", "episodes", "success", "length", "sees another", "placed", "dug", "hits",
        "jumps", "KiB a frame",
    )  # fmt: skip
    text = "Placed, dug, hits and jumps: for each player and minute of play."
    return table(head, rows, 2) + note(text)


def _maps(gathered: Gathered) -> str:
    figures = []
    for layer, (title, what, colour) in _MAPS.items():
        counts = gathered.maps[layer]
        covered = percent(float((counts > 0).mean()))
        picture = image(draw_map(counts, PLACES, colour), title, "map")
        told = f"{what}; in {covered} of all places, {number(counts.sum())} in all"
        figures.append(figure(picture, told, title))
    text = (
        "All planets laid over each other, in equal area; lines are the edges of the six faces. "
        "Darker is more, by its logarithm."
    )
    return group("pair", figures) + note(text)


def _habits(gathered: Gathered) -> str:
    ticks = gathered.total("player_ticks")
    shares = gathered.pressed / max(1, ticks)
    rows = [(name, s, percent(s)) for name, s in zip(BUTTONS, shares.tolist(), strict=True)]
    used = [row for row in rows if not row[0].startswith("hotbar")]
    hotbar = sum(row[1] for row in rows if row[0].startswith("hotbar"))
    used.append(("hotbar 1 to 9", hotbar, percent(hotbar)))
    marks = ("-8.6", "0", "8.6")
    charts = [
        _shares(gathered.turns[0], marks, "Pitch, degrees a tick (down is positive)"),
        _shares(gathered.turns[1], marks, "Yaw, degrees a tick (right is positive)"),
        _shares(gathered.pitches, ("-90 up", "0", "down 90"), "Where players look, degrees"),
    ]
    still = percent(gathered.still / max(1, ticks))
    text = f"The camera stays in {still} of all ticks of players; turns of 0 are left out above."
    return group("pair", map(figure, [bars(used), *charts])) + note(text)


def _views(gathered: Gathered) -> str:
    total = max(1, sum(gathered.others.values()))
    rows = [
        (f"{n} other{'s' if n != 1 else ''}", count / total, percent(count / total))
        for n, count in sorted(gathered.others.items())
    ]
    every, seen = gathered.near
    chance = seen / np.maximum(every, 1.0)
    labels = [f"{step}+" for step in DISTANCES]
    charts = [
        _shares(every, labels, "Metres between two players"),
        columns(chance.tolist(), labels, "Looks that find the other", percent(chance.max())),
    ]
    few = f"<p>Frames that show</p>{bars(rows)}"
    text = "Looks that find the other: share of frames in which one sees the other, by metres."
    return group("three", map(figure, [few, *charts])) + note(text)


def _shares(counts: NDArray[np.float64], labels: Sequence[str], title: str) -> str:
    """Counts as columns, their highest share beside the title."""
    shares = counts / max(1.0, counts.sum())
    return columns(shares.tolist(), labels, title, percent(float(shares.max())))


def _events(gathered: Gathered) -> str:
    total: Counter[str] = Counter()
    for tally in gathered.types.values():
        total.update(tally.events)
    minutes = max(1, gathered.total("player_ticks")) / _PER_MINUTE
    rows = [(kind, n / minutes, number(n / minutes)) for kind, n in total.most_common()]
    return group("pair", [figure(bars(rows))]) + note("For each player and minute of play.")


def _quality(dataset: Dataset) -> str:
    try:
        findings, when = read_findings(dataset.root), "Of the last check."
    except DatasetError:
        findings = list(check(dataset, quarantine=False, write=False).findings)
        when = "Checked for this report; nothing was set aside."
    rows = [_rule_row(name, findings) for name in _in_order()]
    rejected = sorted({one.unit for one in findings if one.verdict == "reject"} - {-1})
    text = f"{when}  Episodes rejected: {', '.join(map(str, rejected)) or 'none'}."
    head = ("rule", "level", "measures", "worst", "limit", "pass", "flag", "reject")
    return table(head, rows, 3) + note(text)


def _in_order() -> list[str]:
    return sorted(RULES, key=lambda name: LEVELS.index(RULES[name].level))


def _rule_row(name: str, findings: list[Finding]) -> list[str]:
    rule, mine = RULES[name], [one for one in findings if one.rule == name]
    worst = "-"
    if mine:
        pick = max if rule.bound == "most" else min
        worst = number(pick(one.value for one in mine))
    counts = Counter(one.verdict for one in mine)
    limit = number(mine[0].limit) if mine else "-"
    cells = [name, rule.level, rule.summary, worst, limit, str(counts["pass"])]
    marked = [
        f'<span class="{verdict}">{counts[verdict]}</span>' if counts[verdict] else "0"
        for verdict in ("flag", "reject")
    ]
    return [escape(cell) for cell in cells] + marked


def _loss(dataset: Dataset, gathered: Gathered) -> str:
    rows = []
    for name in sorted(gathered.streams):
        having = [entry for entry in dataset.episodes if name in entry.streams]
        spec = StreamSpec(**having[0].streams[name])
        if spec.look != "rgb" or spec.mode != "frames" or spec.height % 2 or spec.width % 2:
            continue
        lossless = [e.unit for e in having if e.streams[name]["mode"] == "frames"]
        found = dataset_loss(dataset.where(unit=lossless), name)
        rows.append(
            [
                escape(name),
                number(found.frames),
                f"{found.psnr:.1f} dB",
                f"{found.worst_psnr:.1f} dB",
                str(found.largest_error),
                f"{found.bytes_per_frame / 1024:.2f}",
                f"{found.raw_bytes_per_frame / 1024:.1f}",
            ]
        )
    if not rows:
        return note("No stream is kept without loss, so there is nothing to compare video with.")
    head = (
        "stream", "frames tried", "PSNR", "worst frame", "largest error", "KiB a frame as mp4",
        "KiB raw",
    )  # fmt: skip
    return table(head, rows) + note(
        "Lossless frames sent through H.264 and back; the largest error is of 255."
    )


def _sheets(dataset: Dataset, gathered: Gathered) -> str:
    figures = []
    for name, tally in sorted(gathered.types.items()):
        entry = tally.shown
        picture = contact_sheet(dataset, entry) if entry is not None else None
        if picture is None or entry is None:
            continue
        roles = [each["role"] or each["player"] for each in entry.row["each"]]
        text = f"episode {entry.unit}, {entry.length / 20:.0f} s; rows: {', '.join(roles)}"
        figures.append(figure(image(picture, name, "sheet"), text, name))
    if not figures:
        return note("There are no pictures: the episodes hold states and actions alone.")
    text = f"One episode of each type, {MOMENTS} moments from its first to its last frame."
    return "".join(figures) + note(text)
