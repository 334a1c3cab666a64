"""What every part prints and draws beside its sentence: a row of a Markdown table, and bars with their unit."""

from collections.abc import Mapping
from pathlib import Path


def markdown(what: str, **figures: str) -> None:
    """Print figures as a table of one row, as docs/performance.md has them."""
    print(f"| {what} | {' | '.join(figures)} |")
    print(f"|---|{'---|' * len(figures)}")
    print(f"| | {' | '.join(figures.values())} |", flush=True)


def bars(path: Path, title: str, unit: str, values: Mapping[str, float], *, wanted: float, legend: str) -> None:
    """A bar a value, with a line at what is wanted, which `legend` names."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 0.9 + 0.5 * len(values)), layout="constrained")
    axes = figure.subplots()
    drawn = axes.barh(list(values), list(values.values()), color="#1f5f99", height=0.6)
    axes.bar_label(drawn, fmt="%.1f", padding=3)
    axes.axvline(wanted, color="#b3541e", linestyle="--", label=legend)
    axes.invert_yaxis()
    axes.margins(x=0.15)
    axes.set_xlabel(unit)
    axes.set_title(title, loc="left", fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(frameon=False, loc="outside lower right")
    figure.savefig(path)
