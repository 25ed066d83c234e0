"""Who is near as a graph: from a state observation to features, by attention to others.

Nodes are the player itself, whoever and whatever it knows to be near (players, items, mobs: the
eight nearest of its state observation) and the landmarks.  What an edge from the player tells goes
into the other end's node: bearing in the plane it stands on, distance, whether it is in view, of
the own team, of the own role, and what it is, holds and how well it is.  How far two nodes are
apart adds a learned number to their attention, for each head.  Two layers: all nodes attend to one
another, then the player attends to them.

Nodes carry no number, so their order means nothing, absent ones weigh nothing, and one network
takes any number of them.  Two controls have as many parameters, to within 5 %: `mean` averages the
nodes (Zaheer et al., "Deep Sets", 2017), `none` knows the landmarks but nobody who is near.

Chosen for samples per second on a processor, as `agents.training.networks`: narrow nodes, and rows
that nobody in a batch needs are cut off.

Shapes: n rows, E entities, M landmarks, D = width, W = width of a node.
"""

import math
from collections.abc import Mapping

from mpgenie.agents.training.networks import Table, linear
from mpgenie.checks import check_known
from mpgenie.envs.state_observation import OWN_TEAM, REACH, STATE
from mpgenie.errors import ConfigError
from mpgenie.extras import require

require("torch", extra="agents")
import torch  # noqa: E402
from torch import Tensor, nn  # noqa: E402

ATTENTION, MEAN, NONE = "attention", "mean", "none"
WAYS = (ATTENTION, MEAN, NONE)
"""How a player takes in who is near."""
HEADS = 4
_EYE = 0.75  # metres by which eyes are above the middle of a body
_EDGE = math.tan(math.radians(35.0))  # of a square view, a field of view of 70 degrees
_NAMED = 4  # numbers that stand for a kind, an item, a role
_OWN = STATE["body"][1][0]
_SLOTS = STATE["hotbar"][1][1]
_MEASURES, _MARK_MEASURES = 13, 9


def parts_of(states: Tensor) -> dict[str, Tensor]:
    """The parts of state observations (n, 536), by name and in shape."""
    return {
        name: states[:, start : start + math.prod(shape)].reshape(-1, *shape)
        for name, (start, shape) in STATE.items()
    }


class EntityEncoder(nn.Module):
    """From state observations to features.

    Args:
        width: D, of the features.
        how: One of `WAYS`.

    Raises:
        ConfigError: If there is no such way.
    """

    def __init__(self, width: int, how: str = ATTENTION) -> None:
        super().__init__()
        check_known("way to take in who is near", how, WAYS)
        self.width, self.how = width, how
        node = HEADS * max(8, width // (3 * HEADS))
        self.own = _Own(width, node)
        self.marks = _Nodes(_MARK_MEASURES, 2, node)
        self.entities = None if how == NONE else _Nodes(_MEASURES, 3, node)
        self.layers = nn.ModuleList([_Layer(node), _Layer(node)] if how == ATTENTION else [])
        self.spare = None if how == ATTENTION else _Spare(node, _spare_width(width, node, how))
        self.out = linear(2 * node, width)

    def forward(self, states: Tensor) -> Tensor:
        """(..., D) for bytes (..., 536)."""
        features = self.encode(parts_of(states.reshape(-1, states.shape[-1])))[0]
        return features.view(*states.shape[:-1], -1)

    def with_attention(self, states: Tensor) -> tuple[Tensor, Tensor]:
        """Features, and where attention went.

        Args:
            states: (..., 536) bytes.

        Returns:
            (..., D), and (..., 8 + 8) the share of the player's attention that each entity, then
            each landmark gets, on average over heads and layers; what is left stays with itself.

        Raises:
            ConfigError: If it does not attend.
        """
        if self.how != ATTENTION:
            raise ConfigError(f"only {ATTENTION!r} attends to anybody, not {self.how!r}")
        parts = parts_of(states.reshape(-1, states.shape[-1]))
        features, mass = self.encode(parts)
        entities, marks = (parts[name].shape[1] for name in ("entities", "marks"))
        e = _needed(parts["entities"], 3)
        whole = mass.new_zeros(len(mass), entities + marks)
        whole[:, :e] = mass[:, 1 : 1 + e]
        whole[:, entities : entities + mass.shape[1] - 1 - e] = mass[:, 1 + e :]
        shape = states.shape[:-1]
        return features.view(*shape, -1), whole.view(*shape, -1)

    def encode(self, parts: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
        """Features, and where attention went.

        Args:
            parts: As of `parts_of`, but with any number of entities and landmarks.

        Returns:
            (n, D), and (n, 1 + e + m) the share that the player itself and the first entities and
            landmarks get, as many as are needed; nothing where nobody attends.
        """
        own = self.own(parts)
        pitch = (parts["body"][:, 2:3].float() - 90.0) * (math.pi / 180.0)
        rows = parts["marks"][:, : _needed(parts["marks"], 4)]
        tokens, there, places = [], [], []
        if self.entities is not None:
            near = parts["entities"][:, : _needed(parts["entities"], 3)]
            place = _metres(near)
            measures = _entity_measures(near, place, pitch, parts["body"][:, 7:8])
            tokens.append(self.entities(measures, (near[..., 3], near[..., 5], near[..., 6])))
            there.append(near[..., 3] > 0)
            places.append(place)
        place = _metres(rows)
        tokens.append(self.marks(_mark_measures(rows, place, pitch), (rows[..., 4], rows[..., 5])))
        there.append(rows[..., 4] > 0)
        places.append(place)
        nodes, present = torch.cat(tokens, 1), torch.cat(there, 1)
        if self.spare is None:
            context, mass = self._attend(own, nodes, present, torch.cat(places, 1))
        else:
            weight = present.to(nodes.dtype).unsqueeze(-1)
            mean = (nodes * weight).sum(1) / weight.sum(1).clamp(min=1.0)
            context, mass = self.spare(mean, own), mean[:, :0]
        features: Tensor = self.out(torch.cat([own, context], 1)).relu()
        return features, mass

    def _attend(
        self, own: Tensor, nodes: Tensor, present: Tensor, places: Tensor
    ) -> tuple[Tensor, Tensor]:
        """The player's node after all layers (n, W), and its attention (n, 1 + E + M)."""
        x = torch.cat([own.unsqueeze(1), nodes], 1)
        there = nn.functional.pad(present, (1, 0), value=True)
        places = nn.functional.pad(places, (0, 0, 1, 0))
        apart = torch.log1p(_distances(places))
        everybody, player = self.layers
        x, first = everybody(x, there, apart, x.shape[1])
        x, second = player(x, there, apart, 1)
        return x[:, 0], (first + second) / 2.0


class _Own(nn.Module):
    """The player's own node: the ground around it, what it holds and how it is."""

    level: Tensor
    scale: Tensor

    def __init__(self, width: int, node: int) -> None:
        super().__init__()
        self.kinds = Table(_NAMED)
        self.ground = linear(_NAMED * math.prod(STATE["blocks"][1]), width)
        self.items = Table(_NAMED)
        self.held, self.role, self.team = Table(_NAMED), Table(_NAMED), Table(_NAMED)
        self.body = linear((_NAMED + 1) * _SLOTS + 3 * _NAMED + _OWN - 3, node)
        self.out = linear(width + node, node)
        level = torch.tensor([0.0, 90.0, 128.0, 0.0, 0.0, 0.0])
        self.register_buffer("level", level, persistent=False)
        scale = torch.tensor([20.0, 90.0, 90.0, 1.0, 1.0, 255.0])
        self.register_buffer("scale", scale, persistent=False)

    def forward(self, parts: Mapping[str, Tensor]) -> Tensor:
        """(n, W)."""
        hotbar, body = parts["hotbar"], parts["body"]
        numbers = (body[:, [0, 2, 3, 4, 5, 6]].float() - self.level) / self.scale
        named = [self.held(body[:, 1]), self.role(body[:, 7]), self.team(body[:, 8])]
        items = [self.items(hotbar[:, 0]).flatten(1), hotbar[:, 1].float() / 16.0]
        ground = self.ground(self.kinds(parts["blocks"].flatten(1)).flatten(1))
        state = self.body(torch.cat([numbers, *named, *items], 1))
        token: Tensor = self.out(torch.cat([ground, state], 1).relu()).relu()
        return token


class _Nodes(nn.Module):
    """Rows that stand for things to nodes: numbers, and names of things."""

    def __init__(self, measures: int, named: int, node: int) -> None:
        super().__init__()
        self.tables = nn.ModuleList([Table(_NAMED) for _ in range(named)])
        self.each = nn.Sequential(
            linear(measures + _NAMED * named, node), nn.ReLU(), linear(node, node)
        )

    def forward(self, measures: Tensor, named: tuple[Tensor, ...]) -> Tensor:
        """(n, rows, W)."""
        names = [table(column) for table, column in zip(self.tables, named, strict=True)]
        nodes: Tensor = self.each(torch.cat([measures, *names], -1))
        return nodes


class _Layer(nn.Module):
    """Attention of the first nodes to all of them, then a layer for each of the first."""

    def __init__(self, node: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(node)
        self.q, self.kv = nn.Linear(node, node), nn.Linear(node, 2 * node)
        self.out = nn.Linear(node, node)
        self.apart = nn.Parameter(torch.zeros(HEADS))
        self.layer = nn.Sequential(
            nn.LayerNorm(node), nn.Linear(node, node), nn.GELU(), nn.Linear(node, node)
        )

    def forward(
        self, x: Tensor, there: Tensor, apart: Tensor, asking: int
    ) -> tuple[Tensor, Tensor]:
        """Attend.

        Args:
            x: (n, K, W) nodes.
            there: (n, K) bool, which of them are.
            apart: (n, K, K) how far they are from each other.
            asking: How many, from the first, attend.

        Returns:
            (n, asking, W), and (n, K) what the first attended to.
        """
        n, count, width = x.shape
        normed = self.norm(x)
        q = self.q(normed[:, :asking]).view(n, asking, HEADS, -1).transpose(1, 2)
        kv = self.kv(normed).view(n, count, 2, HEADS, -1).permute(2, 0, 3, 1, 4)
        scores = q @ kv[0].transpose(-1, -2) / math.sqrt(q.shape[-1])
        scores = scores + self.apart.view(-1, 1, 1) * apart[:, None, :asking]
        scores = scores.masked_fill(~there[:, None, None], -math.inf)
        weights = scores.softmax(-1)
        mixed = (weights.to(kv.dtype) @ kv[1]).transpose(1, 2).reshape(n, asking, width)
        x = x[:, :asking] + self.out(mixed)
        return x + self.layer(x), weights[:, :, 0].mean(1)


class _Spare(nn.Module):
    """What the controls do with the parameters that attention has more."""

    def __init__(self, node: int, hidden: int) -> None:
        super().__init__()
        self.layer = nn.Sequential(linear(2 * node, hidden), nn.ReLU(), linear(hidden, node))

    def forward(self, mean: Tensor, own: Tensor) -> Tensor:
        """(n, W) of the mean of the nodes and the own one."""
        out: Tensor = mean + self.layer(torch.cat([mean, own], 1))
        return out


def _spare_width(width: int, node: int, how: str) -> int:
    """The hidden width with which a control has as many parameters as attention."""
    with torch.device("meta"):
        missing = sum(_count(_Layer(node)) for _ in range(2))
        if how == NONE:
            missing += _count(_Nodes(_MEASURES, 3, node))
    return max(1, round((missing - node) / (3 * node + 1)))


def _count(module: nn.Module) -> int:
    return sum(weight.numel() for weight in module.parameters())


def _needed(rows: Tensor, kind: int) -> int:
    """How many rows, from the first, anybody in a batch needs; at least one."""
    used = (rows[..., kind] > 0).any(0).nonzero()
    return int(used[-1]) + 1 if len(used) else 1


def _metres(rows: Tensor) -> Tensor:
    """(n, rows, 3) forward, right and up of the own feet."""
    return (rows[..., :3].float() - 128.0) * 0.25


def _distances(places: Tensor) -> Tensor:
    """(n, K, K) metres between places (n, K, 3)."""
    away = places.unsqueeze(1) - places.unsqueeze(2)
    return (away * away).sum(-1).sqrt()


def _seen_at(place: Tensor, pitch: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Where on the view things stand: right and up in units of its depth, and whether in it."""
    forward, right, up = place.unbind(-1)
    up = up - _EYE
    cos, sin = pitch.cos(), pitch.sin()
    depth, rise = forward * cos - up * sin, forward * sin + up * cos
    x, y = (side / depth.clamp(min=0.25) for side in (right, rise))
    inside = (depth > 0) & (x.abs() <= _EDGE) & (y.abs() <= _EDGE)
    return x.clamp(-2.0, 2.0), y.clamp(-2.0, 2.0), inside.float()


def _edge(place: Tensor, pitch: Tensor) -> list[Tensor]:
    """What an edge from the player tells of where it leads to: eight numbers."""
    forward, right, up = place.unbind(-1)
    along = (forward * forward + right * right).sqrt()
    bearing = [side / along.clamp(min=0.25) for side in (forward, right)]
    return [*bearing, along / 16.0, 1.0 / (1.0 + along), up / 8.0, *_seen_at(place, pitch)]


def _entity_measures(near: Tensor, place: Tensor, pitch: Tensor, role: Tensor) -> Tensor:
    """(n, E, 13) what an edge to somebody near tells."""
    facts = [
        (near[..., 3] == OWN_TEAM).float(),
        (near[..., 6] == role).float(),
        near[..., 4].float() / 20.0,
        place[..., 0] / REACH,
        place[..., 1] / REACH,
    ]
    return torch.stack([*_edge(place, pitch), *facts], -1)


def _mark_measures(rows: Tensor, place: Tensor, pitch: Tensor) -> Tensor:
    """(n, M, 9) what an edge to a landmark tells."""
    return torch.stack([*_edge(place, pitch), rows[..., 3].float() / 64.0], -1)
