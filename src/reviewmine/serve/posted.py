"""What a client posted: JSON in UTF-8, declared as such."""

import json

import orjson
from starlette.requests import Request

from reviewmine.serve.limits import RefusedError

JSON = "application/json"


async def posted(request: Request) -> tuple[object, int]:
    """Return the value that was posted and its size in bytes."""
    stated = request.headers.get("content-type", "")
    if stated.partition(";")[0].strip().lower() != JSON:
        raise RefusedError(415, f"content-type is {stated[:50]!r}", expected=JSON, do="send JSON and say so")
    body = await request.body()
    return parse(body), len(body)


def parse(body: bytes) -> object:
    r"""Return the value of JSON: by the fast parser, then by the one that knows lone surrogates.

    >>> parse(b'"\\ud800"') == chr(0xD800), parse(b"[1, 2]")
    (True, [1, 2])
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        try:
            return json.loads(body.decode("utf-8"), parse_constant=_not_json)
        except (ValueError, RecursionError) as error:
            why = "nested too deeply" if isinstance(error, RecursionError) else _harmless(error)
            raise RefusedError(400, f"the body is not JSON in UTF-8 ({why})", do="fix it") from error


def _harmless(error: ValueError) -> str:
    """Return what is wrong without a word of the body."""
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg}, line {error.lineno}, column {error.colno}"
    if isinstance(error, UnicodeDecodeError):
        return f"{error.reason}, byte {error.start}"
    return str(error)[:100]


def _not_json(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
