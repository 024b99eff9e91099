"""Nodes that are made while records are added give the interactions that records give which are read at the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from echoforensics.case.interactions import growing_nodes, node_columns
from echoforensics.case.interactions.growing_nodes import GrowingNodes
from echoforensics.case.sealing.seal import table_digests
from echoforensics.case.store import Store
from echoforensics.timeline.interaction_building import build_interactions
from echoforensics.timeline.numbering import number_rows
from parsers.record import Clock, Record, Timestamp

AddFile = Callable[..., None]

STREAM = "A0SAMPLETYPE1:1.0/2024/03/09/12/G000SAMPLE000001/10:{:02}::TNIH_2V.{:08x}-25ba-4ea5-b1c9-bdf4c3ad72d1ZXV"
NOON = 1_709_985_600_000_000


def entry(number: int) -> Record:
    """An entry of the account; every third one names no stream."""
    at = Timestamp("Creation Time", "1", Clock.CLOUD, NOON + number)
    return Record("alexa:cloud:activity", f"Entry {number}.", f"json:/{number}", (at,), transcript="x", parser="any",
                  utterance_id=STREAM.format(number, number) if number % 3 else None, keys=(f"activity:{number}",),
                  parser_version="1")  # fmt: skip


@pytest.fixture
def growing(store: Store, monkeypatch: pytest.MonkeyPatch) -> GrowingNodes:
    monkeypatch.setattr(growing_nodes, "_AT_ONCE", 2)
    return GrowingNodes(store)


def test_interactions_are_the_same(store: Store, add_file: AddFile, growing: GrowingNodes) -> None:
    first, more = [entry(number) for number in range(9)], [entry(number) for number in range(9, 14)]
    add_file("history.json", *first)
    assert not growing.advance(), "they may still be removed"
    growing.committed()
    assert growing.advance()
    assert growing.advance()
    store.db.executescript("DELETE FROM record_keys; DELETE FROM places; DELETE FROM timestamps;")
    store.db.execute("DELETE FROM record_values")
    growing.forget()
    assert not growing.advance()
    add_file("again.json", *first[3:])
    add_file("cards.json", *(replace(one, data_type="alexa:cloud:card", keys=()) for one in first[6:]))
    growing.committed()
    while growing.advance():
        pass
    # Two of them get another place and a key, and the last ones are not read.
    add_file("copy.json", *(replace(one, keys=("activity:20",)) for one in first[4:6]), evidence=2,
             sha256="sha-again.json")  # fmt: skip
    add_file("more.json", *more)
    number_rows(store)
    build_interactions(store)
    expected = table_digests(store)
    build_interactions(store, growing=growing)
    assert table_digests(store) == expected
    assert not len(growing.take()), "they were joined"
    # Two of the cards are of streams that entries name.
    assert store.count("interactions") == 6 + 1 + 5


def test_so_many_nodes_are_kept_whole(
    store: Store, add_file: AddFile, growing: GrowingNodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(node_columns, "_MOST_WHOLE", 3)
    add_file("history.json", *(entry(number) for number in range(20)))
    growing.committed()
    while growing.advance():
        pass
    nodes = growing.take()
    named = [number + 1 for number in range(20) if number % 3]
    assert list(nodes.numbers) == named
    assert list(nodes.whole) == named[:3]


def test_nodes_of_records_with_one_place_are_taken_once(store: Store, add_file: AddFile, growing: GrowingNodes) -> None:
    records = [entry(number) for number in range(6)]
    add_file("history.json", *records)
    growing.committed()
    while growing.advance():
        pass
    add_file("copy.json", *records[:2], evidence=2, sha256="sha-history.json")
    number_rows(store)
    # Each record has one row.
    exhibits = {number: f"EF-{number:07}" for number in (3, 5, 6)}
    nodes = growing.take()
    assert {number: node.exhibit for number, node in nodes.whole.items()} == exhibits
    assert [number for number in range(1, 9) if number in nodes] == [3, 5, 6]
    assert not len(growing.take())
