"""Questions as a page asks them: NHS.UK components and their parameters.

Names of inputs are the answer's path after `f.`; ids are numbers, because a path may hold what an id may not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from definitions.models.field_types.declaration import Asking, Widget
from engine.forms.presentation import DrawnColumn, DrawnField

PREFIX = "f."
#: The box that says that what may be an NHS number is something else.
NOT_NHS_NUMBER = "not-nhs-number"
#: More options than this are a list to choose from, not buttons.
_MOST_BUTTONS = 12
#: Empty rows offered below those with something in them, and how many a table begins with.
_SPARE_ROWS = 1
_FIRST_ROWS = 3


@dataclass(frozen=True, slots=True)
class Question:
    """One question for the templates: a component, its parameters, and what stands around it."""

    drawn: DrawnField
    component: str
    id: str
    params: Mapping[str, Any]
    unknown: Mapping[str, Any] | None = None
    rows: tuple[tuple[Mapping[str, Any], ...], ...] = ()
    file_note: str = ""
    parts: tuple[Mapping[str, Any], ...] = ()

    @property
    def heading(self) -> str:
        return self.drawn.heading


# --- what components share -----------------------------------------------------------------------------------


def _label(drawn: DrawnField) -> str:
    return drawn.label if drawn.required or drawn.sometimes or drawn.only_if else f"{drawn.label} (optional)"


def _hint(drawn: DrawnField) -> dict[str, str] | None:
    told = [f"{drawn.only_if}." if drawn.only_if else "", drawn.hint, drawn.how]
    if drawn.prefilled:
        told.append("Filled in for you; please check it.")
    text = " ".join(part if part.endswith((".", "?", "!")) else f"{part}." for part in told if part)
    return {"text": text} if text else None


def _error(drawn: DrawnField) -> dict[str, str] | None:
    return {"text": drawn.error} if drawn.error else None


def _known(drawn: DrawnField) -> Any:
    """The value, unless it is "I don't know", which has its own box."""
    return None if drawn.allow_unknown and drawn.value == "unknown" else drawn.value


def _unknown(drawn: DrawnField, id_: str) -> dict[str, Any] | None:
    """The parameters of the "I don't know" box."""
    if not drawn.allow_unknown:
        return None
    return {
        "idPrefix": f"{id_}-unknown",
        "name": f"{PREFIX}{drawn.path}.unknown",
        "classes": "nhsuk-checkboxes--small",
        "items": [{"value": "yes", "text": "I don’t know", "checked": drawn.value == "unknown"}],
    }


def _fieldset(drawn: DrawnField) -> dict[str, Any]:
    return {"legend": {"text": _label(drawn), "size": "s"}}


def _capital(label: str) -> str:
    """As the first word of a line. What is stored stays as the definition writes it."""
    return label[:1].upper() + label[1:]


def _text(value: Any) -> str:
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


# --- components ----------------------------------------------------------------------------------------------


def _input(drawn: DrawnField, id_: str) -> Question:
    params: dict[str, Any] = {
        "id": id_,
        "name": PREFIX + drawn.path,
        "label": {"text": _label(drawn), "size": "s"},
        "hint": _hint(drawn),
        "errorMessage": _error(drawn),
        **_box(drawn.widget, _text(_known(drawn))),
        "spellcheck": None if drawn.widget.spelling else False,
        "autocomplete": "off",
    }
    return Question(drawn, "input", id_, params, _unknown(drawn, id_))


def _box(widget: Widget, value: str) -> dict[str, Any]:
    """One box with what stands in it; what is printed before or after it is not repeated inside."""
    return {
        "value": value.strip().removeprefix(widget.prefix).removesuffix(widget.suffix)
        if widget.prefix or widget.suffix
        else value,
        "inputmode": widget.keyboard or None,
        "type": "url" if widget.keyboard == "url" else None,
        "width": widget.width or None,
        "prefix": widget.prefix or None,
        "suffix": widget.suffix or None,
    }


def _textarea(drawn: DrawnField, id_: str) -> Question:
    params = {
        "id": id_,
        "name": PREFIX + drawn.path,
        "label": {"text": _label(drawn), "size": "s"},
        "hint": _hint(drawn),
        "errorMessage": _error(drawn),
        "value": _text(_known(drawn)),
        "rows": 5,
    }
    return Question(drawn, "textarea", id_, params, _unknown(drawn, id_))


def _radios(drawn: DrawnField, id_: str) -> Question:
    chosen = _text(drawn.value)
    items: list[dict[str, Any]] = [
        {"value": option.value, "text": _capital(option.label), "checked": option.value == chosen}
        for option in drawn.options
    ]
    if drawn.allow_unknown:
        items += [
            {"divider": "or"},
            {"value": "unknown", "text": "I don’t know", "checked": chosen == "unknown"},
        ]
    inline = drawn.widget.inline and not drawn.allow_unknown
    params = {
        "idPrefix": id_,
        "name": PREFIX + drawn.path,
        "fieldset": _fieldset(drawn),
        "hint": _hint(drawn),
        "errorMessage": _error(drawn),
        "classes": "nhsuk-radios--inline" if inline else "",
        "items": items,
    }
    return Question(drawn, "radios", id_, params)


def _select(drawn: DrawnField, id_: str) -> Question:
    chosen = _text(drawn.value)
    options = [("", "Choose one"), *((option.value, option.label) for option in drawn.options)]
    params = {
        "id": id_,
        "name": PREFIX + drawn.path,
        "label": {"text": _label(drawn), "size": "s"},
        "hint": _hint(drawn),
        "errorMessage": _error(drawn),
        "items": [
            {"value": value, "text": _capital(label), "selected": value == chosen} for value, label in options
        ],
    }
    return Question(drawn, "select", id_, params, _unknown(drawn, id_))


def _checkboxes(drawn: DrawnField, id_: str) -> Question:
    chosen = drawn.value if isinstance(drawn.value, list) else [drawn.value]
    params = {
        "idPrefix": id_,
        "name": PREFIX + drawn.path,
        "fieldset": _fieldset(drawn),
        "hint": _hint(drawn),
        "errorMessage": _error(drawn),
        "items": [
            {"value": option.value, "text": _capital(option.label), "checked": option.value in chosen}
            for option in drawn.options
        ],
    }
    return Question(drawn, "checkboxes", id_, params, _unknown(drawn, id_))


def _date(drawn: DrawnField, id_: str) -> Question:
    boxes = date_boxes(_known(drawn))
    params = {
        "id": id_,
        "fieldset": _fieldset(drawn),
        "hint": _hint(drawn),
        "errorMessage": _error(drawn),
        "items": [
            {
                "id": f"{id_}-{box}",
                "name": f"{PREFIX}{drawn.path}.{box}",
                "label": box.capitalize(),
                "value": boxes[box],
                "width": 4 if box == "year" else 2,
                "error": bool(drawn.error) and drawn.wrong_box in ("", box),
            }
            for box in ("day", "month", "year")
        ],
    }
    return Question(drawn, "dateInput", id_, params, _unknown(drawn, id_))


def date_boxes(value: Any) -> dict[str, str]:
    """A date, stored or as typed, for its three boxes."""
    if isinstance(value, Mapping):
        return {box: _text(value.get(box)) for box in ("day", "month", "year")}
    year, month, day = ([*str(value).split("-"), "", ""] if value else ["", "", ""])[:3]
    return {"day": day.lstrip("0"), "month": month.lstrip("0"), "year": year}


def _boxes(drawn: DrawnField, id_: str) -> Question:
    value = _known(drawn)
    value = value if isinstance(value, Mapping) else {}
    parts = tuple(
        {
            "id": f"{id_}-{box}",
            "name": f"{PREFIX}{drawn.path}.{box}",
            "label": _capital(box),
            **_box(drawn.widget, _text(value.get(box))),
            "classes": "nhsuk-input--error" if drawn.error and drawn.wrong_box in ("", box) else "",
            "autocomplete": "off",
        }
        for box in drawn.widget.boxes
    )
    params = {"fieldset": _fieldset(drawn), "hint": _hint(drawn), "errorMessage": _error(drawn)}
    return Question(drawn, "boxes", id_, params, _unknown(drawn, id_), parts=parts)


def _table(drawn: DrawnField, id_: str, at_least: int) -> Question:
    value = _known(drawn)
    given = [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []
    while given and not any(map(_text, given[-1].values())):
        given.pop()
    count = max(at_least, len(given) + _SPARE_ROWS, _FIRST_ROWS)
    rows = tuple(
        tuple(_cell(drawn, column, id_, number, given[number] if number < len(given) else {}) for column in drawn.columns)
        for number in range(count)
    )  # fmt: skip
    params = {"fieldset": _fieldset(drawn), "hint": _hint(drawn), "errorMessage": _error(drawn)}  # fmt: skip
    return Question(drawn, "table", id_, params, _unknown(drawn, id_), rows=rows)


def _cell(
    drawn: DrawnField, column: DrawnColumn, id_: str, number: int, row: Mapping[str, Any]
) -> dict[str, Any]:
    """One cell's parameters: a select where there are options, a box otherwise."""
    value = _text(row.get(column.id))
    wrong = drawn.errors.get(f"{number}.{column.id}") or drawn.errors.get(str(number))
    cell: dict[str, Any] = {
        "id": f"{id_}-{number}-{column.id}",
        "name": f"{PREFIX}{drawn.path}.{number}.{column.id}",
        "label": {"text": column.label, "visuallyHiddenText": f", row {number + 1}"},
        "errorMessage": {"text": wrong} if wrong else None,
    }
    if column.options:
        options = [("", ""), *((option.value, option.label) for option in column.options)]
        items = [{"value": v, "text": _capital(label), "selected": v == value} for v, label in options]
        return {**cell, "component": "select", "items": items}
    if column.widget.asking == "day":
        boxes = date_boxes(value) if value[4:5] == "-" else None
        shown = f"{boxes['day']}/{boxes['month']}/{boxes['year']}" if boxes else value
        cell |= {"hint": {"text": "Such as 15/1/2027"}}
    else:
        shown = value
    return {**cell, "component": "input", **_box(column.widget, shown), "autocomplete": "off"}


def _file(drawn: DrawnField, id_: str, note: str) -> Question:
    params = {
        "id": id_,
        "name": PREFIX + drawn.path,
        "label": {"text": _label(drawn), "size": "s"},
        "hint": _hint(drawn),
        "errorMessage": _error(drawn),
        "attributes": {"accept": ",".join(f".{ending}" for ending in drawn.accept)},
    }
    return Question(drawn, "fileUpload", id_, params, file_note=note)


def _attestation(drawn: DrawnField, id_: str) -> Question:
    ticked = drawn.value.get("agreed") if isinstance(drawn.value, Mapping) else drawn.value
    params = {
        "idPrefix": id_,
        "name": PREFIX + drawn.path,
        "fieldset": _fieldset(drawn),
        "hint": _hint(drawn),
        "errorMessage": _error(drawn),
        "items": [{"value": "yes", "text": drawn.statement, "checked": bool(ticked)}],
    }
    return Question(drawn, "checkboxes", id_, params)


_COMPONENTS: dict[Asking, Callable[[DrawnField, str], Question]] = {
    "line": _input,
    "paragraph": _textarea,
    "one of": _radios,
    "some of": _checkboxes,
    "day": _date,
    "boxes": _boxes,
    "tick": _attestation,
}


def component(drawn: DrawnField, id_: str, rows: int = 0, note: str = "") -> Question:
    """The question of one field. `rows`: how many a table shows at least; `note`: of a file kept before."""
    asking = drawn.widget.asking
    if asking == "rows":
        return _table(drawn, id_, rows)
    if asking == "file":
        return _file(drawn, id_, note)
    if asking == "one of" and not drawn.options:
        return _input(drawn, id_)
    if (asking == "line" and drawn.options) or (asking == "one of" and len(drawn.options) > _MOST_BUTTONS):
        return _select(drawn, id_)
    return _COMPONENTS[asking](drawn, id_)
