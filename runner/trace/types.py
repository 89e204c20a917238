"""Types, as the program's debug information describes them. They are read when they are first needed: most of what a
C++ program's debug information describes is the standard library's, and few programs use much of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from elftools.dwarf.die import DIE

from runner.trace.binary import Binary

_SIGNED, _UNSIGNED = 5, 7
_MOST_MEMBERS, _DEEPEST = 512, 64
_BUFFERS = ("__aligned_membuf<", "__aligned_buffer<")
_QUALIFIERS = {"DW_TAG_const_type", "DW_TAG_volatile_type", "DW_TAG_restrict_type", "DW_TAG_atomic_type"}
_RECORDS = {"DW_TAG_structure_type", "DW_TAG_class_type", "DW_TAG_union_type"}


@dataclass(slots=True)
class Base:
    """A number, character or truth value; *encoding* is DWARF's (DW_ATE_…)."""

    size: int
    name: str
    encoding: int


@dataclass(slots=True)
class Enum:
    """An enumeration: *names* by value."""

    size: int
    name: str
    names: dict[int, str]
    signed: bool


@dataclass(slots=True)
class Pointer:
    """A pointer, or (*kind* "ref") a reference; *target* gives the type pointed to, None for void and functions."""

    kind: str
    target: Callable[[], Type | None]
    size: int = 8


@dataclass(slots=True)
class Member:
    """A member or base class at *offset*; *bits* are (offset from the record's begin, width) of a bit-field, and
    *expression* finds a virtual base class."""

    name: str
    offset: int
    type: Type
    bits: tuple[int, int] | None = None
    expression: bytes | None = None


@dataclass(slots=True)
class Record:
    """A structure, class or union."""

    size: int
    name: str
    members: list[Member] = field(default_factory=list)
    polymorphic: bool = False
    virtual: bool = False  # it, or what it is made of, has a virtual base class


# A dimension that is known when the program runs: the expression of its highest index.
Dimension = int | bytes


@dataclass(slots=True)
class Array:
    """An array; *size* is 0 where a dimension is known only when the program runs."""

    size: int
    element: Type
    dimensions: list[Dimension]


@dataclass(slots=True)
class Opaque:
    """What has no value that could be shown."""

    size: int
    name: str


Type = Base | Enum | Pointer | Record | Array | Opaque


class Types:
    """The types of one program."""

    def __init__(self, binary: Binary) -> None:
        self._unit = binary.unit
        self._known: dict[int, Type] = {}
        self._depth = 0

    def of(self, die: DIE) -> Type | None:
        """The type that *die*, or what it is an instance of, is declared with; None for void."""
        for declaration in chain(die):
            if "DW_AT_type" in declaration.attributes:
                return self._type(declaration.get_DIE_from_attribute("DW_AT_type"))
        return None

    def record(self, die: DIE) -> Type:
        """The type that *die* defines."""
        return self._type(die)

    def _type(self, die: DIE) -> Type:
        known = self._known.get(die.offset)
        if known is None:
            self._depth += 1
            known = Opaque(0, "…") if self._depth > _DEEPEST else self._make(die)
            self._depth -= 1
            self._known[die.offset] = known
        return known

    def _make(self, die: DIE) -> Type:
        tag, size = die.tag, integer(die, "DW_AT_byte_size") or 0
        if tag == "DW_TAG_base_type":
            name, encoding = name_of(die) or "?", integer(die, "DW_AT_encoding") or _UNSIGNED
            # DWARF calls char and signed char the same; only the first is meant for letters.
            return Base(size, name, _SIGNED if name == "signed char" else encoding)
        if tag in ("DW_TAG_pointer_type", "DW_TAG_reference_type", "DW_TAG_rvalue_reference_type"):
            return Pointer("pointer" if tag == "DW_TAG_pointer_type" else "ref", lambda: self._target(die))
        if tag == "DW_TAG_unspecified_type":  # decltype(nullptr)
            return Pointer("pointer", lambda: None)
        if tag in _QUALIFIERS:
            return self.of(die) or Opaque(1, "void")
        if tag == "DW_TAG_typedef":
            return self._renamed(self.of(die), name_of(die) or "?")
        if tag == "DW_TAG_enumeration_type":
            return self._enum(die, size)
        if tag == "DW_TAG_array_type":
            return self._array(die)
        if tag in _RECORDS:
            return self._record(die, size)
        if tag == "DW_TAG_ptr_to_member_type":
            return Base(8, "pointer to member", 7)
        return Opaque(size, name_of(die) or "function")

    def _target(self, die: DIE) -> Type | None:
        target = self.of(die)
        return None if target is None or isinstance(target, Opaque) else target

    def _renamed(self, given: Type | None, name: str) -> Type:
        """A typedef goes by its own name, as people wrote it; its pointers and arrays have none."""
        match given:
            case None:
                return Opaque(1, name)
            case Base():
                return Base(given.size, name, given.encoding)
            case Enum():
                return Enum(given.size, name, given.names, given.signed)
            case Record():
                return Record(given.size, name, given.members, given.polymorphic, given.virtual)
        return given

    def _enum(self, die: DIE, size: int) -> Enum:
        names: dict[int, str] = {}
        for child in _children(die):
            value = integer(child, "DW_AT_const_value")
            if child.tag == "DW_TAG_enumerator" and value is not None:
                names.setdefault(value, name_of(child) or "?")
        underlying = self.of(die)
        signed = underlying.encoding in (5, 6) if isinstance(underlying, Base) else any(v < 0 for v in names)
        return Enum(size, name_of(die) or "enum", names, signed)

    def _array(self, die: DIE) -> Type:
        element = self.of(die)
        if element is None:
            return Opaque(0, "array")
        dimensions: list[Dimension] = [_dimension(c) for c in _children(die) if c.tag == "DW_TAG_subrange_type"]
        size = element.size
        for dimension in dimensions:
            size *= dimension if isinstance(dimension, int) else 0
        return Array(size, element, dimensions)

    def _record(self, die: DIE, size: int) -> Record:
        record = Record(size, name_of(die) or "<anonymous>")
        self._known[die.offset] = record
        if record.name.startswith(_BUFFERS):
            record.members = self._buffered(die)
            return record
        for child in _children(die):
            if child.tag not in ("DW_TAG_member", "DW_TAG_inheritance") or len(record.members) == _MOST_MEMBERS:
                continue
            if "DW_AT_external" in child.attributes or "DW_AT_declaration" in child.attributes:
                continue  # a static member
            member = self._member(child)
            if member is None:
                continue
            if isinstance(member.type, Record):
                record.polymorphic |= child.tag == "DW_TAG_inheritance" and member.type.polymorphic
                record.virtual |= member.type.virtual
            record.virtual |= member.expression is not None
            record.polymorphic |= member.name.startswith("_vptr.") or member.expression is not None
            record.members.append(member)
        record.members.sort(key=lambda member: member.offset)
        return record

    def _buffered(self, die: DIE) -> list[Member]:
        """What the library keeps in a buffer of bytes until it is constructed: the element of a map's node."""
        parameters = (child for child in _children(die) if child.tag == "DW_TAG_template_type_param")
        kinds = (self.of(parameter) for parameter in parameters)
        return [Member("_M_storage", 0, kind) for kind in kinds if kind is not None][:1]

    def _member(self, die: DIE) -> Member | None:
        kind = self.of(die)
        if kind is None:
            return None
        inherited = die.tag == "DW_TAG_inheritance"
        name = f"<{kind.name}>" if inherited and isinstance(kind, Record) else name_of(die) or "<anon_field>"
        if inherited and isinstance(kind, Record) and not kind.members:
            return None  # an empty base class
        width, at = integer(die, "DW_AT_bit_size"), integer(die, "DW_AT_data_bit_offset")
        location = die.attributes.get("DW_AT_data_member_location")
        if location is not None and not isinstance(location.value, int):
            return Member(name, 1 << 30, kind, expression=bytes(location.value))
        offset = location.value if location is not None else 0
        if width:
            first = at if at is not None else offset * 8
            return Member(name, first // 8, kind, bits=(first, min(width, 64)))
        return Member(name, offset, kind)


def chain(die: DIE) -> Iterator[DIE]:
    """*die*, and what it specifies or is an instance of."""
    current: DIE | None = die
    for _ in range(5):
        if current is None:
            return
        yield current
        attributes = current.attributes
        link = next((n for n in ("DW_AT_abstract_origin", "DW_AT_specification") if n in attributes), None)
        current = None if link is None else current.get_DIE_from_attribute(link)


def attribute(die: DIE, name: str) -> object:
    """The attribute of *die*, or of what it is an instance of; None if none has it."""
    for declaration in chain(die):
        if name in declaration.attributes:
            value: object = declaration.attributes[name].value
            return value
    return None


def integer(die: DIE, name: str) -> int | None:
    """A number that *die* itself has."""
    found = die.attributes.get(name)
    return found.value if found is not None and isinstance(found.value, int) else None


def name_of(die: DIE) -> str | None:
    """The name of *die*, or of what it is an instance of."""
    found = attribute(die, "DW_AT_name")
    return found.decode(errors="replace") if isinstance(found, bytes) else None


def _children(die: DIE) -> Iterator[DIE]:
    return die.iter_children() if die.has_children else iter(())


def _dimension(die: DIE) -> Dimension:
    count = integer(die, "DW_AT_count")
    if count is not None:
        return max(count, 0)
    highest = die.attributes.get("DW_AT_upper_bound")
    if highest is None:
        return 0
    if highest.form == "DW_FORM_exprloc":
        return bytes(highest.value)
    if highest.form.startswith("DW_FORM_ref"):  # the variable that the compiler keeps the highest index in
        location = die.get_DIE_from_attribute("DW_AT_upper_bound").attributes.get("DW_AT_location")
        if location is None or location.form != "DW_FORM_exprloc":
            return 0
        return bytes(location.value) + b"\x06"
    number = highest.value if isinstance(highest.value, int) else -1
    return number + 1 if 0 <= number < 1 << 40 else 0
