"""Reads a LeRobot export with LeRobot's own reader: python peer_lerobot.py FOLDER.

Runs by itself, with LeRobot and nothing of mpgenie; `lerobot_check` makes the environment.  Every
row of every episode is loaded with its frame, one at a time and as windows.  Where exactly one row
of an episode moves the camera, it also says in which row the picture changes most.
"""

import json
import sys
import time
from pathlib import Path

import av  # noqa: F401  its FFmpeg is the one that torchcodec finds
import torch

# TorchVision's operators are compiled against another build of torch than this one, so they are not
# there; its Python half asks for their names when it is imported, and nothing here calls them.
_names = torch.library.Library("torchvision", "DEF")
for _name in ("nms", "qnms"):
    _names.define(f"{_name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")

import lerobot  # noqa: E402
from lerobot.datasets.lerobot_dataset import LeRobotDataset  # noqa: E402


def main(folder: str) -> None:
    """Load everything, and print one line of JSON."""
    dataset = LeRobotDataset("local/mpgenie", root=folder)
    camera = next(iter(dataset.meta.video_keys))
    turns = [n for n, name in enumerate(dataset.meta.names["action"]) if "camera" in name]
    pictures: dict[int, list[torch.Tensor]] = {}
    actions: dict[int, list[torch.Tensor]] = {}
    began = time.perf_counter()
    for number in range(len(dataset)):
        row = dataset[number]
        assert int(row["index"]) == number, f"row {number} says it is {int(row['index'])}"
        episode = int(row["episode_index"])
        pictures.setdefault(episode, []).append(row[camera])
        actions.setdefault(episode, []).append(row["action"])
    seconds = time.perf_counter() - began
    pulses = []
    for episode in pictures:
        moved = torch.stack(actions[episode])[:, turns].abs().sum(1).nonzero().flatten().tolist()
        steps = torch.stack(pictures[episode]).diff(dim=0).abs().mean(dim=(1, 2, 3))
        if len(moved) == 1:
            pulses.append({"action_row": moved[0], "picture_row": int(steps.argmax()) + 1})
    length = _windows(folder, camera)
    result = {
        "lerobot": lerobot.__version__,
        "torch": torch.__version__,
        "format": json.loads(Path(folder, "meta/info.json").read_text())["codebase_version"],
        "episodes": dataset.num_episodes,
        "rows": len(dataset),
        "rows_per_second": round(len(dataset) / seconds, 1),
        "window": length,
        "tasks": sorted(dataset.meta.tasks.index),
        "pulses": pulses,
    }
    print(json.dumps(result), flush=True)
    late = [pulse for pulse in pulses if pulse["picture_row"] != pulse["action_row"] + 1]
    assert not late, f"picture and action are not one row apart: {late}"


def _windows(folder: str, camera: str) -> list[int]:
    """The shape of a batch of windows of four frames and actions."""
    steps = [0.0, 0.05, 0.1, 0.15]
    dataset = LeRobotDataset(
        "local/mpgenie", root=folder, delta_timestamps={camera: steps, "action": steps}
    )
    batch = next(iter(torch.utils.data.DataLoader(dataset, batch_size=4)))
    assert batch["action"].shape[:2] == (4, 4)
    return list(batch[camera].shape)


if __name__ == "__main__":
    main(sys.argv[1])
