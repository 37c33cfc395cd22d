"""The picture on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

OURS, OTHERS, FLOOR = "#c2410c", "#94a3b8", "#1e293b"


def draw(found: dict[str, Any], folder: Path) -> bool:
    """Draw what there is; say whether anything was drawn."""
    try:
        import matplotlib as mpl
    except ImportError:
        return False
    mpl.use("agg")
    from matplotlib import pyplot as plt

    panels = [panel for panel in (_seconds, _per_cpu, _memory) if panel(None, found)]
    if not panels:
        return False
    figure, axes = plt.subplots(1, len(panels), figsize=(4.6 * len(panels), 3.4), squeeze=False)
    for panel, at in zip(panels, axes[0], strict=True):
        panel(at, found)
        at.spines[["top", "right"]].set_visible(False)
        at.tick_params(labelsize=8)
    figure.tight_layout()
    figure.savefig(folder / "benchmarks.png", dpi=110)
    plt.close(figure)
    return True


def _seconds(at: Any, found: dict[str, Any]) -> bool:
    """Draw the seconds at the longest latency, and the floor."""
    latency = max((key for key in found if key.isdigit()), key=int, default="0")
    if latency == "0":
        return False
    if at:
        _bars(at, found[latency]["seconds"])
        at.axvline(found[latency]["floor"], color=FLOOR, linestyle=":", linewidth=1)
        at.set_title(f"extract, {latency} ms a call: seconds (dotted: floor)", fontsize=9)
    return True


def _per_cpu(at: Any, found: dict[str, Any]) -> bool:
    """Draw how many rows a CPU second buys."""
    if "0" not in found:
        return False
    if at:
        rows = {name: value / 1000 for name, value in found["0"]["per_cpu"].items() if "bare" not in name}
        _bars(at, rows)
        at.set_title("extract, 0 ms: thousand rows per CPU second", fontsize=9)
    return True


def _memory(at: Any, found: dict[str, Any]) -> bool:
    """Draw peak memory against the number of rows."""
    if not found.get("memory"):
        return False
    if at:
        for shade, (name, by_count) in enumerate(found["memory"].items()):
            counts = [int(count) for count in by_count]
            at.plot(counts, list(by_count.values()), marker="o", label=name, color=OURS, alpha=1 - 0.3 * shade)
        at.set_xscale("log")
        at.set_ylim(bottom=0)
        at.set_xlabel("rows", fontsize=8)
        at.legend(fontsize=7, frameon=False, loc="lower right")
        at.set_title("peak memory, MB", fontsize=9)
    return True


def _bars(at: Any, values: dict[str, float]) -> None:
    names = list(values)[::-1]
    lengths = [values[name] for name in names]
    bars = at.barh(names, lengths, color=[OURS if name.startswith("ours") else OTHERS for name in names])
    at.bar_label(bars, fmt=lambda value: f"{value:.1f}" if value < 100 else f"{value:.0f}", fontsize=7, padding=2)
    at.margins(x=0.12)
