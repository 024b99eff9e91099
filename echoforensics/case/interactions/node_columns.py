"""What shows which records may be joined to which others, and the start of each: some seventy bytes of a record."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from echoforensics.case.interactions.interaction_context import Couplings
from echoforensics.case.interactions.start import start_of_nodes
from echoforensics.case.spoken.spoken_record import Role, Witness

if TYPE_CHECKING:
    from echoforensics.case.interactions.node import Node

#: What is noted of a record: it is an entry of the account, a recording, or from a device; it is an interaction by
#: itself; it names a stream; it is left out.
ENTRY, SOUND, DEVICE, ALONE, STREAM, LEFT_OUT = (1 << bit for bit in range(6))
#: In place of a time that is not known.
NO_TIME = -(1 << 63)
#: So many of the first nodes are kept, about a kilobyte each, so that their records need not be read again.
_MOST_WHOLE = 20_000
#: Names are kept by so many groups of their hashes. Of a hash, and of a record's index, 32 bits are kept.
_GROUPS, _BITS = 256, 32
_MASK = (1 << _BITS) - 1


class NodeColumns:
    """Nodes of records as columns of numbers: the node at an index is what each column has there.

    Attributes:
        numbers: of the records in the database.
        starts: of an interaction that has only this record.
        named, created: ``named_at`` and ``created`` of the nodes.
        serials: numbers of the devices; 0 for none.
        flags: see the constants of this module.
        whole: the first nodes themselves, by the numbers of their records.
    """

    def __init__(self) -> None:
        self.numbers, self.starts, self.named, self.created = (array("q") for _ in range(4))
        self.serials, self.flags = array("I"), bytearray()
        self.whole: dict[int, Node] = {}
        self._names = [array("Q") for _ in range(_GROUPS)]
        self._serials = {"": 0}
        self._ordered = 0

    def __len__(self) -> int:
        return len(self.numbers)

    def __contains__(self, record: object) -> bool:
        """Whether a record, by its number, is among those at the time of :meth:`leave_out`, and was not left out."""
        index = self._index(record) if isinstance(record, int) else None
        return index is not None and not self.flags[index] & LEFT_OUT

    def add(self, node: Node) -> None:
        """Add a node, whose record is not there yet."""
        index, names = len(self.numbers), node.names
        self.numbers.append(node.number)
        start = start_of_nodes((node,))
        self.starts.append(NO_TIME if start is None else start)
        self.named.append(NO_TIME if node.named_at is None else node.named_at)
        self.created.append(NO_TIME if node.created is None else node.created)
        self.serials.append(self._serials.setdefault(node.serial, len(self._serials)))
        self.flags.append(
            (ENTRY if node.role is Role.ENTRY else SOUND if node.role is Role.RECORDING else 0)
            | (DEVICE if node.source is Witness.DEVICE else 0)
            | (ALONE if node.alone else 0)
            | (STREAM if names.stream else 0)
        )
        # Hashes of texts differ from run to run; what they are used for gives the same result whatever they are.
        hashes = [hash(key) & _MASK for _, key in names.keys]
        hashes += [hash(name) & _MASK for name in (names.stream, *names.refers) if name]
        for name in hashes:
            self._names[name % _GROUPS].append(name << _BITS | index)
        if len(self.whole) < _MOST_WHOLE:
            self.whole[node.number] = node

    def leave_out(self, records: Iterator[int]) -> None:
        """Leave out records by their numbers. The nodes so far must be in the order of those."""
        self._ordered = len(self.numbers)
        for record in records:
            if (index := self._index(record)) is not None:
                self.flags[index], self.serials[index] = LEFT_OUT, 0
                self.named[index] = self.created[index] = NO_TIME
                self.whole.pop(record, None)

    def start(self, index: int) -> int | None:
        """The start of an interaction that has only the record at an index, or None."""
        start = self.starts[index]
        return None if start == NO_TIME else start

    def couplings(self) -> Couplings:
        """The couplings of the records, except for streams that are not named."""
        names, without_stream, delays = self.serial_names(), Counter[str](), Counter[str]()
        for serial, created, named, flags in zip(self.serials, self.created, self.named, self.flags, strict=True):
            if serial and created != NO_TIME:
                without_stream[names[serial]] += not flags & STREAM
                delays[names[serial]] += bool(flags & ENTRY) and named != NO_TIME
        return Couplings(+without_stream, +delays)

    def serial_names(self) -> list[str]:
        """The serial numbers of the devices, by the numbers in the column."""
        return list(self._serials)

    def take_sharing(self) -> Iterator[tuple[int, int]]:
        """Yield pairs of indices that share a name, or seem to: all that do are linked by such pairs.

        The names are forgotten meanwhile.
        """
        while self._names:
            first: dict[int, int] = {}
            for packed in self._names.pop():
                index = packed & _MASK
                if not self.flags[index] & LEFT_OUT:
                    other = first.setdefault(packed >> _BITS, index)
                    if other != index:
                        yield other, index

    def _index(self, record: int) -> int | None:
        index = bisect_left(self.numbers, record, 0, self._ordered)
        return index if index < self._ordered and self.numbers[index] == record else None
