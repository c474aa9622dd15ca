"""The key that a request brings: as a bearer token, or as the password that a browser asked its user for."""

import base64
import binascii

from starlette.datastructures import Headers


def given_key(headers: Headers) -> str:
    """The key of the `Authorization` header; empty when there is none, or none that can be read."""
    scheme, _, rest = headers.get("authorization", "").partition(" ")
    given = rest.strip().encode("latin-1")  # as the bytes came
    if scheme.lower() == "basic":
        try:
            given = base64.b64decode(given, validate=True).partition(b":")[2]
        except binascii.Error:
            return ""
    elif scheme.lower() != "bearer":
        return ""
    return given.decode("utf-8", "replace")
