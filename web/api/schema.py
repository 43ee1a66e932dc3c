"""What the API's description says of the parts that are read by hand, and of errors."""

from __future__ import annotations

from typing import Any, get_args

from engine.events import Means

_PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "stable; what a program goes by"},
        "detail": {"type": "string", "description": "what to do next"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "path": {"type": "string"},
                    "message": {"type": "string"},
                    "code": {"type": "string"},
                },
            },
        },
    },
}


def _error(description: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/problem+json": {"schema": _PROBLEM}}}


ERRORS: dict[int | str, dict[str, Any]] = {
    400: _error("Not readable"),
    401: _error("The token is missing or wrong"),
    403: _error("Not allowed"),
    404: _error("There is no such thing"),
    405: _error("Not done here"),
    409: _error("Not possible as things stand: closed, held, answered by somebody else"),
    411: _error("It must say how long it is"),
    413: _error("Too large"),
    421: _error("Sent to a name Baton does not go by"),
    422: _error("Something in it needs another look; `errors` says what"),
    429: _error("Too often; Retry-After says how long to wait"),
    503: _error("Baton cannot write now; nothing was kept, try again"),
    507: _error("Baton's disk is full; nothing was kept, try again when there is room"),
}

#: As `web/api/bodies.py` reads it.
_BY: dict[str, Any] = {
    "type": "object",
    "description": "whose answer it is, where you record it for them; left out with their own token",
    "additionalProperties": False,
    "properties": {
        "name": {
            "type": "string",
            "maxLength": 100,
            "description": "a person's id in the directory, or a name",
        },
        "role": {"type": "string", "maxLength": 100, "description": "their role, in words"},
        "how": {"type": "string", "enum": list(get_args(Means)), "description": "how they told it"},
        "when": {
            "type": "string",
            "format": "date-time",
            "description": "when they told it; now unless said",
        },
        "channel": {"type": "string", "enum": ["api", "cli"]},
        "not_nhs_number": {
            "type": "boolean",
            "default": False,
            "description": "says that what may be an NHS number here is something else; it is logged",
        },
    },
}

RESPONSE_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["answers"],
                    "properties": {
                        "answers": {
                            "type": "object",
                            "description": "by field id, as GET of the assignment lists them",
                        },
                        "by": _BY,
                        "refuse_warnings": {
                            "type": "boolean",
                            "default": False,
                            "description": "true: answers that look unusual are not taken, and errors says why",
                        },
                    },
                }
            }
        },
    },
    "parameters": [{"name": "assignment_id", "in": "path", "required": True, "schema": {"type": "string"}}],
}

TAKEN: dict[int | str, dict[str, Any]] = {
    201: {
        "description": "The answer is safe on disk",
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["number", "late", "warnings"],
                    "properties": {
                        "number": {
                            "type": "integer",
                            "description": "1 for the first answer to this assignment",
                        },
                        "late": {"type": "boolean"},
                        "warnings": {"type": "array", "items": {"type": "object"}},
                    },
                }
            }
        },
    }
}

FILE_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "the file's bytes, 10 MB at most",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
