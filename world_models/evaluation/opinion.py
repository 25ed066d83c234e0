"""Somebody else's opinion: a judge of any kind, such as a model of vision and language.

    def judge(question: str, frames: list[np.ndarray], choices: list[str]) -> str: ...

It sees frames (H, W, 3) uint8, the last one that was shown and the one in question (of the same
player), or both players' views, and answers with one of the choices; anything else is wrong.
Nothing here needs such a judge, and nobody asks one unless it is given: its scores stand beside
those of the exact judges, and its score of the oracle says how far it is to be trusted.
"""

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

from mpgenie.errors import ConfigError

from .cases import SHOWN, Case, Question, Which
from .game import Pictures
from .scoring import Cases, Told, share
from .tasks import TASKS

Judge = Callable[[str, Sequence[Pictures], Sequence[str]], str]


def judge_named(name: str) -> Judge:
    """The function that `module:function` names.

    Raises:
        ConfigError: If there is none.
    """
    module, _, function = name.partition(":")
    try:
        judge = getattr(import_module(module), function)
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigError(
            f"{name!r} names no judge ({error}): write module:function, of a module on the path"
        ) from error
    if not callable(judge):
        raise ConfigError(f"{name} cannot be called: a judge is judge(question, frames, choices)")
    return judge  # type: ignore[no-any-return]


def opinions(judge: Judge, cases: Cases, told: Told) -> dict[str, dict[str, Any]]:
    """The share of episodes of each task in which all its answers are right; plain data."""
    return {
        name: share([
            all(_asked(judge, name, case, q, frames) == q.right for q in case.questions)
            for case, frames in zip(each, told[name], strict=True)
        ])
        for name, each in cases.items()
    }  # fmt: skip


def _asked(judge: Judge, task: str, case: Case, question: Question, told: Pictures) -> str:
    seen = question.looked_at(told)
    if isinstance(question, Which):
        frames = [case.frames[SHOWN - 1, question.player], seen]
    else:
        frames = list(seen)
    return judge(TASKS[task].question, frames, list(question.answers))
