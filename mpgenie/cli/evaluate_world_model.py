"""`mpgenie evaluate` of world models: how good they are as a stand-in for the game."""

import argparse
from typing import Any

from mpgenie.errors import ConfigError


def run(options: argparse.Namespace) -> int:
    """Evaluate, write the page, and say the scores."""
    import mpgenie
    from mpgenie.world_models.evaluation.evaluating import EPISODES, write_cases_for

    models = [*options.models, *options.compare]
    chosen: dict[str, Any] = {
        "tasks": options.tasks, "seed": options.seed or 0, "device": options.device,
        "probes": options.probes, "resolution": options.resolution,
        "episodes": EPISODES if options.episodes is None else options.episodes,
    }  # fmt: skip
    if options.cases is not None:
        _refuse_more(options)
        count = write_cases_for(models, options.cases, **chosen)
        print(f"{count} cases in {options.cases}")
        return 0
    results = mpgenie.evaluate_world_model(
        models, out=options.out, starts=options.starts or 0,
        policies=options.policies or (), plans=options.plans or 0,
        fvd=options.fvd, idm=options.idm, states=options.states, judge=options.judge,
        outcomes=options.outcomes,
        on_step=lambda text: print(f"{text} ...", flush=True), **chosen,
    )  # fmt: skip
    print(table(results))
    if "outcomes" in results:
        print(outcomes(results))
    print(f"report    {options.out / 'report.html'}")
    return 0


ASKED = ("starts", "policies", "plans", "fvd", "idm", "states", "judge", "outcomes")
"""Names of options that say what is asked of models, beside cases."""


def _refuse_more(options: argparse.Namespace) -> None:
    """Refuse options that play no part where cases are written alone."""
    for name in ASKED:
        if getattr(options, name) not in (None, False):
            raise ConfigError(f"--cases writes what is asked, and stops: leave --{name} out")


def table(results: dict[str, Any]) -> str:
    """The share of each task that each model got right; * = its judge cannot see enough."""
    models = results["models"]
    width = max(len(about["title"]) for about in results["tasks"].values()) + 2
    wide = max(10, *(len(name) + 2 for name in models))
    lines = [" " * width + "".join(f"{name:>{wide}}" for name in ("judge", *models))]
    for name, about in results["tasks"].items():
        mark = "" if about["sees"] else " *"
        shares = [about["judge"], *(model["tasks"][name]["share"] for model in models.values())]
        cells = "".join(f"{100 * share:>{wide - 2}.0f} %" for share in shares)
        lines.append(f"{about['title'] + mark:{width}}{cells}")
    if not all(about["sees"] for about in results["tasks"].values()):
        lines.append("* what is asked about is too small for the judge at this resolution")
    return "\n".join(lines)


def outcomes(results: dict[str, Any]) -> str:
    """How well rewards and ends are told, beside the game itself and who always says nothing."""
    from mpgenie.world_models.evaluation.tables import told_outcomes

    lines = [f"{'rewards and ends':20}{'error':>10}{'sign':>10}{'Brier':>10}{'AUC':>10}"]
    for name, found in told_outcomes(results).items():
        cells = (found[key] for key in ("mean_error", "sign", "brier", "auc"))
        lines.append(
            f"{name:20}" + "".join(f"{'' if c is None else f'{c:.3f}':>10}" for c in cells)
        )
    return "\n".join(lines)
