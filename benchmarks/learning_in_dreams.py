"""What is learnt in a dream, tried in the game: the same learner, in either, for as many steps.

python -m mpgenie.benchmarks.learning_in_dreams checkpoints/cpu --out out/learning_in_dreams

Stable-Baselines3's PPO learns from frames to see much sky (`fidelity.sky_seen`, which any frame
tells; data without rewards teach a model none), once in the dream and once in the game.  Then all
policies, those that were saved on the way, scripts, and any that --policies names, play from the
same frames in both, on planets that neither the model nor learners have seen; how well returns in
the dream tell those in the game is said for all of them together.  A policy that is there already
is not learnt again.
"""

import argparse
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from stable_baselines3 import PPO
from stable_baselines3.common.vec_env import VecEnv, VecEnvWrapper

from mpgenie.agents.adapters.sb3 import Sb3VecEnv, sb3_vec_env
from mpgenie.checks import check_same
from mpgenie.intervals import interval
from mpgenie.pages import figures
from mpgenie.pictures import save_png
from mpgenie.world_models.checkpoint import MODEL, load_world_model
from mpgenie.world_models.dream_vector import dream_vector_env
from mpgenie.world_models.evaluation.fidelity import TICKS, rank_policies, sky_seen
from mpgenie.world_models.evaluation.plots import ranking
from mpgenie.world_models.evaluation.policies import SCRIPTS, Acted, Frames, trained_policies
from mpgenie.world_models.source import Source

WORLDS, STEPS = 8, 32
"""Worlds that a learner plays in at once, and decisions of each player between its updates."""
ELSEWHERE = 2**30
"""The first seed of learners' worlds: beyond those of all planets that policies are ranked on."""
SAVED = 3
"""Policies that are kept on the way, the last among them."""


class SkyRewards(VecEnvWrapper):
    """Pays each row by how much sky it sees."""

    def reset(self) -> Any:
        """Begin all episodes."""
        return self.venv.reset()

    def seed(self, seed: int | None = None) -> Sequence[int | None]:
        """Begin on other planets than those that policies are ranked on."""
        return self.venv.seed(None if seed is None else ELSEWHERE + seed)

    def step_wait(self) -> Any:
        """As the environment's, paid by what was seen, at an episode's end too."""
        seen, rewards, ended, infos = self.venv.step_wait()
        assert isinstance(seen, np.ndarray)
        for row in range(self.num_envs):
            frame = infos[row]["terminal_observation"] if ended[row] else seen[row]
            rewards[row] = sky_seen({"": frame})
        return seen, rewards, ended, infos


@dataclass(frozen=True)
class Learnt:
    """A policy of Stable-Baselines3, as others are asked."""

    model: PPO

    def act(self, observations: Frames, state: Any = None) -> Acted:
        """What it draws for each; the same draws in every episode."""
        if state is None:
            torch.manual_seed(0)
        actions, _ = self.model.predict(np.stack(list(observations.values())))
        return dict(zip(observations, actions, strict=True)), True


def worlds(source: Source, where: str) -> VecEnv:
    """The dream or the game, with episodes as long as those that are judged."""
    if where == "dream":
        envs = dream_vector_env(
            source, WORLDS, horizon=TICKS, ending=None, autoreset_mode="SAME_STEP"
        )
        return SkyRewards(Sb3VecEnv(envs))
    game = {**source.options, "planets": None, "max_cycles": TICKS}
    return SkyRewards(sb3_vec_env(WORLDS, **game))


def learnt(source: Source, where: str, steps: int, seed: int, out: Path) -> dict[str, Learnt]:
    """Policies on the way and the last, by name; learnt if they are not there."""
    files = {
        f"{where} {steps * part // SAVED}": out / f"{where}_{seed}_{steps * part // SAVED}.zip"
        for part in range(1, SAVED + 1)
    }
    if not all(file.exists() for file in files.values()):
        envs = worlds(source, where)
        model = PPO(
            "CnnPolicy", envs, n_steps=STEPS, batch_size=WORLDS * STEPS // 2, n_epochs=4,
            learning_rate=5e-4, gamma=0.9, ent_coef=0.003, seed=seed, device="cpu",
        )  # fmt: skip
        for file in files.values():
            model.learn(steps // SAVED, reset_num_timesteps=False)
            model.save(file)
            print(f"  {file}", flush=True)
        envs.close()
    return {name: Learnt(PPO.load(file, device="cpu")) for name, file in files.items()}


def check_same_model(checkpoint: Path, out: Path) -> None:
    """Refuse a folder of policies that learnt in the dreams of another model."""
    weights = (checkpoint / MODEL).read_bytes()
    about, kept = {"model": hashlib.sha256(weights).hexdigest()}, out / "about.json"
    if kept.exists():
        check_same(out, "run", json.loads(kept.read_text()), about)
    kept.write_text(json.dumps(about))


def table(found: Mapping[str, Any]) -> str:
    """Returns in the dream and in the game, best in the game first, with 95 % intervals."""
    lines = ["| policy | in the dream | in the game |", "|---|---|---|"]
    rows = zip(found["policies"], found["dream"], found["real"], strict=True)
    for name, dreamt, real in sorted(rows, key=lambda row: -float(np.mean(row[2]))):
        cells = ("{:.2f} ({:.2f} to {:.2f})".format(*interval(each)) for each in (dreamt, real))
        lines.append(f"| {name} | {' | '.join(cells)} |")
    said = ", ".join(
        f"{name} {found[name]:.2f}" for name in ("pearson", "spearman", "rank_violation", "bias")
    )
    return "\n".join([*lines, "", said, *differences(found)])


def differences(found: Mapping[str, Any]) -> list[str]:
    """How much more in the game the last policy of the dream gets than others on the same starts,
    with 95 % intervals."""
    real = {
        name: np.array(each) for name, each in zip(found["policies"], found["real"], strict=True)
    }
    last = {name.split()[0]: name for name in real if name.startswith(("dream ", "game "))}
    others = [name for name in (last.get("game"), *SCRIPTS) if name in real]
    return [
        f"{last['dream']}, more than {name}: {{:.2f}} ({{:.2f}} to {{:.2f}})".format(
            *interval((real[last["dream"]] - real[name]).tolist())
        )
        for name in others
        if "dream" in last
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Learn, let all play, and say what came of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("checkpoint", type=Path, help="of a world model, with frames of 36 x 36 and more")
    add("--out", type=Path, default=Path("out/learning_in_dreams"), help="(%(default)s)")
    add("--steps", type=int, default=24_576, help="decisions that are learnt from (%(default)s)")
    add("--seed", type=int, default=0, help="of learners and planets (%(default)s)")
    add("--starts", type=int, default=16, help="places that all play from (%(default)s)")
    add("--policies", nargs="+", default=[], help="trained ones that are ranked, too")
    options = parser.parse_args(arguments)
    source = load_world_model(options.checkpoint)
    options.out.mkdir(parents=True, exist_ok=True)
    check_same_model(options.checkpoint, options.out)
    policies = {**SCRIPTS, **trained_policies(options.policies, source.config.resolution)}
    for where in ("dream", "game"):
        policies |= learnt(source, where, options.steps, options.seed, options.out)
    found = rank_policies(source, policies, starts=options.starts, seed=options.seed)
    (options.out / f"ranking_{options.seed}.json").write_text(json.dumps(found, indent=1))
    drawn = figures.pixels(ranking({options.checkpoint.name: found}))
    save_png(options.out / f"ranking_{options.seed}.png", drawn)
    print(table(found))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
