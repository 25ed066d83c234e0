"""The table of `world_models`: figures with intervals over clips and seeds, in words and a plot."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mpgenie.intervals import bounds, drawn_means
from mpgenie.pictures import save_png

OURS = "ours"
STEPS = (1, 4, 8, 16, 32)
"""Of a dream, that the table tells of."""
COMPARED = 8
"""The step at which variants are compared with ours."""
FREE = {
    "no_action": "nobody acts",
    "shuffled": "actions of another clip",
    "copy_last": "the last frame copied",
    "tokenizer": "the tokenizer alone",
}
"""Rows that take no learning of their own: they are told by the models of the first variant."""
BASELINES = ("independent", "frame_concat", "concat_view", "slot_embed", "compose")
Run = Mapping[str, Any]
Row = dict[str, Any]


def write_table(runs: Sequence[Run], out: Path, notes: Sequence[str] = ()) -> str:
    """Write table.json, table.md and horizon.png.

    Args:
        runs: As `world_models` leaves them: of every variant the same seeds, ours first if it is
            among them.
        out: The folder.
        notes: What a reader should know besides.

    Returns:
        What table.md says.
    """
    rows = table(runs)
    text = "\n".join([*markdown(rows), "", NOTE, *notes, ""])
    (out / "table.json").write_text(json.dumps({"rows": rows, "notes": [*notes]}, indent=1))
    (out / "table.md").write_text(text, encoding="utf-8")
    draw(rows, out / "horizon.png")
    return text


NOTE = (
    "PSNR in dB of dreamt frames at steps 1, 4, ...; `better`: than the first row at step 8, in "
    "dB, of the same clips and seeds; camera: of views that turned clearly in the two ticks up to "
    "steps 6 and 8, those seen to turn that way by how pixels shift (`real`: what this judge says "
    "of the game's own frames). In brackets 95 % intervals by bootstrap over seeds and clips. "
    "GFLOP: of products of matrices, for a dreamt step; TFLOP: for all of learning."
)


def table(runs: Sequence[Run]) -> list[Row]:
    """Plain rows: each variant, then what takes no learning, as told by the first variant."""
    names = list(dict.fromkeys(run["name"] for run in runs))
    first = [run for run in runs if run["name"] == names[0]]
    rows = []
    for name in names:
        mine = [run for run in runs if run["name"] == name]
        facts = {key: mine[0][key] for key in _FACTS}
        rows.append({**facts, "seeds": len(mine), **_figures(mine, "dream", first)})
    for key, what in FREE.items():
        rows.append({"name": key.replace("_", "-"), "what": what, **_figures(first, key, first)})
    rows.append({"name": "real", "what": "the game itself", "camera": _camera(first, "real")})
    return rows


_FACTS = ("name", "what", "parameters", "steps", "clips", "step_flops", "learning_flops")


def _figures(runs: Sequence[Run], key: str, first: Sequence[Run]) -> Row:
    """Figures of what some runs tell, beside the dreams of the first variant."""
    wrong, theirs = _errors(runs, key), _errors(first, "dream")
    steps = [step for step in STEPS if step <= wrong.shape[2]]
    at = min(COMPARED, wrong.shape[2]) - 1
    better = np.log10(drawn_means(theirs[..., at])) - np.log10(drawn_means(wrong[..., at]))
    middle = np.log10(theirs[..., at].mean() / wrong[..., at].mean())
    low, high = bounds(better)
    return {
        "psnr": {str(step): _psnr(wrong[..., step - 1]) for step in steps},
        "better": [round(10.0 * float(each), 3) for each in (middle, low, high)],
        "horizon": [_psnr_of(each) for each in wrong.mean((0, 1))],
        "camera": _camera(runs, key),
    }


def _errors(runs: Sequence[Run], key: str) -> NDArray[np.float64]:
    """(runs, clips, steps); what comes back perfectly counts as 60 dB."""
    return np.maximum(np.array([run["errors"][key] for run in runs], np.float64), 1e-6)


def _psnr_of(error: float) -> float:
    return round(float(-10.0 * np.log10(error)), 3)


def _psnr(wrong: NDArray[np.float64]) -> list[float]:
    """PSNR of the mean of (runs, clips) errors, and its interval."""
    low, high = bounds(drawn_means(wrong))
    return [_psnr_of(each) for each in (wrong.mean(), high, low)]


def _camera(runs: Sequence[Run], key: str) -> Row:
    """Shares of turns that are seen, with intervals, and how many turned."""
    parts = [run["steering"][key] for run in runs]
    turns, right = (np.array([part[name] for part in parts]) for name in ("turns", "right"))
    found: Row = {}
    for axis, columns in {"both": [0, 1], "pitch": [0], "yaw": [1]}.items():
        asked, seen = turns[..., columns].sum(-1), right[..., columns].sum(-1)  # (runs, clips)
        found[axis] = _share(seen, asked)
        found[f"{axis}_turns"] = int(asked[0].sum())
    return found


def _share(part: NDArray[np.int64], whole: NDArray[np.int64]) -> list[float] | None:
    """The sum of one over the sum of the other and its interval; None if there is nothing."""
    if not whole.sum():
        return None
    drawn = drawn_means(part) / np.maximum(drawn_means(whole), 1e-9)
    low, high = bounds(drawn)
    return [round(float(each), 4) for each in (part.sum() / whole.sum(), low, high)]


def markdown(rows: Sequence[Row]) -> list[str]:
    """The lines of the table."""
    steps = list(rows[0]["psnr"])
    head = ["model", *(f"dB at {step}" for step in steps), "better", "camera", "pitch", "yaw"]
    head += ["M weights", "GFLOP", "TFLOP"]
    lines = [_line(head), _line(["---"] * len(head))]
    for row in rows:
        psnr, camera = row.get("psnr", {}), row["camera"]
        cells = [f"{row['name']}: {row['what']}"]
        cells += [_cell(psnr.get(step), "{:.2f}") for step in steps]
        cells += [_cell(row.get("better"), "{:+.2f}")]
        cells += [_cell(camera[axis], "{:.0%}") for axis in ("both", "pitch", "yaw")]
        scales = {"parameters": 1e6, "step_flops": 1e9, "learning_flops": 1e12}
        cells += [f"{row[key] / by:.3g}" if key in row else "" for key, by in scales.items()]
        lines.append(_line(cells))
    return lines


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _cell(found: Sequence[float] | None, form: str) -> str:
    """A figure and its interval."""
    if found is None:
        return ""
    middle, low, high = (form.format(each) for each in found)
    return middle if low == middle == high else f"{middle} [{low}, {high}]"


def told(run: Run) -> str:
    """A line about a run."""
    wrong = np.array(run["errors"]["dream"]).mean(0)
    steps = [step for step in STEPS if step <= len(wrong)]
    psnr = "  ".join(f"{step}: {_psnr_of(wrong[step - 1]):.2f}" for step in steps)
    camera = _camera([run], "dream")["both"]
    turns = "no view turns" if camera is None else f"camera {camera[0]:.0%}"
    return f"{run['name']:25} seed {run['seed']}  dB at {psnr}  {turns}"


def draw(rows: Sequence[Row], out: Path) -> None:
    """Plot PSNR over the steps of a dream.

    Args:
        rows: Of the table.
        out: The PNG file.
    """
    from mpgenie.pages import figures

    figure, panels = figures.panels(11.0, 4.2, 2, sharey=True)
    known = [row for row in rows if "horizon" in row and row["name"] != "tokenizer"]
    free = dict(zip((name.replace("_", "-") for name in FREE), (":", "-.", "--", "-"), strict=True))
    left = [row for row in known if row["name"] in (OURS, *BASELINES) or row["name"] in free]
    right = [row for row in known if row["name"] not in BASELINES and row["name"] not in free]
    parts = {"Baselines": left, "Ablations": right}
    for panel, (title, shown) in zip(panels, parts.items(), strict=True):
        for row in shown:
            style: Row = {"linewidth": 1.2}
            if row["name"] == OURS:
                style |= {"color": "#16324f", "linewidth": 2.4}
            elif row["name"] in free:
                style |= {"linestyle": free[row["name"]], "color": "#7a837d"}
            steps = range(1, len(row["horizon"]) + 1)
            panel.plot(steps, row["horizon"], label=row["name"], **style)
        panel.set_title(title, fontsize=10, loc="left")
        panel.set_xlabel("step of the dream", fontsize=9)
        panel.set_ylabel("PSNR, dB", fontsize=9)
        panel.grid(alpha=0.3)
        if shown:
            panel.legend(fontsize=7)
    save_png(out, figures.pixels(figure))
