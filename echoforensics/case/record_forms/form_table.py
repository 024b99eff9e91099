"""The table ``forms``: what records of one kind have in common, each form once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.case.record_forms.record_form import SHARED, VALUES, SharedForm, made, plain, split_texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from echoforensics.case.record_forms.record_form import Form, Values
    from echoforensics.case.store import Store

#: Maximum number of forms of a kind. Further records of it, whose messages have little in common, are kept whole.
MOST_FORMS = 64

#: The columns of ``record_values`` after a record's number, id, kind, form and locator.
_COLUMNS = ", ".join(f"{name} = ?" for name in VALUES)


def forms_of(store: Store, kind: int) -> dict[Form, int]:
    """The forms of a kind of record, each with its number in the table."""
    known = store.known_forms.get(kind)
    if known is None:
        found = store.db.execute("SELECT message, fields, state, id FROM forms WHERE kind = ?", (kind,))
        known = store.known_forms[kind] = {(message, fields, state): number for message, fields, state, number in found}
    return known


def form_number(store: Store, kind: int, form: SharedForm, values: Values) -> tuple[int, Values]:
    """Return the number of a record's form in the table, with its values. A missing form is added.

    Args:
        store: the case's store, in a transaction.
        kind: number of the record's kind.
        form: the record's form. Where the kind has many already, the record is kept whole instead.
        values: its values in that form.
    """
    known = forms_of(store, kind)
    number = known.get(form)
    if number is not None:
        return number, values
    if len(known) >= MOST_FORMS and form[0] is not None:
        whole, values = plain(*made(SharedForm(*form), values), values[: len(SHARED)], form[2])
        return form_number(store, kind, whole, values)
    added = store.db.execute("INSERT INTO forms (kind, message, fields, state) VALUES (?, ?, ?, ?)", (kind, *form))
    number = known[form] = int(added.lastrowid or 0)
    return number, values


def rewrite_record(store: Store, number: int, message: str, shared: Sequence[str | None], fields: str) -> None:
    """Give a record another message, other shared columns and other fields, the last as JSON.

    The forms that no record has any more are removed by :func:`remove_unused_forms`, and the search index is to be
    made again.
    """
    (kind,) = store.db.execute("SELECT kind FROM record_values WHERE number = ?", (number,)).fetchone()
    form, values = form_number(store, kind, *split_texts(message, shared, fields))
    store.db.execute(
        f"UPDATE record_values SET form = ?, {_COLUMNS} WHERE number = ?",  # noqa: S608 (our names)
        (form, *values, number),
    )


def remove_unused_forms(store: Store) -> None:
    """Remove the forms that no record has: they may hold words of records that lost them."""
    store.db.execute("DELETE FROM forms WHERE id NOT IN (SELECT form FROM record_values)")
    store.known_forms.clear()
