"""Networks and what their optimiser remembers, as arrays and back."""

from pathlib import Path

from mpgenie.errors import CheckpointError
from mpgenie.extras import require

from .arrays_file import Arrays, floats

require("torch", extra="agents")
import torch  # noqa: E402
from torch import nn  # noqa: E402

_ADAM = ("exp_avg", "exp_avg_sq", "step")


def weights_of(model: nn.Module) -> Arrays:
    """The weights of a network, as `net.` and their name."""
    return {f"net.{name}": w.detach().cpu().numpy() for name, w in model.state_dict().items()}


def take_weights(path: Path, model: nn.Module, arrays: Arrays) -> None:
    """Fill a network with the weights among some arrays; all that it needs and nothing else.

    Args:
        path: Where they are from.
        model: The network.
        arrays: With those of `weights_of`.

    Raises:
        CheckpointError: If they are of another network, or no numbers.
    """
    wanted = model.state_dict()
    theirs = {name[4:] for name in arrays if name.startswith("net.")}
    if theirs != set(wanted):
        wrong = sorted(theirs ^ set(wanted))
        raise CheckpointError(f"{path} has other weights than its config: {', '.join(wrong[:4])}")
    try:
        weights = {
            name: torch.from_numpy(floats(arrays, f"net.{name}", tuple(each.shape)))
            for name, each in wanted.items()
        }
    except ValueError as error:
        raise CheckpointError(f"{path} is damaged: {error}") from error
    model.load_state_dict(weights)


def adam_arrays(adam: torch.optim.Optimizer) -> Arrays:
    """What Adam remembers of each weight; nothing of those that it has not moved yet."""
    return {
        f"adam.{k}.{name}": state[name].cpu().numpy()
        for k, state in adam.state_dict()["state"].items()
        for name in _ADAM
    }


def take_adam(adam: torch.optim.Optimizer, arrays: Arrays) -> None:
    """Let Adam remember what `adam_arrays` gave.

    Raises:
        KeyError: If something is missing.
        ValueError: If something is of another shape, or no number.
    """
    state = adam.state_dict()
    weights = [weight for group in adam.param_groups for weight in group["params"]]
    state["state"] = {
        k: {
            name: torch.from_numpy(
                floats(arrays, f"adam.{k}.{name}", () if name == "step" else tuple(weight.shape))
            )
            for name in _ADAM
        }
        for k, weight in enumerate(weights)
        if f"adam.{k}.step" in arrays  # else it has not moved yet
    }
    adam.load_state_dict(state)
