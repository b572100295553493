"""Faults that are armed for the next requests that match, and switches that stay: both are tables."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from types import MappingProxyType

Option = str | int | float
Options = Mapping[str, Option]
NONE: Options = MappingProxyType({})


class Unusable(ValueError):
    """What was asked of the simulator names nothing that it has."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A fault or a switch: what it does, who says that it happens, its options and what they usually are."""

    name: str
    says: str
    source: str
    options: Options = field(default_factory=dict)
    is_on: bool = False

    def check(self, options: Options) -> None:
        """Raises Unusable."""
        for option, value in options.items():
            if option not in self.options:
                has = ", ".join(self.options) or "none"
                raise Unusable(f"{self.name} has no option {option!r}: it has {has}.")
            usual = self.options[option]
            kinds = (int, float) if isinstance(usual, int | float) else (str,)
            if not isinstance(value, kinds) or isinstance(value, bool):
                raise Unusable(f"{option} of {self.name} must be like {usual!r}.")


def table(*kinds: Kind) -> Mapping[str, Kind]:
    return MappingProxyType({kind.name: kind for kind in kinds})


def found(kinds: Mapping[str, Kind], name: str) -> Kind:
    """Raises Unusable."""
    if name not in kinds:
        raise Unusable(f"There is no {name!r}: there are {', '.join(sorted(kinds))}.")
    return kinds[name]


class Switches:
    """What is on, with its options."""

    def __init__(self, kinds: Mapping[str, Kind]) -> None:
        self.kinds = kinds
        self._on: dict[str, Options] = {}
        self.reset()

    def reset(self) -> None:
        self._on = {name: NONE for name, kind in self.kinds.items() if kind.is_on}

    def is_on(self, name: str) -> bool:
        return name in self._on

    def turn_on(self, name: str, options: Options = NONE) -> None:
        """Options that are not named have their usual value. Raises Unusable."""
        found(self.kinds, name).check(options)
        self._on[name] = dict(options)

    def turn_off(self, name: str) -> None:
        """Raises Unusable for what is no switch."""
        self._on.pop(found(self.kinds, name).name, None)

    def options(self, name: str) -> Options:
        return {**self.kinds[name].options, **self._on.get(name, NONE)}

    def number(self, name: str, option: str) -> float:
        return float(self.options(name)[option])


@dataclass
class Fault:
    """For the next ``times`` requests of that method to a path like ``path``: ``*`` stands for anything."""

    kind: Kind
    times: int = 1
    method: str = "*"
    path: str = "*"
    options: Options = field(default_factory=dict)

    def option(self, name: str) -> Option:
        return {**self.kind.options, **self.options}[name]


class Faults:
    """Those that are still to come; what was armed earlier goes first."""

    def __init__(self, kinds: Mapping[str, Kind]) -> None:
        self.kinds = kinds
        self.armed: list[Fault] = []

    def arm(self, name: str, *, times: int, method: str, path: str, options: Options) -> None:
        """Raises Unusable."""
        kind = found(self.kinds, name)
        kind.check(options)
        self.armed.append(Fault(kind, times, method, path, options))

    def next(self, method: str, path: str, *names: str) -> Fault | None:
        """The one that befalls this request, among those of these names, or of any; it is spent by that."""
        for fault in self.armed:
            is_asked = not names or fault.kind.name in names
            if is_asked and fault.method in {"*", method} and fnmatchcase(path, fault.path):
                fault.times -= 1
                self.armed = [one for one in self.armed if one.times > 0]
                return fault
        return None
