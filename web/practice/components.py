"""Questions as a page asks them: NHS.UK components and their parameters.

Names of inputs are the answer's path after `f.`; ids are numbers, because a path may hold what an id may not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.forms.presentation import DrawnColumn, DrawnField

PREFIX = "f."
#: More options than this are a list to choose from, not buttons.
_MOST_BUTTONS = 12
#: Empty rows offered below those with something in them, and how many a table begins with.
_SPARE_ROWS = 1
_FIRST_ROWS = 3
_NUMERIC = {
    "integer": "numeric",
    "decimal": "decimal",
    "percent": "decimal",
    "money": "decimal",
    "fte": "decimal",
}
_OWN_HINTS = {"link": "A web address", "organisation": "An ODS code, such as Y90001"}
_WIDTHS = {"integer": 10, "decimal": 10, "percent": 5, "money": 10, "fte": 5, "organisation": 10}


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


def _hint(drawn: DrawnField, own: str = "") -> dict[str, str] | None:
    told = [f"{drawn.only_if}." if drawn.only_if else "", drawn.hint, own]
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
    value = _text(_known(drawn))
    params: dict[str, Any] = {
        "id": id_,
        "name": PREFIX + drawn.path,
        "label": {"text": _label(drawn), "size": "s"},
        "hint": _hint(drawn, _OWN_HINTS.get(drawn.type, "") or _bounds(drawn)),
        "errorMessage": _error(drawn),
        "value": value,
        "inputmode": _NUMERIC.get(drawn.type),
        "width": _WIDTHS.get(drawn.type),
        "spellcheck": False if drawn.type in ("link", "organisation", "person") else None,
        "autocomplete": "off",
    }
    if drawn.type == "money":
        params |= {"prefix": "£", "value": value.strip().removeprefix("£")}
    if drawn.type == "percent":
        params |= {"suffix": "%", "value": value.strip().removesuffix("%")}
    if drawn.type == "link":
        params["type"] = "url"
    return Question(drawn, "input", id_, params, _unknown(drawn, id_))


def _bounds(drawn: DrawnField) -> str:
    if drawn.type not in _NUMERIC or not (drawn.least or drawn.most):
        return ""
    if drawn.least and drawn.most:
        return f"Between {drawn.least} and {drawn.most}"
    return f"{drawn.least} or more" if drawn.least else f"{drawn.most} or less"


def _textarea(drawn: DrawnField, id_: str) -> Question:
    limit = f"Up to {drawn.max_length:,} characters. Please leave out anything that could identify a patient."
    params = {
        "id": id_,
        "name": PREFIX + drawn.path,
        "label": {"text": _label(drawn), "size": "s"},
        "hint": _hint(drawn, limit),
        "errorMessage": _error(drawn),
        "value": _text(_known(drawn)),
        "rows": 5,
    }
    return Question(drawn, "textarea", id_, params, _unknown(drawn, id_))


def _radios(drawn: DrawnField, id_: str) -> Question:
    chosen = _text(drawn.value)
    options = [(option.value, option.label) for option in drawn.options]
    if drawn.type == "rating":
        options = [(str(n), str(n)) for n in range(int(drawn.least), int(drawn.most) + 1)]
    items: list[dict[str, Any]] = [
        {"value": value, "text": _capital(label), "checked": value == chosen} for value, label in options
    ]
    if drawn.allow_unknown:
        items += [
            {"divider": "or"},
            {"value": "unknown", "text": "I don’t know", "checked": chosen == "unknown"},
        ]
    inline = drawn.type in ("yes/no", "rating") and not drawn.allow_unknown
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
        "hint": _hint(drawn, "Choose all that apply"),
        "errorMessage": _error(drawn),
        "items": [
            {"value": option.value, "text": _capital(option.label), "checked": option.value in chosen}
            for option in drawn.options
        ],
    }
    return Question(drawn, "checkboxes", id_, params, _unknown(drawn, id_))


def _date(drawn: DrawnField, id_: str) -> Question:
    boxes = date_boxes(_known(drawn))
    example = f"{drawn.least} or later" if drawn.least and not drawn.most else ""
    if drawn.most:
        example = f"{drawn.least} to {drawn.most}" if drawn.least else f"{drawn.most} or earlier"
    params = {
        "id": id_,
        "fieldset": _fieldset(drawn),
        "hint": _hint(drawn, f"{example}, for example 15 1 2027" if example else "For example, 15 1 2027"),
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


def _ratio(drawn: DrawnField, id_: str) -> Question:
    value = _known(drawn)
    value = value if isinstance(value, Mapping) else {}
    about = {"numerator": "Numerator", "denominator": "Denominator"}
    parts = tuple(
        {
            "id": f"{id_}-{part}",
            "name": f"{PREFIX}{drawn.path}.{part}",
            "label": label,
            "value": _text(value.get(part)),
            "inputmode": "numeric",
            "width": 5,
            "classes": "nhsuk-input--error" if drawn.error and drawn.wrong_box in ("", part) else "",
            "autocomplete": "off",
        }
        for part, label in about.items()
    )
    params = {"fieldset": _fieldset(drawn), "hint": _hint(drawn), "errorMessage": _error(drawn)}
    return Question(drawn, "ratio", id_, params, _unknown(drawn, id_), parts=parts)


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
    params = {"fieldset": _fieldset(drawn), "hint": _hint(drawn, "Leave rows empty that you do not need"), "errorMessage": _error(drawn)}  # fmt: skip
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
    boxes = date_boxes(value) if column.type == "date" and value[4:5] == "-" else None
    shown = f"{boxes['day']}/{boxes['month']}/{boxes['year']}" if boxes else value
    return {
        **cell,
        "component": "input",
        "value": shown.removeprefix("£") if column.type == "money" else shown,
        "prefix": "£" if column.type == "money" else None,
        "hint": {"text": "Such as 15/1/2027"} if column.type == "date" else None,
        "inputmode": _NUMERIC.get(column.type),
        "width": 10 if column.type in _NUMERIC or column.type == "date" else None,
        "autocomplete": "off",
    }


def _file(drawn: DrawnField, id_: str, note: str) -> Question:
    endings = ", ".join(drawn.accept)
    params = {
        "id": id_,
        "name": PREFIX + drawn.path,
        "label": {"text": _label(drawn), "size": "s"},
        "hint": _hint(drawn, f"Up to 10 MB: {endings}. Nothing that could identify a patient"),
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


_BUTTONS = frozenset({"yes/no", "yes/no/na", "choice", "decision"})
_COMPONENTS: dict[str, Callable[[DrawnField, str], Question]] = {
    "long text": _textarea,
    "choices": _checkboxes,
    "date": _date,
    "ratio": _ratio,
    "attestation": _attestation,
    "rating": _radios,
    **dict.fromkeys(_BUTTONS, _radios),
}


def component(drawn: DrawnField, id_: str, rows: int = 0, note: str = "") -> Question:
    """The question of one field. `rows`: how many a table shows at least; `note`: of a file kept before."""
    if drawn.type == "table":
        return _table(drawn, id_, rows)
    if drawn.type == "file":
        return _file(drawn, id_, note)
    if drawn.type in _BUTTONS and len(drawn.options) > _MOST_BUTTONS:
        return _select(drawn, id_)
    if drawn.type == "organisation" and drawn.options:
        return _select(drawn, id_)
    return _COMPONENTS.get(drawn.type, _input)(drawn, id_)
