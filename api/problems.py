"""Errors as RFC 9457 problems: what is wrong and what to do, never a traceback."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from api.allow import allowed
from tasks.errors import Busy, OtherRequest, UnderWay, Unusable

MEDIA_TYPE = "application/problem+json"
SCHEMAS = "#/components/schemas/"
WHEN = {
    400: "The request cannot be read, or names a host that is not this one",
    401: "The key is missing or wrong",
    403: "The key is not good for this, or a page of another site asks",
    404: "There is no such article, delivery, entity, feed, merge, story or webhook",
    408: "The stream was silent for too long",
    409: "The same request is under way, or what is asked for is not there yet",
    413: "The request is too large",
    415: "The body is of a kind, or coded in a way, not known here",
    422: "Something in the request is not acceptable",
    429: "Too much waits; `Retry-After` says how many seconds to wait",
    503: "The database is away",
}


class Wrong(BaseModel):
    """One thing to correct; `field` is its path in the request, such as `body.0.title`."""

    field: str
    problem: str


class Problem(BaseModel):
    """What is wrong and what to do, as RFC 9457 has it."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[Wrong] = []


def problem(
    status: int, title: str, detail: str, errors: list[Wrong] | None = None, headers: dict[str, str] | None = None
) -> JSONResponse:
    """One problem as a response."""
    body = Problem(title=title, status=status, detail=detail, errors=errors or [])
    return JSONResponse(body.model_dump(), status, headers, MEDIA_TYPE)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For a route's `responses`: the problems it answers with."""
    content = {MEDIA_TYPE: {"schema": {"$ref": f"{SCHEMAS}Problem"}}}
    return {status: {"description": WHEN[status], "content": content} for status in statuses}


def install(app: FastAPI) -> None:
    """Answer every error in this form, and say so in the OpenAPI document, made when it is first asked for."""
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Unusable, _unusable)
    app.add_exception_handler(OperationalError, _database_away)
    app.add_exception_handler(Busy, _busy)
    app.add_exception_handler(UnderWay, _under_way)
    app.add_exception_handler(OtherRequest, _other_request)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _bug)
    made = app.openapi
    app.openapi = lambda: _with_problems(made())  # type: ignore[method-assign]  # as FastAPI's manual has it


def _with_problems(document: dict[str, Any]) -> dict[str, Any]:
    """FastAPI's document, which it makes once and keeps."""
    if "security" not in document:
        _, found = models_json_schema([(Problem, "serialization")], ref_template=SCHEMAS + "{model}")
        document["components"]["schemas"] |= found["$defs"]
        document["components"]["securitySchemes"] = {
            scheme: {"type": "http", "scheme": scheme} for scheme in ("bearer", "basic")
        }
        document["security"] = [{}, {"bearer": []}, {"basic": []}]  # `{}`: on loopback the desk may be open
    return document


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    if any(e["type"] == "json_invalid" for e in error.errors()):
        return _no_json()
    fields = [
        Wrong(field=".".join(str(part) for part in e["loc"]), problem=e["msg"].removeprefix("Value error, "))
        for e in error.errors()[:20]
    ]
    return problem(422, "The request is not acceptable", "Correct the fields named and send it again.", fields)


def _no_json() -> JSONResponse:
    return problem(400, "The request is not JSON", "Send valid JSON, in UTF-8.")


async def _unusable(_: Request, error: Exception) -> JSONResponse:
    return problem(422, "The request is not acceptable", str(error))


def database_away() -> JSONResponse:
    """The answer while it is."""
    return problem(503, "The database is away", "Nothing was stored. Send the request again in a moment.")


async def _database_away(_: Request, error: Exception) -> JSONResponse:
    return database_away()


async def _busy(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Busy)
    detail = f"{error} Nothing was stored. Send the request again in {error.seconds} seconds."
    return problem(429, "Too much waits", detail, headers={"Retry-After": str(error.seconds)})


async def _under_way(_: Request, error: Exception) -> JSONResponse:
    detail = "The first request with this Idempotency-Key is not answered yet. Send it again in a moment."
    return problem(409, "The same request is under way", detail, headers={"Retry-After": "2"})


async def _other_request(_: Request, error: Exception) -> JSONResponse:
    wrong = Wrong(field="header.Idempotency-Key", problem="choose a new key for each request that is not the same one")
    return problem(
        422, "The Idempotency-Key belongs to another request", "Send this one under a key of its own.", [wrong]
    )


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if error.status_code == 400:  # FastAPI, of JSON too deep, with too long a number, or not in UTF-8
        return _no_json()
    headers = dict(error.headers or {})
    if error.status_code == 405 and (methods := allowed(request.app, request.url.path)):
        headers["Allow"] = methods
    return problem(error.status_code, error.detail, error.detail, headers=headers)


async def _bug(_: Request, error: Exception) -> JSONResponse:
    return problem(500, "Something is wrong with the desk", "The log of the API says what.")
