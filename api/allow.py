"""Which methods a path has: several routers may share one, and the framework names those of the first only."""

from typing import Any

from fastapi import FastAPI
from starlette.routing import compile_path


def allowed(app: FastAPI, path: str) -> str:
    """The methods of all routes that fit the path, as the header `Allow` has them."""
    paths: dict[str, dict[str, Any]] = app.openapi()["paths"]
    found = [methods for template, methods in paths.items() if compile_path(template)[0].match(path)]
    return ", ".join(sorted({method.upper() for methods in found for method in methods}))
