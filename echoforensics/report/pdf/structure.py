"""Adds a signature field to the structure of a tagged PDF, so that screen readers find it.

References:
    ISO 32000-1 14.7 (logical structure), ISO 14289-1 7.18 (annotations)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyhanko.pdf_utils import generic

if TYPE_CHECKING:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

_name = generic.NameObject


def tag_field(writer: IncrementalPdfFileWriter, field_name: str) -> None:
    """Append a structure element for a field's widget to the document.

    Args:
        writer: a document tagged by Typst to which the field was added.
        field_name: the name of the field.

    Raises:
        KeyError: the document has no such field, or is not tagged.
    """
    fields = writer.root["/AcroForm"]["/Fields"]
    found = [at for at in range(len(fields)) if fields[at]["/T"] == field_name]
    if not found:
        raise KeyError(field_name)
    reference = fields.raw_get(found[0])
    tree, page = writer.root["/StructTreeRoot"], _first_page(writer)
    top = tree["/K"].raw_get(0)
    number = int(tree["/ParentTreeNextKey"])
    made = writer.add_object(
        generic.DictionaryObject(
            {
                _name("/Type"): _name("/StructElem"),
                _name("/S"): _name("/Form"),
                _name("/P"): top,
                _name("/Pg"): page,
                _name("/K"): generic.DictionaryObject(
                    {_name("/Type"): _name("/OBJR"), _name("/Obj"): reference, _name("/Pg"): page}
                ),
            }
        )
    )
    element = top.get_object()
    children = element["/K"]
    children.append(made)
    writer.update_container(children)
    _add_to_parent_tree(writer, tree, number, made)
    widget = reference.get_object()
    widget[_name("/StructParent")] = generic.NumberObject(number)
    writer.update_container(widget)
    writer.mark_update(page)
    # Screen readers visit the page's annotations in structure order.
    page.get_object()[_name("/Tabs")] = _name("/S")


def _add_to_parent_tree(
    writer: IncrementalPdfFileWriter,
    tree: generic.DictionaryObject,
    number: int,
    made: generic.IndirectObject,
) -> None:
    node = tree["/ParentTree"]
    while "/Nums" not in node:
        node = node["/Kids"][-1]
    numbers = node["/Nums"]
    numbers.append(generic.NumberObject(number))
    numbers.append(made)
    if "/Limits" in node:
        node["/Limits"][1] = generic.NumberObject(number)
    writer.update_container(numbers)
    writer.update_container(node)
    tree[_name("/ParentTreeNextKey")] = generic.NumberObject(number + 1)
    writer.update_container(tree)


def _first_page(writer: IncrementalPdfFileWriter) -> generic.IndirectObject:
    node: generic.IndirectObject = writer.root.raw_get("/Pages")
    while node.get_object()["/Type"] == "/Pages":
        node = node.get_object()["/Kids"].raw_get(0)
    return node
