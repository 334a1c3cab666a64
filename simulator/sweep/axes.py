"""What is varied: `--vary path=a,b,c`, read into a path and its values."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from simulator.i18n import tr
from simulator.scenario.key_paths import BadPath, read_path, write_path


class BadAxis(ValueError):
    """What was written behind --vary makes no axis. The message is a sentence."""


class AxisValue(Struct, frozen=True):
    """A value as it was written, and its column behind --vary, from 1."""

    text: str
    column: int


class Axis(Struct, frozen=True):
    """A path into the scenario as `write_path` writes it, and the values that it takes in turn."""

    path: str
    values: tuple[AxisValue, ...]


def parse_axis(text: str) -> Axis:
    """`path=a,b,c`. Commas within brackets, braces and quotes belong to a value. Raises BadAxis."""
    try:
        keys, end = read_path(text)
    except BadPath as refusal:
        raise BadAxis(tr("“{found}” varies nothing: {why}").format(found=text, why=refusal)) from None
    listed = text[end + 1 :]
    if end == len(text) or not text[:end].strip():
        raise BadAxis(
            tr("“{found}” varies nothing; expected is path=a,b,c, such as drivers.0.sessions_per_day=60,120").format(
                found=text
            )
        )
    if keys == ("seed",):
        raise BadAxis(tr("Seeds are not varied by --vary; name them by --seeds, such as --seeds 1..10"))
    begin = end + 1
    values = tuple(AxisValue(part.strip(), begin + at + 1) for at, part in _split(listed))
    if not all(value.text for value in values):
        raise BadAxis(tr("“{found}” has an empty value between its commas").format(found=text))
    seen: set[str] = set()
    for value in values:
        if value.text in seen:
            raise BadAxis(tr("“{found}” has the value {value} twice").format(found=text, value=value.text))
        seen.add(value.text)
    # In one spelling, so that a path which is named twice is seen.
    return Axis(write_path(keys), values)


def refuse_twice(axes: Sequence[Axis]) -> None:
    """Raises BadAxis when two axes have the same path."""
    seen: set[str] = set()
    for axis in axes:
        if axis.path in seen:
            raise BadAxis(tr("--vary names {path} twice; name all its values at once").format(path=axis.path))
        seen.add(axis.path)


def _split(text: str) -> Iterator[tuple[int, str]]:
    """The parts between the commas that separate values, each with where its text begins."""
    depth, quote, begin, before = 0, "", 0, ","
    for at, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"" and before in ",[{:":
            quote = character
        elif character in "[{":
            depth += 1
        elif character in "]}":
            depth -= 1
        elif character == "," and depth <= 0:
            yield _begin(text, begin, at), text[begin:at]
            begin = at + 1
        if not character.isspace():
            before = character
    yield _begin(text, begin, len(text)), text[begin:]


def _begin(text: str, begin: int, end: int) -> int:
    return begin + len(text[begin:end]) - len(text[begin:end].lstrip())
