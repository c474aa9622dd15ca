"""Errors as RFC 9457 problems: what is wrong and what to do, never a traceback."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from tasks.errors import Unusable

PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def problem(status: int, title: str, detail: str, **more: Any) -> JSONResponse:
    """One problem as a response."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    return JSONResponse(body, status, media_type="application/problem+json")


def install(app: FastAPI) -> None:
    """Answer every error in this form."""
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Unusable, _unusable)
    app.add_exception_handler(OperationalError, _away)
    app.add_exception_handler(HTTPException, _http)


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    fields = [{"field": ".".join(str(part) for part in e["loc"]), "problem": e["msg"]} for e in error.errors()[:20]]
    return problem(422, "The request is not acceptable", "Correct the fields named and send it again.", errors=fields)


async def _unusable(_: Request, error: Exception) -> JSONResponse:
    return problem(422, "The article is not acceptable", str(error))


async def _away(_: Request, error: Exception) -> JSONResponse:
    return problem(503, "The database is away", "Nothing was stored. Send the request again in a moment.")


async def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return problem(error.status_code, error.detail, error.detail)
