"""`ocpi-sim check`: what is wrong or odd about a file of OCPI objects, of any size and any version."""

import argparse
import gzip
import json
import re
import sys
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from io import BufferedReader
from typing import IO, TYPE_CHECKING, Any, Final, cast

from simulator.cli.mistake import Mistake
from simulator.i18n import tr

if TYPE_CHECKING:
    from msgspec import Struct

    from simulator.ocpi.checking import Told

STANDARD_INPUT: Final = "-"
SHOWN_OF_A_KIND: Final = 20
"""How many findings of one rule at one place, whatever the index, are printed for a person; then they are counted."""

_GZIP: Final = b"\x1f\x8b"
_number: Final = re.compile(r"(?<=\[)[0-9]+(?=\])|(?<=^line )[0-9]+")
_Kind = tuple[str, str, str]


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the command and its options."""
    parser = commands.add_parser(
        "check",
        help=tr("check a file of OCPI objects"),
        description=tr(
            "Checks a JSON file: one OCPI object or a list of them, bare or in an envelope, or one on each line; "
            "gzip is unpacked. Exit code 0: in order, perhaps with notes; 1: errors or warnings; 2: it could not be "
            "checked."
        ),
    )
    add = parser.add_argument
    add("file", metavar="FILE|-", help=tr("a JSON file, or - for standard input"))
    add("--type", metavar="TYPE", help=tr("what the objects are, such as Location; found out from the first if absent"))
    add(
        "--version",
        dest="ocpi_version",
        choices=("2.1.1", "2.2.1", "2.3.0"),
        help=tr("the version of OCPI (default: 2.3.0 if the first object has fields that are only there, else 2.2.1)"),
    )
    add("--tariffs", metavar="FILE", help=tr("a JSON list of the tariffs that connectors may name, checked together"))
    add("--patch", action="store_true", help=tr("the objects are bodies of PATCH, which may lack any field"))
    add("--json", action="store_true", help=tr("print a line of JSON for each finding, and one with the counts"))
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Do it; returns 1 when there are errors or warnings, else 0. Raises Mistake."""
    # Rooms that `ocpi-sim --help` does without.
    from simulator.ocpi import catalogue
    from simulator.ocpi.checking import Checker, Told, read_items
    from simulator.ocpi.envelope import Envelope
    from simulator.ocpi.guess import USUAL, guess_version

    version: str = arguments.ocpi_version or USUAL
    show = _Lines() if arguments.json else _Sentences()
    checker: Checker | None = None
    type_name = _known_type(arguments.type, version) if arguments.type else ""
    with _opened(arguments.file) as file:
        for each in read_items(file.read, version):
            if isinstance(each, Told):
                show.tell(each)
                continue
            if checker is None:
                if not each.is_envelope:
                    version = arguments.ocpi_version or guess_version(each.raw, type_name)
                    type_name = type_name or _guess(each.raw, version)
                tariffs = _tariffs(arguments.tariffs, version) if arguments.tariffs else ()
                cls = catalogue.types(version)[type_name] if type_name else Envelope
                checker = Checker(cls, version, patch=arguments.patch, tariffs=tariffs)
            for told in checker.check(each):
                show.tell(told)
            if not type_name and not each.is_envelope:
                # Nothing can be guessed from broken JSON, nor anything said about what follows it.
                break
    objects = checker.objects if checker and type_name else 0
    show.end(arguments.file, objects, type_name, version, guessed=not arguments.type)
    return 1 if show.counts["error"] or show.counts["warning"] else 0


def _tariffs(name: str, version: str) -> "tuple[Struct, ...]":
    """The good ones of the tariffs in a file; what is wrong with the others is told when that file is checked."""
    from simulator.ocpi import catalogue, codec
    from simulator.ocpi.checking import Told, read_items
    from simulator.ocpi.findings import Invalid

    found = []
    with _opened(name) as file:
        for item in read_items(file.read, version):
            if isinstance(item, Told) or item.is_envelope:
                continue
            with suppress(Invalid):
                found.append(codec.decode(item.raw, catalogue.types(version)["Tariff"]))
    if not found:
        raise Mistake(tr("{file} has no tariffs of OCPI {version} in it.").format(file=name, version=version))
    return tuple(found)


@contextmanager
def _opened(name: str) -> Iterator[IO[bytes]]:
    """A file, or standard input, to read; what is gzip is unpacked. Raises Mistake."""
    try:
        with _packed(name) as packed:
            if packed.peek(len(_GZIP)).startswith(_GZIP):
                with gzip.GzipFile(fileobj=packed) as file:
                    yield cast(IO[bytes], file)
            else:
                yield packed
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise Mistake(tr("{file} is gzip, but cut off or damaged.").format(file=name)) from None
    except BrokenPipeError:
        raise
    except OSError as error:
        raise Mistake(tr("{file} cannot be read: {reason}.").format(file=name, reason=error.strerror)) from None


def _packed(name: str) -> AbstractContextManager[BufferedReader]:
    if name == STANDARD_INPUT:
        return nullcontext(BufferedReader(cast(Any, sys.stdin.buffer)))
    return open(name, "rb")


def _known_type(name: str, version: str) -> str:
    from simulator.ocpi import catalogue
    from simulator.scenario.fields import did_you_mean

    known = sorted(catalogue.types(version))
    for each in known:
        if each.lower() == name.lower():
            return each
    raise Mistake(
        tr("OCPI {version} has no type “{name}”{guess}; known are: {known}.").format(
            version=version, name=name, guess=did_you_mean(name, known), known=", ".join(known)
        )
    )


def _guess(raw: bytes, version: str) -> str:
    """The type of an object; empty when it is no JSON. Raises Mistake when there is not just one."""
    import msgspec

    from simulator.ocpi import codec
    from simulator.ocpi.guess import guess_types

    try:
        raw.decode()
        fields = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    except msgspec.ValidationError:
        fields = {}
    except codec.UNREADABLE:
        return ""
    found = guess_types(fields, version)
    if len(found) == 1:
        return found[0]
    if found:
        text = tr("The objects may be of several types ({types}); say which with --type.")
        raise Mistake(text.format(types=", ".join(found)))
    raise Mistake(
        tr("The first value looks like no type of OCPI {version}; say what it is with --type.").format(version=version)
    )


class _Sentences:
    """The findings for a person; when there are very many of a kind, the first ones and their number."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._kinds: Counter[_Kind] = Counter()

    def tell(self, told: "Told") -> None:
        finding = told.finding
        kind = (finding.severity, finding.rule, _number.sub("*", finding.path))
        self.counts[finding.severity] += 1
        self._kinds[kind] += 1
        if self._kinds[kind] <= SHOWN_OF_A_KIND:
            words = {"error": tr("error"), "warning": tr("warning"), "note": tr("note")}
            print(
                tr("{severity}: {sentence} [{rule}]").format(
                    severity=words[finding.severity],
                    sentence=finding.sentence(),
                    rule=finding.rule,
                )
            )

    def end(self, file: str, objects: int, type_name: str, version: str, *, guessed: bool) -> None:
        for (_, rule, path), count in self._kinds.items():
            if count > SHOWN_OF_A_KIND:
                text = tr("Not shown: {count} more like {path} [{rule}].")
                print(text.format(count=f"{count - SHOWN_OF_A_KIND:,}", path=path, rule=rule))
        if not objects:
            text = tr("{file}: no objects in it to check.")
        elif guessed:
            text = tr("{file}: {objects} checked as {type} of OCPI {version}, guessed from the first one's fields.")
        else:
            text = tr("{file}: {objects} checked as {type} of OCPI {version}.")
        print(text.format(file=file, objects=f"{objects:,}", type=type_name, version=version))
        print(
            tr("Errors: {errors}, warnings: {warnings}, notes: {notes}.").format(
                errors=f"{self.counts['error']:,}",
                warnings=f"{self.counts['warning']:,}",
                notes=f"{self.counts['note']:,}",
            )
        )


class _Lines:
    """The findings for a program."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def tell(self, told: "Told") -> None:
        self.counts[told.finding.severity] += 1
        finding = told.finding
        _print({**{name: getattr(finding, name) for name in finding.__struct_fields__}, "line": told.place.line})

    def end(self, file: str, objects: int, type_name: str, version: str, *, guessed: bool) -> None:
        counts = {f"{severity}s": self.counts[severity] for severity in ("error", "warning", "note")}
        _print({"file": file, "version": version, "type": type_name, "guessed": guessed, "objects": objects, **counts})


def _print(obj: dict[str, object]) -> None:
    print(json.dumps(obj, ensure_ascii=False, separators=(",", ":")))
