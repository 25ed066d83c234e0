"""Models as runs leave them: read with suspicion, and made anew.

A file holds a model's weights and says what it takes to make the model again (see `training`).
Nothing is allocated that the file does not hold.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from mpgenie.agents.arrays_file import read_arrays
from mpgenie.agents.learning import FORMAT, MODEL
from mpgenie.errors import CheckpointError
from mpgenie.extras import require

require("torch", extra="agents")
import torch  # noqa: E402
from torch import nn  # noqa: E402

from mpgenie.agents.weights import take_weights  # noqa: E402

Model = TypeVar("Model", bound=nn.Module)


class ModelFile:
    """The file of a model.

    Args:
        path: The file, or the folder of a run.
        kind: What it has to hold.

    Raises:
        CheckpointError: If it holds something else, is damaged, or of another version.
    """

    def __init__(self, path: Path, kind: str) -> None:
        self.path = model_path(path)
        about, self._arrays = read_arrays(self.path)
        self.about = about
        """What it says about itself."""
        found = about.get("kind"), about.get("format")
        if found != (kind, FORMAT):
            raise CheckpointError(
                f"{self.path} holds {found[0]!r} of format {found[1]!r}, "
                f"not {kind!r} of format {FORMAT}"
            )

    @contextmanager
    def checked(self) -> Iterator[None]:
        """While what it says is made sense of: whatever is wrong with that is damage."""
        try:
            yield
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise CheckpointError(f"{self.path} is damaged: {error!r}") from error

    def model(self, make: Callable[[], Model]) -> Model:
        """What was learnt, ready to be used.

        Args:
            make: Makes such a model, with any weights.

        Raises:
            CheckpointError: If the weights in the file are of another one.
        """
        with self.checked():
            with torch.device("meta"):
                wanted = make().state_dict()
            if any(self._arrays[f"net.{name}"].shape != w.shape for name, w in wanted.items()):
                raise ValueError("its weights are not those of its config")
        model = make()
        take_weights(self.path, model, self._arrays)
        return fast(model).eval()


def model_path(path: Path) -> Path:
    """The file of a model, given it or the folder of its run."""
    return path / MODEL if path.is_dir() else path


def fast(model: Model) -> Model:
    """The model with weights laid out as convolutions like them."""
    return model.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]
