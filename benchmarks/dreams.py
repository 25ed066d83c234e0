"""How fast dreams are, and what a step of one costs.

python -m mpgenie.benchmarks.dreams
python -m mpgenie.benchmarks.dreams --presets cpu --worlds 1 8 --threads 2
python -m mpgenie.benchmarks.dreams --presets small --worlds 1 32 --device cuda

Speed and cost do not depend on what a model has learnt, so weights are any.  Operations are those
that `world_models.flops` says and those that torch counts, without the tokenizer.  Steps are those
of all worlds together, each of all players, and of the model alone: an environment's book-keeping
is not in them.
"""

import argparse
import statistics
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from mpgenie.world_models.config import PRESETS, WorldModelConfig
from mpgenie.world_models.flops import step_flops
from mpgenie.world_models.session import DreamState, WorldModel
from mpgenie.world_models.tokenizer import make_tokenizer
from mpgenie.world_models.transformer import MultiplayerTransformer

from .measure import Setting


class Speed(NamedTuple):
    """What was measured of one preset with so many worlds."""

    seconds: float
    """Of the clock, for one step of all worlds; a median."""
    cpu: float
    """The same, of all threads of this process."""
    said: float
    """Operations of a step of one world."""
    counted: float
    """The same, as torch counts them."""


def dreaming(
    config: WorldModelConfig, worlds: int, players: int, device: str
) -> tuple[WorldModel, DreamState, Any]:
    """A model of any weights, dreams that it has begun, and what players do in a step."""
    torch.manual_seed(0)
    model = WorldModel(
        make_tokenizer(config).to(device).eval(), MultiplayerTransformer(config).to(device)
    )
    frames = torch.zeros((worlds, 1, players, *config.resolution, 3), dtype=torch.uint8)
    state = model.open(frames, torch.zeros(worlds, 0, players, 22))
    return model, state, torch.zeros(worlds, players, 22)


def measured(
    config: WorldModelConfig, worlds: int, players: int, device: str, setting: Setting
) -> Speed:
    """Time steps after the window is full."""
    model, state, controls = dreaming(config, worlds, players, device)

    def step() -> None:
        model.step(state, controls)
        if device != "cpu":
            torch.cuda.synchronize()

    for _ in range(config.window):
        step()
    clock, cpu = [], []
    for _ in range(setting.windows):
        done, start, busy = 0, time.perf_counter(), time.process_time()
        while not done or time.perf_counter() - start < setting.window:
            step()
            done += 1
        clock.append((time.perf_counter() - start) / done)
        cpu.append((time.process_time() - busy) / done)
    return Speed(
        statistics.median(clock), statistics.median(cpu), step_flops(config, players),
        counted(config, players),
    )  # fmt: skip


def counted(config: WorldModelConfig, players: int) -> float:
    """Operations of a step of one world but for the tokenizer, as torch counts them."""
    model, state, controls = dreaming(config, 1, players, "cpu")
    picture = torch.zeros((1, players, *config.resolution, 3), dtype=torch.uint8)
    model.tokenizer.decode = lambda latents: picture  # type: ignore[method-assign]
    counter = FlopCounterMode(display=False)
    with torch.no_grad(), sdpa_kernel(SDPBackend.MATH), counter:
        model.step(state, controls)
    return float(counter.get_total_flops())


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print a row for each."""
    options = _parser().parse_args(arguments)
    if options.threads is not None:
        torch.set_num_threads(options.threads)
    print(f"{options.players} players, {torch.get_num_threads()} threads, {options.device}")
    print(
        f"{'preset':8} {'denoising':>9} {'worlds':>6} {'steps/s':>9} {'per CPU-s':>9} "
        f"{'GFLOP, said':>11} {'counted':>9} {'GFLOP/s':>9}"
    )
    for name in options.presets:
        config = PRESETS[name]
        if options.steps is not None:
            config = replace(config, steps=options.steps)
        for worlds in options.worlds:
            speed = measured(
                config, worlds, options.players, options.device, Setting(quick=options.quick)
            )
            print(
                f"{name:8} {config.steps:9} {worlds:6} {worlds / speed.seconds:9.1f} "
                f"{worlds / speed.cpu:9.1f} {speed.said / 1e9:11.3f} {speed.counted / 1e9:9.3f} "
                f"{worlds * speed.said / speed.seconds / 1e9:9.1f}",
                flush=True,
            )
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--presets", nargs="+", default=["debug", "cpu", "small"], choices=[*PRESETS],
        help="(debug cpu small)")  # fmt: skip
    add("--worlds", type=int, nargs="+", default=[1, 8], metavar="N", help="side by side (1 8)")
    add("--players", type=int, default=2, metavar="N", help="of each (%(default)s)")
    add("--steps", type=int, metavar="N", help="denoising steps (by preset)")
    add("--device", default="cpu", metavar="NAME", help="as torch names it (%(default)s)")
    add("--threads", type=int, metavar="N", help="of networks (as torch finds best)")
    add("--quick", action="store_true", help="short windows")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
