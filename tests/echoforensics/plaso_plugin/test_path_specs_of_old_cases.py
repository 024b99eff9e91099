"""Path specifications of cases that do not say where things lie, or say it wrongly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echoforensics.case.evidence_table import EvidenceItem, EvidenceState, Opening
from echoforensics.case.store import Store
from echoforensics.plaso_plugin.path_specs import PathSpecs


def _older(opening: dict[str, Any], kind: str, store: Store) -> PathSpecs:
    item = EvidenceItem(
        1, "x", Path("/evidence/x"), kind, 0, None, {}, (), Opening.of_json(json.dumps(opening)), EvidenceState.TAKEN_IN
    )
    return PathSpecs(item, store)


@pytest.fixture(scope="module")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("store") / "case.db", create=True)


@pytest.mark.parametrize("kind", ["raw image", "zip", "tar", "compressed", "Android sparse image", "LVM"])
def test_a_case_that_does_not_say_where_things_lie(kind: str, empty_store: Store) -> None:
    located = _older({"offsets": []}, kind, empty_store).of("p2/a/b", '["p2/12@612f62"]', "allocated")
    assert not located.exact
    assert "/evidence/x" in located.path_spec.comparable


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["raw image", "EWF image", "zip", "tar", "compressed", "folder", "file", "x"]),
    st.text(max_size=40),
    st.lists(
        st.text(max_size=30)
        | st.sampled_from(["/12@61", "p1/12@61", "p2/7", "carved:0+5", "carved:5+0", "carved:1+2,9+9"]),
        min_size=1,
        max_size=3,
    ),
    st.sampled_from(["allocated", "deleted", "carved"]),
    st.dictionaries(
        st.sampled_from(["", "p1/", "p2/"]),
        st.fixed_dictionaries(
            {
                "scheme": st.sampled_from(["GPT", "MBR", "whole", "given offset"]),
                "offset": st.sampled_from([None, 0]) | st.integers(0, 2**70),
                "length": st.integers(0, 2**70),
                "pieces": st.integers(0, 3),
                "file_system": st.sampled_from(["ext4", "FAT16", "", "squashfs"]),
            }
        ),
    ),
)
def test_whatever_a_case_says_nothing_is_raised(
    empty_store: Store, kind: str, path: str, addresses: list[str], state: str, volumes: dict[str, Any]
) -> None:
    specs = _older({"offsets": [], "volumes": volumes, "form": "tar in gzip"}, kind, empty_store)
    located = specs.of(path, json.dumps(addresses), state)
    assert located.path_spec.comparable
