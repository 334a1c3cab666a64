"""Tables made ready to run: for each pair of classes a plan that says what becomes of every field.

A plan is made when it is first needed, from both classes and their table. A value that cannot be said is lost when its
field is optional or when it is an item of a list; else the object around it cannot be said either.
"""

from collections.abc import Collection, Iterable, Mapping
from itertools import repeat
from operator import contains
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import Struct
from msgspec.structs import FieldInfo

from simulator.ocpi import typeinfo
from simulator.ocpi.translation.account import Account, Loss, Tree, Unsayable
from simulator.ocpi.translation.alike import Alike, of_lists, of_objects
from simulator.ocpi.translation.fits import Fits, Said, fit, shortest, takes_all
from simulator.ocpi.translation.ids import shorten
from simulator.ocpi.translation.table import ALIAS, FIT, WHOLE, Made, Mapper, Otherwise, Table, Way
from simulator.ocpi.typeinfo import Shape

_ALL_OR_NONE: Final = (WHOLE, ALIAS)
_MOST_KNOWN: Final = 1_000
"""How many lists are remembered by what is told of their items, and how many items of each."""


class _Step(NamedTuple):
    """What becomes of a field: under which name (none: nothing) and through which function (none: as it is).

    `needed`: the object cannot be without it. `lost`: the sentence to tell of a field that becomes nothing. `fits` and
    `alike` tell what goes over as it is all the same.
    """

    name: str = ""
    mapper: Mapper | None = None
    needed: bool = False
    lost: str = ""
    fits: Fits | None = None
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
        # What only changes its name is known by that alone: nearly all fields are of this kind.
        self._steps: dict[str, Any] = {
            name: step.name if step.name and step.mapper is None else step for name, step in steps.items()
        }
        self.lost = {name: step.lost for name, step in steps.items() if step.lost}
        """The fields that become nothing, each with the sentence to tell of it."""
        self._told: dict[tuple[str, str], list[Loss]] = {}
        self._made = made
        self._refused = refused

    def say(self, tree: Mapping[str, Any], path: str, account: Account) -> Tree:
        """The object in the other version; nulls count as absent. Raises Unsayable."""
        out: Tree = {}
        is_patch = account.patch and path == "$"
        for made in self._made:
            if not is_patch or any(tree.get(name) is not None for name in made.reads):
                out |= made.make(tree, path, account)
        steps = self._steps.get
        for key, value in tree.items():
            if value is None:
                continue
            step = steps(key)
            if type(step) is str:
                out[step] = value
                continue
            if step is None:
                self._meet_unknown(f"{path}.{key}", account)
                continue
            name, mapper, needed, lost, fits, _ = step
            if mapper is None:
                if lost:
                    account.lose(f"{path}.{key}", lost)
                continue
            if fits is not None and fits(value):
                out[name] = value
                continue
            try:
                out[name] = mapper(value, f"{path}.{key}", account)
            except Unsayable as why:
                if needed:
                    raise
                account.lose(f"{path}.{key}", str(why))
                account.stale |= is_patch
        return out

    def say_all(self, items: list[Mapping[str, Any]], path: str, account: Account) -> list[Tree] | None:
        """The items of a list, if nothing is to be told of them but which fields are lost; None when there is more.

        So they are looked through all at once, in C code, and what is told of each is known from other lists.
        """
        assert self.alike is not None
        lost = [name for name in self.lost if any(map(contains, items, repeat(name)))]
        if not lost:
            return items if self.alike(items) else None  # type: ignore[return-value]
        out: list[Tree] = list(map(dict.copy, items))  # type: ignore[arg-type]
        gone = {name: list(map(dict.pop, out, repeat(name), repeat(None))) for name in lost}
        if not self.alike(out):
            return None
        for name, values in gone.items():
            told = self._losses(path, name, len(values))
            if not all(values):
                told = [loss for loss, value in zip(told, values, strict=True) if value is not None]
            account.losses += told
        return out

    def _losses(self, path: str, name: str, count: int) -> list[Loss]:
        """What is told of a field that so many items of a list lose."""
        told = self._told.get((path, name))
        if told is None or len(told) < count:
            sentence = self.lost[name]
            told = [Loss(f"{path}[{index}].{name}", "lost", sentence) for index in range(count)]
            if count <= _MOST_KNOWN and len(self._told) < _MOST_KNOWN:
                self._told[path, name] = told
        return told[:count]

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

    def origin(self, source: type[Struct], target: type[Struct], name: str) -> str:
        """The one field of the source that a field of the target comes from; empty when there is no such."""
        table = self._tables.get((source, target)) or Table(source, target)
        for made in table.made:
            if name in made.writes:
                return made.reads[0] if len(made.reads) == 1 else ""
        for before, after in table.renamed.items():
            if after == name:
                return before
        return name if any(field.encode_name == name for field in msgspec.structs.fields(source)) else ""

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
        needed = target.required or way in _ALL_OR_NONE
        if not isinstance(way, Way | Otherwise) and way is not None:
            return _Step(target.encode_name, way, needed)
        usual = None if isinstance(way, Otherwise) else way
        try:
            said = self._said(typeinfo.shape(source.type), typeinfo.shape(target.type), usual)
        except TypeError as error:
            raise ValueError(f"{source.name} to {target.name}: {error}") from None
        if said is None:
            return _Step(target.encode_name, None, needed)
        mapper = way.say if isinstance(way, Otherwise) else said.mapper
        return _Step(target.encode_name, mapper, needed, fits=said.fits, alike=said.alike)

    def _said(self, source: Shape, target: Shape, way: Way | None) -> Said | None:
        if (source.item is None) != (target.item is None):
            raise TypeError("one is a list, the other is not; a function has to say how.")
        if source.item is not None:
            items = self._said(typeinfo.shape(source.item), typeinfo.shape(target.item), way)
            least = shortest(target)
            may_be_too_short = shortest(source) < least
            if items is not None:
                say_each = _list_of(items.mapper, least, all_or_none=way in _ALL_OR_NONE)
                if items.alike is None or may_be_too_short:
                    return Said(say_each)
                base, into = typeinfo.shape(source.item).base, typeinfo.shape(target.item).base
                if _is_object(base) and self.plan(base, into).lost:
                    return Said(_at_once(self.plan(base, into), say_each), None, of_lists(items.alike))
                return Said(say_each, items.alike, of_lists(items.alike))
            if may_be_too_short:
                raise TypeError("the source may be empty, the target not; a function has to say how.")
            return None
        if _is_object(source.base) and _is_object(target.base):
            plan = self.plan(source.base, target.base)
            return Said(plan.say, None if plan.alike is None else _alone(plan.alike), plan.alike)
        if takes_all(target, source):
            if way in (FIT, ALIAS):
                raise TypeError("the target takes all that the source can say; the table must not say FIT or ALIAS.")
            return None
        if way is None:
            raise TypeError("the target does not take all that the source can say; the table has to say FIT.")
        if not issubclass(target.base, str) or not target.patterns <= source.patterns:
            raise TypeError("the target asks for other numbers or another pattern; a function has to say how.")
        said = fit(target)
        return said._replace(mapper=shorten) if way is ALIAS else said


def _alone(alike: Alike) -> Fits:
    return lambda value: alike((value,))


def _at_once(plan: Plan, say_each: Mapper) -> Mapper:
    """A list of objects, all at once if that can be and is worth it."""

    def say(items: list[Any], path: str, account: Account) -> list[Any]:
        said = plan.say_all(items, path, account) if len(items) > 1 else None
        return say_each(items, path, account) if said is None else said

    return say


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


def _is_object(base: Any) -> bool:
    return isinstance(base, type) and issubclass(base, Struct)


def _wrong(table: Table, what: str) -> ValueError:
    names = f"{table.source.__module__}.{table.source.__name__} to {table.target.__module__}.{table.target.__name__}"
    return ValueError(f"The table from {names} {what}.")
