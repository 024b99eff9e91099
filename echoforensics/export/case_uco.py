"""Writes a CASE 1.4 / UCO 1.4 graph as JSON-LD, node by node.

Each row is an event record (``uco-observable:EventRecord``) contained in a file; each file is contained in an evidence
item, which a provenance record names. An investigative action states the tool, the person and the source of the export.
Node names derive from what they name, so the same rows give the same names.

References:
    https://caseontology.org/
    https://ontology.unifiedcyberontology.org/
"""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from echoforensics.case.row_query import rows as rows_of
from echoforensics.export.about import AboutExport, Written

if TYPE_CHECKING:
    from echoforensics.case.case import Case
    from echoforensics.case.evidence_table import EvidenceItem
    from echoforensics.case.exhibits.row import Query, Row
    from echoforensics.export.jsonl import Writable

_CONTEXT = {
    "kb": "http://example.org/kb/",
    "case-investigation": "https://ontology.caseontology.org/case/investigation/",
    "uco-action": "https://ontology.unifiedcyberontology.org/uco/action/",
    "uco-core": "https://ontology.unifiedcyberontology.org/uco/core/",
    "uco-identity": "https://ontology.unifiedcyberontology.org/uco/identity/",
    "uco-observable": "https://ontology.unifiedcyberontology.org/uco/observable/",
    "uco-tool": "https://ontology.unifiedcyberontology.org/uco/tool/",
    "uco-types": "https://ontology.unifiedcyberontology.org/uco/types/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
#: Names are derived from this UUID, which was generated once.
_NAMES = UUID("6d0c2f0e-6d3b-4f5e-9a53-6b1c3c8f0f5e")
_FOLDER = "folder"

Node = dict[str, Any]


def export(case: Case, query: Query, stream: Writable, about: AboutExport) -> Written:
    """Write the requested rows.

    Args:
        case: the case.
        query: selects the rows.
        stream: the output.
        about: the content of the investigative action.
    """
    graph = CaseGraph(stream, about)
    graph.begin(list(case.evidence()))
    count = 0
    for count, row in enumerate(rows_of(case.store, query), 1):  # noqa: B007 (the count is wanted)
        graph.row(row)
    graph.end()
    return Written(count)


class CaseGraph:
    """Writes a graph: call :meth:`begin`, then :meth:`row` for each row, then :meth:`end`."""

    def __init__(self, stream: Writable, about: AboutExport) -> None:
        self._stream, self._about = stream, about
        # Recurring nodes are written once; 16 bytes are kept for each.
        self._known: set[bytes] = set()
        self._first = True

    def begin(self, items: list[EvidenceItem]) -> None:
        """Write the evidence items, and the action that made the graph."""
        self._stream.write(f'{{"@context": {json.dumps(_CONTEXT)},\n"@graph": [\n')
        records = []
        for item in items:
            self._node(_evidence(item))
            name = _name("provenance-record", item.name)
            records.append({"@id": name})
            self._node(
                {
                    "@id": name, "@type": "case-investigation:ProvenanceRecord", "uco-core:name": item.name,
                    "uco-core:description": f"Evidence item {item.name} ({item.kind}), as it was taken in",
                    "uco-core:object": [{"@id": _name("evidence", item.name)}],
                }
            )  # fmt: skip
        self._action(records)

    def row(self, row: Row) -> None:
        """Write the event record of a row, with the file, device and account that it names."""
        path = (row["evidence"], row["path"], row["sha256"])
        file, event = _name("file", *path), _name("event-record", row["exhibit"], row["record"])
        if self._is_new(file):
            self._node(_file(row, file))
            self._node(_contained(file, _name("evidence", row["evidence"])))
        facet: Node = {
            "@id": _name("event-record-facet", row["exhibit"], row["record"]),
            "@type": "uco-observable:EventRecordFacet",
            "uco-observable:eventRecordID": row["exhibit"],
            "uco-observable:eventType": row["data_type"],
            "uco-observable:eventRecordText": row["message"],
            "uco-observable:eventRecordServiceName": f"{row['parser']} {row['parser_version']}",
        }
        if row["recorded_time"] is not None:
            facet["uco-observable:eventRecordRaw"] = row["recorded_time"]
        if row["datetime"] is not None:
            facet["uco-observable:startTime"] = {"@type": "xsd:dateTime", "@value": row["datetime"]}
        if row["device_serial"] is not None:
            facet["uco-observable:eventRecordDevice"] = {"@id": self._device(row)}
        if row["account"] is not None:
            facet["uco-observable:account"] = {"@id": self._account(row["account"])}
        self._node(
            {
                "@id": event, "@type": "uco-observable:EventRecord", "uco-core:name": row["exhibit"],
                "uco-core:description": _description(row), "uco-core:hasFacet": [facet],
            }
        )  # fmt: skip
        self._node(_contained(event, file))

    def end(self) -> None:
        """End the graph."""
        self._stream.write("\n]}\n")

    def _node(self, node: Node) -> None:
        self._stream.write(("" if self._first else ",\n") + json.dumps(node, ensure_ascii=False))
        self._first = False

    def _is_new(self, name: str) -> bool:
        kept = UUID(name[-36:]).bytes
        if kept in self._known:
            return False
        self._known.add(kept)
        return True

    def _action(self, records: list[Node]) -> None:
        about = self._about
        tool, action = _name("tool", about.program), _name("investigative-action", about.made_at.isoformat())
        program, _, version = about.program.partition(" ")
        self._node({"@id": tool, "@type": "uco-tool:Tool", "uco-core:name": program, "uco-tool:version": version})
        node: Node = {
            "@id": action,
            "@type": "case-investigation:InvestigativeAction",
            "uco-core:name": "timeline exported",
            "uco-core:description": "; ".join(f"{name}: {text}" for name, text in about.facts().items()),
            "uco-action:startTime": {"@type": "xsd:dateTime", "@value": about.made_at.isoformat()},
            "uco-action:instrument": [{"@id": tool}],
        }
        if records:
            node["uco-action:object"] = records
        who = [("Person", about.examiner)] if about.examiner else []
        who += [("Organization", about.agency)] if about.agency else []
        for kind, given in who:
            name = _name(kind.lower(), given)
            self._node({"@id": name, "@type": f"uco-identity:{kind}", "uco-core:name": given})
            node.setdefault("uco-action:performer", {"@id": name})
        self._node(node)
        case = _name("investigation", about.case)
        investigation = {
            "@id": case, "@type": "case-investigation:Investigation", "uco-core:name": about.reference or about.case,
            "uco-core:object": [{"@id": action}, *records],
        }  # fmt: skip
        self._node(investigation)

    def _device(self, row: Row) -> str:
        serial = row["device_serial"] or ""
        name = _name("device", serial, row["device_type"] or "")
        if self._is_new(name):
            facet = {
                "@id": _name("device-facet", serial, row["device_type"] or ""),
                "@type": "uco-observable:DeviceFacet", "uco-observable:serialNumber": serial,
            }  # fmt: skip
            if row["device_type"] is not None:
                facet["uco-observable:deviceType"] = row["device_type"]
            self._node({"@id": name, "@type": "uco-observable:Device", "uco-core:hasFacet": [facet]})
        return name

    def _account(self, account: str) -> str:
        name = _name("account", account)
        if self._is_new(name):
            facet = {
                "@id": _name("account-facet", account), "@type": "uco-observable:AccountFacet",
                "uco-observable:accountIdentifier": account,
            }  # fmt: skip
            self._node({"@id": name, "@type": "uco-observable:Account", "uco-core:hasFacet": [facet]})
        return name


def _name(kind: str, *parts: str) -> str:
    return f"kb:{kind}-{uuid5(_NAMES, json.dumps([kind, *parts]))}"


def _description(row: Row) -> str:
    kept = ("timestamp_desc", "clock", "locator", "person", "utterance_id", "transcript", "recording", "state")
    values = {name: value for name, value in row.items() if name in kept and value is not None}
    return "; ".join(f"{name}: {values[name]}" for name in kept if name in values)


def _evidence(item: EvidenceItem) -> Node:
    facets: list[Node] = [
        {
            "@id": _name("evidence-file-facet", item.name), "@type": "uco-observable:FileFacet",
            "uco-observable:fileName": item.location.name, "uco-observable:filePath": str(item.location),
            "uco-observable:isDirectory": item.kind == _FOLDER,
        }
    ]  # fmt: skip
    if item.sha256 is not None and item.kind != _FOLDER:
        facets.append(_content(item.sha256, "evidence", item.name))
    return {
        "@id": _name("evidence", item.name), "@type": "uco-observable:ObservableObject", "uco-core:name": item.name,
        "uco-core:hasFacet": facets,
    }  # fmt: skip


def _file(row: Row, name: str) -> Node:
    parts = (row["evidence"], row["path"], row["sha256"])
    facet = {
        "@id": _name("file-facet", *parts), "@type": "uco-observable:FileFacet",
        "uco-observable:fileName": PurePosixPath(row["path"]).name, "uco-observable:filePath": row["path"],
    }  # fmt: skip
    facets = [facet, _content(row["sha256"], *parts)]
    return {"@id": name, "@type": "uco-observable:ObservableObject", "uco-core:hasFacet": facets}


def _content(sha256: str, *of: str) -> Node:
    """Return the SHA-256 of a content. Its method is plain text: the UCO vocabulary term causes a warning."""
    digest = {
        "@id": _name("hash", sha256, *of), "@type": "uco-types:Hash", "uco-types:hashMethod": "SHA256",
        "uco-types:hashValue": {"@type": "xsd:hexBinary", "@value": sha256.upper()},
    }  # fmt: skip
    return {
        "@id": _name("content-data-facet", *of), "@type": "uco-observable:ContentDataFacet",
        "uco-observable:hash": [digest],
    }  # fmt: skip


def _contained(inner: str, outer: str) -> Node:
    return {
        "@id": _name("relationship", inner, outer), "@type": "uco-observable:ObservableRelationship",
        "uco-core:source": [{"@id": inner}], "uco-core:target": {"@id": outer},
        "uco-core:kindOfRelationship": "Contained_Within", "uco-core:isDirectional": True,
    }  # fmt: skip
