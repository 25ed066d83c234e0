"""Checks all episodes of a dataset, writes down what came of it, and sets aside those that fail.

    quality/findings.parquet        a row for each rule and episode, player or stream
            MANIFEST.json           its hash; the rules' versions and limits; how often each broke

The findings are derived: they can be deleted, and are made again by another check.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from mpgenie.datasets.disk import Disk
from mpgenie.datasets.episode import Recorded
from mpgenie.datasets.reading import Dataset
from mpgenie.datasets.side_tables import read_side_table, write_side_table
from mpgenie.datasets.store import Store
from mpgenie.errors import ConfigError

from . import actions, frames, sessions, sets, streams, views  # noqa: F401 (they hold the rules)
from .config import QualityConfig
from .evidence import Evidence
from .rules import LEVELS, RULES, Finding, judge, rejected

QUALITY, FINDINGS = "quality", "findings"


@dataclass(frozen=True)
class Checked:
    """What a check found."""

    findings: tuple[Finding, ...]
    episodes: int
    rejected: dict[int, dict[str, Any]]
    """The units that failed, and for each why, by rule."""
    set_aside: tuple[int, ...]
    """Those of them that were put into quarantine now."""

    def by_rule(self) -> dict[str, Counter[str]]:
        """How often each rule passed, flagged and rejected, level by level."""
        ordered = sorted(RULES.values(), key=lambda rule: LEVELS.index(rule.level))
        counts: dict[str, Counter[str]] = {rule.name: Counter() for rule in ordered}
        for one in self.findings:
            counts[one.rule][one.verdict] += 1
        return counts


def check_episode(
    episode: Recorded, config: QualityConfig | None = None, content_hash: str = ""
) -> list[Finding]:
    """What every rule for single episodes finds.

    Args:
        episode: An `Episode` or a `Shard`.
        config: Limits.
        content_hash: To be kept with the findings.
    """
    return _examine(Evidence(episode), config or QualityConfig(), content_hash)


def _examine(evidence: Evidence, config: QualityConfig, content_hash: str) -> list[Finding]:
    names = (n for n, rule in RULES.items() if rule.level != "dataset" and n not in config.skip)
    unit = evidence.header.unit
    return [one for name in names for one in judge(name, evidence, config, unit, content_hash)]


def check(
    dataset: str | Path | Dataset,
    config: QualityConfig | None = None,
    *,
    quarantine: bool = True,
    write: bool = True,
    disk: Disk | None = None,
    progress: Callable[[str], None] | None = None,
) -> Checked:
    """Check a dataset by every rule.

    Args:
        dataset: Its folder, or some of its episodes; by its folder those in quarantine, too.
        config: Limits.
        quarantine: Whether episodes that fail are set aside; those that were taken back stay.
        write: Whether the findings are written beside the dataset.
        disk: How it writes.
        progress: Is told the name of every shard before it is looked at.

    Raises:
        DatasetError: If an episode cannot be read; `mpgenie dataset verify` says more.
    """
    config = config or QualityConfig()
    if not isinstance(dataset, Dataset):
        dataset = Dataset(dataset, quarantined=True)
    findings: list[Finding] = []
    digests: list[sets.Digest] = []
    for entry in dataset.episodes:
        if progress is not None:
            progress(entry.folder.name)
        evidence = Evidence(dataset.load(entry))
        findings += _examine(evidence, config, entry.content_hash)
        if not entry.quarantined:
            digests.append(sets.digest(evidence))
    findings += _compare(digests, config, {e.unit: e.content_hash for e in dataset.episodes})
    reasons = rejected(findings)
    if write:
        _write(dataset.root, findings, config, disk)
    units = {entry.unit for entry in dataset.episodes if not entry.quarantined}
    aside = _set_aside(dataset, reasons, units, disk) if quarantine else ()
    return Checked(tuple(findings), len(dataset), reasons, aside)


def _compare(
    digests: Sequence[sets.Digest], config: QualityConfig, hashes: dict[int, str]
) -> list[Finding]:
    found = []
    for name, rule in RULES.items():
        if rule.level == "dataset" and name not in config.skip:
            for one in judge(name, digests, config):
                values = {**asdict(one), "content_hash": hashes.get(one.unit, "")}
                found.append(Finding(**values))
    return found


def _set_aside(
    dataset: Dataset, reasons: dict[int, dict[str, Any]], units: set[int], disk: Disk | None
) -> tuple[int, ...]:
    if not units & set(reasons):
        return ()
    dataset.close()
    with Store(dataset.root, dataset.facts["config"], disk=disk) as store:
        ours = sorted((units & set(reasons)) - store.taken_back())
        for unit in ours:
            store.quarantine(unit, reasons[unit])
    return tuple(ours)


def take_back(root: str | Path, units: Iterable[int], disk: Disk | None = None) -> None:
    """Take episodes out of quarantine; later checks leave them where they are.

    Raises:
        ConfigError: If one is not there.
    """
    dataset = Dataset(root, quarantined=True)
    aside = {entry.unit for entry in dataset.episodes if entry.quarantined}
    wrong = sorted(set(units) - aside)
    if wrong:
        raise ConfigError(f"not in quarantine: {wrong}; these are: {sorted(aside)}")
    with Store(root, dataset.facts["config"], disk=disk) as store:
        for unit in sorted(set(units)):
            store.take_back(unit)


def _write(root: Path, findings: list[Finding], config: QualityConfig, disk: Disk | None) -> None:
    counts = Counter((one.rule, one.verdict) for one in findings)
    about = {
        "limits": config.limits(),
        "flag": list(config.flag),
        "skip": list(config.skip),
        "rules": {
            name: {
                "version": rule.version,
                "level": rule.level,
                **{verdict: counts[name, verdict] for verdict in ("pass", "flag", "reject")},
            }
            for name, rule in RULES.items()
        },
    }
    kinds = {field.name: field.type for field in fields(Finding)}
    columns = {name: [getattr(one, name) for one in findings] for name in kinds}
    write_side_table(root / QUALITY, {FINDINGS: (columns, kinds)}, about, disk)


def read_findings(root: str | Path) -> list[Finding]:
    """The findings of the last check.

    Raises:
        DatasetError: If there are none, or they are damaged.
    """
    table = read_side_table(Path(root) / QUALITY, FINDINGS)
    return [Finding(**row) for row in table.to_pylist()]
