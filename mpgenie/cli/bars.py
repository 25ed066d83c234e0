"""The bar that fills while something long goes on."""

from collections.abc import Callable, Mapping
from typing import Any, Self


class Bar:
    """One bar at a time: it appears with the first thing done, and a new stage has a new one.

    Args:
        unit: What is counted.
        **form: Other arguments of tqdm.
    """

    def __init__(self, unit: str = " steps", **form: Any) -> None:
        self.stage: str | None = None
        self._form = {"unit": unit, **form}
        self._bar: Any = None

    def show(self, stage: str, made: float, total: float, **figures: str) -> None:
        """So much of a stage is made.

        Args:
            stage: What is done.
            made: So far; what was made before the first call is taken as made in an earlier run.
            total: Of all.
            **figures: Shown beside it.
        """
        from tqdm import tqdm

        if stage != self.stage or made < self._bar.n:
            self._close()
            self.stage = stage
            self._bar = tqdm(total=total, initial=max(0, made - 1), desc=stage, **self._form)
        if figures:
            self._bar.set_postfix(figures, refresh=False)
        self._bar.update(made - self._bar.n)

    def learning(self, steps: int) -> Callable[[Mapping[str, float]], None]:
        """What a run of so many steps of learning is to tell its figures."""

        def on_step(figures: Mapping[str, float]) -> None:
            self.show("learning", int(figures["step"]), steps, loss=f"{figures['loss']:.2f}")

        return on_step

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def _close(self) -> None:
        """Leave what was drawn as it is."""
        if self._bar is not None:
            self._bar.close()
