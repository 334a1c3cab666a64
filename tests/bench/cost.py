"""What an exchange costs, in time and in bytes, as a city grows: linear cost is a level line."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.bench.city import Played, play
from tests.bench.figures import markdown

SHORT: Final = (1_000, 2_000, 4_000)
WHOLE: Final = (1_000, 3_000, 10_000, 30_000, 50_000)


def report(folder: Path, sizes: Sequence[int] = SHORT, out: Path | None = None) -> None:
    """Print a line a size; with `out` leave the curve there, as cost.svg."""
    played = []
    for sessions in sizes:
        each = play(folder, sessions)
        played.append(each)
        print(
            f"cost: {each.sessions:,} sessions, {each.exchanges:,} exchanges: {_wall_us(each):.0f} us each "
            f"({_cpu_us(each):.0f} us of processor time), {_bytes(each):.0f} bytes each, {each.memory_mb:,.0f} MB",
            flush=True,
        )
    markdown(
        "sessions a day, over memory, recorded in full",
        **{f"{each.sessions:,}": f"{_wall_us(each):.0f} µs, {_bytes(each):.0f} bytes an exchange" for each in played},
    )
    least, most = (choose(map(_cpu_us, played)) for choose in (min, max))
    print(f"cost: of the largest to the least processor time an exchange {most / least:.2f}", flush=True)
    if out is not None:
        _plot(played, out / "cost.svg")


def _wall_us(each: Played) -> float:
    return 1e6 * each.wall_s / each.exchanges


def _cpu_us(each: Played) -> float:
    return 1e6 * each.cpu_s / each.exchanges


def _bytes(each: Played) -> float:
    return each.path.stat().st_size / each.exchanges


def _plot(played: Sequence[Played], path: Path) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4), layout="constrained")
    upper, lower = figure.subplots(2, sharex=True)
    sessions = [each.sessions for each in played]
    upper.plot(sessions, [_wall_us(each) for each in played], "o-", color="#1f5f99", label="wall time")
    upper.plot(sessions, [_cpu_us(each) for each in played], "s--", color="#b3541e", label="processor time")
    upper.set_ylabel("µs an exchange")
    upper.legend(frameon=False)
    lower.plot(sessions, [_bytes(each) for each in played], "^-", color="#3b3b3b")
    lower.set_ylabel("bytes an exchange")
    lower.set_xlabel("sessions a day (logarithmic)")
    lower.set_xscale("log")
    lower.set_xticks(sessions, [f"{each:,}" for each in sessions])
    lower.minorticks_off()
    for axes in (upper, lower):
        axes.margins(y=0.2)
        axes.set_ylim(bottom=0)
        axes.grid(visible=True, linewidth=0.4)
        for edge in ("top", "right"):
            axes.spines[edge].set_visible(False)
    upper.set_title("A city's day over memory, recorded in full", loc="left")
    figure.savefig(path)
