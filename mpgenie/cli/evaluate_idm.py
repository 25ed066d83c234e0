"""`mpgenie evaluate` of models of inverse dynamics: how well they tell what players did."""

import argparse
from collections import Counter
from typing import TYPE_CHECKING, Any

from mpgenie.errors import ConfigError

from .bars import Bar

if TYPE_CHECKING:
    from mpgenie.datasets.reading import Entry

DOES = {"told": "telling what was done", "asked": "replaying"}
SHOWN = ("camera_r2", "macro_f1", "event_f1_0", "joint_exact", "key_accuracy")


def run(options: argparse.Namespace) -> int:
    """Measure, write, and say the main figures."""
    if options.data is None:
        raise ConfigError("models of inverse dynamics are judged on a dataset: name it with --data")
    every = 1 if options.every is None else options.every
    if every < 0:
        raise ConfigError(f"--every must be 0 or more, got {every}")
    import mpgenie
    from mpgenie.agents.vpt.report import report_idm, write_report

    learnt_from = None if options.learnt_from is None else mpgenie.open_dataset(options.learnt_from)
    dataset = mpgenie.open_dataset(options.data)
    done = Counter[str]()

    def on_episode(what: str, _: "Entry") -> None:
        done[what] += 1
        bar.show(DOES[what], done[what], len(dataset))

    with Bar(" episodes") as bar:
        results = report_idm(
            options.models, dataset, options.out, learnt_from=learnt_from, every=every,
            device=options.device, on_episode=on_episode,
        )  # fmt: skip
    page = write_report(results, options.out)
    print(table(results))
    print(f"report    {page}")
    return 0


def table(results: dict[str, Any]) -> str:
    """The main figures: of the model, and of the truth a tick ago."""
    from mpgenie.agents.vpt.report.sections import FIGURES

    scores = results["scores"]
    rows = [(FIGURES[name], *(scores[who]["figures"][name] for who in _WHO)) for name in SHOWN]
    if "identifiable" in results:
        known = results["identifiable"]["scores"]
        told = (known[who]["figures"]["macro_f1"] for who in _WHO)
        rows.insert(2, ("the same, where identifiable", *told))
    width = max(len(label) for label, *_ in rows)
    lines = [" " * width + "".join(f"{who.replace('_', ' '):>16}" for who in _WHO)]
    lines += [
        f"{label:{width}}" + "".join(f"{_text(f):>16}" for f in each) for label, *each in rows
    ]
    leaks = len(results["leaks"]["leaks"])
    lines.append(f"{'leaks':{width}}{leaks:16}" if leaks else "no leaks found")
    return "\n".join(lines)


_WHO = ("model", "copy_previous")


def _text(figure: dict[str, Any]) -> str:
    spread = f" ±{figure['spread']:.3f}" if len(figure["each"]) > 1 else ""
    return f"{figure['mean']:.3f}{spread}"
