"""What the planet is made of: one table of blocks, and the tools that break them.

Hardness and speeds are Minecraft's: a block takes `1.5 * hardness / speed` seconds with the right
tool and `5 * hardness` (blocks that need their tool) or `1.5 * hardness` (the others) with
anything else.  An item is a number: a block's own number, or a tool's, which start at `FIRST_TOOL`.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class Block:
    """One kind of block."""

    name: str
    hardness: float = 1.0
    """Minecraft's hardness; infinite where nothing breaks it."""
    tool: str = ""
    """The kind of tool that breaks it fastest; empty where none helps."""
    needs_tool: bool = False
    """Whether it breaks slowly (5 s per hardness) without its tool.  It drops all the same."""
    solid: bool = True
    """Whether bodies stop at it."""
    opaque: bool = True
    """Whether it hides what is behind it and stops light."""
    liquid: bool = False
    replaceable: bool = False
    """Whether a block may be placed into its cell."""
    light: int = 0
    """Light it gives off, 0 to 15."""
    drops: str | None = None
    """The block dropped when mined; None is the block itself."""
    texture: tuple[str, str, str] | None = None
    """Textures of top, sides and bottom; None is the block's name three times."""


BLOCKS: tuple[Block, ...] = (
    Block(name="air", hardness=0.0, solid=False, opaque=False, replaceable=True),
    Block(name="bedrock", hardness=float("inf")),
    Block(name="stone", hardness=1.5, tool="pickaxe", needs_tool=True, drops="cobblestone"),
    Block(name="cobblestone", hardness=2.0, tool="pickaxe", needs_tool=True),
    Block(name="dirt", hardness=0.5, tool="shovel"),
    Block(
        name="grass",
        hardness=0.6,
        tool="shovel",
        drops="dirt",
        texture=("grass_top", "grass_side", "dirt"),
    ),
    Block(name="sand", hardness=0.5, tool="shovel"),
    Block(name="red_sand", hardness=0.5, tool="shovel"),
    Block(
        name="sandstone",
        hardness=0.8,
        tool="pickaxe",
        needs_tool=True,
        texture=("sandstone_top", "sandstone", "sandstone_top"),
    ),
    Block(name="gravel", hardness=0.6, tool="shovel"),
    Block(name="clay", hardness=0.6, tool="shovel"),
    Block(name="snow", hardness=0.2, tool="shovel"),
    Block(
        name="snowy_grass",
        hardness=0.6,
        tool="shovel",
        drops="dirt",
        texture=("snow", "snowy_side", "dirt"),
    ),
    Block(name="ice", hardness=0.5, tool="pickaxe"),
    Block(
        name="water",
        hardness=float("inf"),
        solid=False,
        opaque=False,
        liquid=True,
        replaceable=True,
    ),
    Block(name="oak_log", hardness=2.0, tool="axe", texture=("log_top", "oak_log", "log_top")),
    Block(name="birch_log", hardness=2.0, tool="axe", texture=("log_top", "birch_log", "log_top")),
    Block(name="oak_leaves", hardness=0.2),
    Block(name="pine_leaves", hardness=0.2),
    Block(name="planks", hardness=2.0, tool="axe"),
    Block(name="bricks", hardness=2.0, tool="pickaxe", needs_tool=True),
    Block(name="glass", hardness=0.3, opaque=False),
    Block(name="torch", hardness=0.0, solid=False, opaque=False, light=14),
    Block(name="lamp", hardness=0.3, light=15),
    Block(name="coal_ore", hardness=3.0, tool="pickaxe", needs_tool=True),
    Block(name="iron_ore", hardness=3.0, tool="pickaxe", needs_tool=True),
    Block(name="gold_ore", hardness=3.0, tool="pickaxe", needs_tool=True),
    Block(name="diamond_ore", hardness=3.0, tool="pickaxe", needs_tool=True),
    Block(name="cactus", hardness=0.4, texture=("cactus_top", "cactus", "cactus_top")),
    Block(name="red_wool", hardness=0.8),
    Block(name="blue_wool", hardness=0.8),
    Block(name="white_wool", hardness=0.8),
    Block(name="obsidian", hardness=50.0, tool="pickaxe", needs_tool=True),
)

BLOCK: dict[str, int] = {block.name: number for number, block in enumerate(BLOCKS)}
"""The number of each block by name."""

AIR, BEDROCK, WATER, GLASS, TORCH = (
    BLOCK[name] for name in ("air", "bedrock", "water", "glass", "torch")
)


@dataclass(frozen=True, kw_only=True)
class Tool:
    """One kind of tool.  Tools do not wear out."""

    name: str
    kind: str
    """What it is best at: `pickaxe`, `shovel`, `axe` or `sword`."""
    speed: float = 1.0
    """How many times faster than the bare hand it mines what it is made for."""
    damage: int = 1
    """Half hearts taken by a blow; the bare hand takes 1."""


TOOLS: tuple[Tool, ...] = (
    Tool(name="diamond_pickaxe", kind="pickaxe", speed=8.0, damage=5),
    Tool(name="diamond_shovel", kind="shovel", speed=8.0, damage=5),
    Tool(name="diamond_axe", kind="axe", speed=8.0, damage=6),
    Tool(name="wooden_sword", kind="sword", damage=4),
    Tool(name="stone_sword", kind="sword", damage=5),
    Tool(name="golden_sword", kind="sword", damage=4),
    Tool(name="iron_sword", kind="sword", damage=6),
    Tool(name="diamond_sword", kind="sword", damage=7),
    Tool(name="netherite_sword", kind="sword", damage=8),
)

FIRST_TOOL = 64
ITEM: dict[str, int] = {**BLOCK, **{tool.name: FIRST_TOOL + k for k, tool in enumerate(TOOLS)}}
"""The number of each item (block or tool) by name."""
ITEM_NAMES: dict[int, str] = {number: name for name, number in ITEM.items()}


class BlockTable(NamedTuple):
    """The table of blocks as arrays over block numbers (0 to 255), for kernels."""

    solid: NDArray[np.bool_]
    opaque: NDArray[np.bool_]
    liquid: NDArray[np.bool_]
    replaceable: NDArray[np.bool_]
    light: NDArray[np.uint8]
    drops: NDArray[np.uint8]
    """The item that mining yields."""
    dig_ticks: NDArray[np.int32]
    """(256, 256) ticks to mine block [0] with item [1] in hand; -1 where it cannot be mined."""
    damage: NDArray[np.int32]
    """(256,) half hearts taken by a blow with each item."""


def _dig_ticks(block: Block, tool: Tool | None) -> int:
    if block.hardness == float("inf") or block.name == "air":
        return -1
    right = tool is not None and tool.kind == block.tool
    if right and tool is not None:
        seconds = 1.5 * block.hardness / tool.speed
    else:
        seconds = block.hardness * (5.0 if block.needs_tool else 1.5)
    ticks = int(seconds * 20.0)
    return max(1, ticks + (ticks < seconds * 20.0))


def _block_table() -> BlockTable:
    size = 256
    flags = {
        name: np.array([getattr(b, name) for b in BLOCKS] + [False] * (size - len(BLOCKS)))
        for name in ("solid", "opaque", "liquid", "replaceable")
    }
    light = np.zeros(size, np.uint8)
    drops = np.zeros(size, np.uint8)
    dig_ticks = np.full((size, size), -1, np.int32)
    damage = np.ones(size, np.int32)
    for number, block in enumerate(BLOCKS):
        light[number] = block.light
        drops[number] = BLOCK[block.drops] if block.drops else number
        dig_ticks[number, :] = _dig_ticks(block, None)
        for k, tool in enumerate(TOOLS):
            dig_ticks[number, FIRST_TOOL + k] = _dig_ticks(block, tool)
            damage[FIRST_TOOL + k] = tool.damage
    return BlockTable(light=light, drops=drops, dig_ticks=dig_ticks, damage=damage, **flags)


TABLE: BlockTable = _block_table()
"""The table of blocks as arrays; see `BlockTable`."""
