"""Tables made ready to run: for each pair of classes a plan that says what becomes of every field.

A plan is made when it is first needed, from both classes and their table. A value that cannot be said is lost when its
field is optional or when it is an item of a list; else the object around it cannot be said either.
"""

import enum
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct
from msgspec.structs import FieldInfo

from simulator.ocpi import typeinfo
from simulator.ocpi.translation.account import Account, Tree, Unsayable
from simulator.ocpi.translation.alike import Alike, of_lists, of_objects, of_values
from simulator.ocpi.translation.table import FIT, WHOLE, Made, Mapper, Otherwise, Table, Way
from simulator.ocpi.typeinfo import Shape


class _Said(NamedTuple):
    """How values of a type are said: those that are `alike` go over as they are, others through `mapper`."""

    mapper: Mapper
    alike: Alike | None = None


class _Step(NamedTuple):
    """What becomes of a field: under which name (none: nothing) and through which function (none: as it is).

    `needed`: the object cannot be without it. `lost`: the sentence to tell of a field that becomes nothing. `alike`
    tells what goes over as it is all the same.
    """

    name: str = ""
    mapper: Mapper | None = None
    needed: bool = False
    lost: str = ""
    alike: Alike | None = None


class Plan:
    """How objects of one class become objects of another."""

    def __init__(
        self, steps: Mapping[str, _Step], made: tuple[Made, ...], refused: str, required: Collection[str]
    ) -> None:
        as_is = {name for name, step in steps.items() if step.name == name and step.mapper is None}
        inside = {name: step.alike for name, step in steps.items() if step.name == name and step.alike is not None}
        can_be = as_is.union(inside)
        self.alike = of_objects(required, can_be, inside) if not made and can_be.issuperset(required) else None
        """What of such objects goes over as it is; None when none ever does."""
        self._plain = {name: step.name for name, step in steps.items() if step.name and step.mapper is None}
        self._steps = {name: step for name, step in steps.items() if name not in self._plain}
        self._made = made
        self._refused = refused

    def say(self, tree: Mapping[str, Any], path: str, account: Account) -> Tree:
        """The object in the other version; nulls count as absent. Raises Unsayable."""
        out: Tree = {}
        is_patch = account.patch and path == "$"
        for made in self._made:
            if not is_patch or any(tree.get(name) is not None for name in made.reads):
                out |= made.make(tree, path, account)
        plain, steps = self._plain, self._steps
        for key, value in tree.items():
            if value is None:
                continue
            if key in plain:
                out[plain[key]] = value
                continue
            step = steps.get(key)
            if step is None:
                self._meet_unknown(f"{path}.{key}", account)
                continue
            name, mapper, needed, lost, alike = step
            if mapper is None:
                if lost:
                    account.lose(f"{path}.{key}", lost)
                continue
            if alike is not None and alike((value,)):
                out[name] = value
                continue
            try:
                out[name] = mapper(value, f"{path}.{key}", account)
            except Unsayable as why:
                if needed:
                    raise
                account.lose(f"{path}.{key}", str(why))
        return out

    def _meet_unknown(self, path: str, account: Account) -> None:
        if self._refused:
            raise Unsayable(f"{self._refused} ({path})")
        account.lose(path, f"OCPI {account.leg.source} names no such field.")


class Leg:
    """From one version to the next, older or newer, by the tables given; all other classes are alike in both."""

    def __init__(self, source: str, target: str, tables: Iterable[Table]) -> None:
        self.source = source
        self.target = target
        self._tables = {(table.source, table.target): table for table in tables}
        self._plans: dict[tuple[type[Struct], type[Struct]], Plan] = {}

    def plan(self, source: type[Struct], target: type[Struct]) -> Plan:
        """The plan for two classes. Raises ValueError for a table that is wrong or missing."""
        plan = self._plans.get((source, target))
        if plan is None:
            plan = self._plans[source, target] = self._make_plan(source, target)
        return plan

    def _make_plan(self, source: type[Struct], target: type[Struct]) -> Plan:
        table = self._tables.get((source, target)) or Table(source, target)
        made_from = {name for made in table.made for name in made.reads}
        arrives = {name for made in table.made for name in made.writes}
        targets = {field.encode_name: field for field in msgspec.structs.fields(target)}
        steps: dict[str, _Step] = {}
        fields = {field.encode_name: field for field in msgspec.structs.fields(source)}
        for name, field in fields.items():
            to = table.renamed.get(name, name)
            if name in table.lost:
                steps[name] = _Step(lost=table.lost[name])
            elif name in made_from and name not in table.renamed:
                steps[name] = _Step()
            elif to in targets:
                arrives.add(to)
                steps[name] = self._make_step(field, targets[to], table.mapped.get(name))
            else:
                raise _wrong(table, f"does not say what becomes of {name}")
        if missing := [name for name in targets if name not in arrives and name not in table.unsaid]:
            raise _wrong(table, f"does not say where {', '.join(missing)} comes from")
        if required := [name for name in table.unsaid if name not in targets or targets[name].required]:
            raise _wrong(table, f"leaves {', '.join(required)} unsaid, which is required or not there")
        named = {*table.lost, *table.renamed, *table.mapped, *made_from}
        if strange := sorted(named - fields.keys()):
            raise _wrong(table, f"names {', '.join(strange)}, which the source does not have")
        return Plan(steps, table.made, table.refused, [name for name, field in fields.items() if field.required])

    def _make_step(self, source: FieldInfo, target: FieldInfo, way: Mapper | Way | Otherwise | None) -> _Step:
        needed = target.required or way is WHOLE
        if not isinstance(way, Way | Otherwise) and way is not None:
            return _Step(target.encode_name, way, needed)
        usual = None if isinstance(way, Otherwise) else way
        try:
            said = self._said(typeinfo.shape(source.type), typeinfo.shape(target.type), usual)
        except TypeError as error:
            raise ValueError(f"{source.name} to {target.name}: {error}") from None
        if said is None:
            return _Step(target.encode_name, None, needed)
        return _Step(
            target.encode_name, way.say if isinstance(way, Otherwise) else said.mapper, needed, alike=said.alike
        )

    def _said(self, source: Shape, target: Shape, way: Way | None) -> _Said | None:
        if (source.item is None) != (target.item is None):
            raise TypeError("one is a list, the other is not; a function has to say how.")
        if source.item is not None:
            items = self._said(typeinfo.shape(source.item), typeinfo.shape(target.item), way)
            least = _shortest(target)
            may_be_too_short = _shortest(source) < least
            if items is not None:
                alike = of_lists(items.alike) if items.alike is not None and not may_be_too_short else None
                return _Said(_list_of(items.mapper, least, all_or_none=way is WHOLE), alike)
            if may_be_too_short:
                raise TypeError("the source may be empty, the target not; a function has to say how.")
            return None
        if _is_object(source.base) and _is_object(target.base):
            plan = self.plan(source.base, target.base)
            return _Said(plan.say, plan.alike)
        if takes_all(target, source):
            if way is FIT:
                raise TypeError("the target takes all that the source can say; the table must not say FIT.")
            return None
        if way is None:
            raise TypeError("the target does not take all that the source can say; the table has to say FIT.")
        if not issubclass(target.base, str) or not target.patterns <= source.patterns:
            raise TypeError("the target asks for other numbers or another pattern; a function has to say how.")
        return _fit(target)


def takes_all(target: Shape, source: Shape) -> bool:
    """Whether every value of one type that is neither object nor list is also one of the other."""
    if issubclass(source.base, enum.Enum) and source.known is None:
        if issubclass(target.base, enum.Enum):
            return {member.value for member in source.base} <= {member.value for member in target.base}
        return target.known is not None
    if source.base is not target.base or issubclass(target.base, enum.Enum):
        return False
    return (
        _longest(source) <= _longest(target)
        and _shortest(source) >= _shortest(target)
        and target.patterns <= source.patterns
        and _bounds(target) <= _bounds(source)
        and (source.is_ci or not target.is_ci)
        and target.is_datetime == source.is_datetime
    )


def _list_of(say: Mapper, least: int, *, all_or_none: bool) -> Mapper:
    def say_all(items: list[Any], path: str, account: Account) -> list[Any]:
        out = []
        for index, item in enumerate(items):
            try:
                out.append(say(item, f"{path}[{index}]", account))
            except Unsayable as why:
                if all_or_none:
                    raise
                account.lose(f"{path}[{index}]", str(why))
        if len(out) < least:
            raise Unsayable(f"Nothing of {path} can be said in OCPI {account.leg.target}, and it must not be empty.")
        return out

    return say_all


def _fit(target: Shape) -> _Said:
    if issubclass(target.base, enum.Enum):
        values = frozenset(member.value for member in target.base)
        name = target.base.__name__

        def fit_value(value: str, _path: str, account: Account) -> str:
            if value not in values:
                raise Unsayable(f"OCPI {account.leg.target} has no {name} {value}.")
            return value

        return _Said(fit_value, of_values(values))
    longest, shortest, is_ci = _longest(target), _shortest(target), target.is_ci

    def fit_text(value: str, path: str, account: Account) -> str:
        if not shortest <= len(value) <= longest:
            raise Unsayable(f"“{value}” at {path} has not the {shortest} to {longest} characters of {_of(account)}.")
        if is_ci and not value.isascii():
            raise Unsayable(f"“{value}” at {path} is not ASCII, as {_of(account)} asks.")
        return value

    return _Said(fit_text)


def _of(account: Account) -> str:
    return f"OCPI {account.leg.target}"


def _longest(shape: Shape) -> float:
    return min((meta.max_length for meta in shape.metas if meta.max_length is not None), default=float("inf"))


def _shortest(shape: Shape) -> int:
    return max((meta.min_length or 0 for meta in shape.metas), default=0)


def _bounds(shape: Shape) -> frozenset[tuple[Any, Any]]:
    return frozenset((meta.ge, meta.le) for meta in shape.metas if meta.ge is not None or meta.le is not None)


def _is_object(base: Any) -> bool:
    return isinstance(base, type) and issubclass(base, Struct)


def _wrong(table: Table, what: str) -> ValueError:
    names = f"{table.source.__module__}.{table.source.__name__} to {table.target.__module__}.{table.target.__name__}"
    return ValueError(f"The table from {names} {what}.")
