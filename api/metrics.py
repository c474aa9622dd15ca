"""Figures for Prometheus."""

from fastapi import APIRouter, Request
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from starlette.responses import Response

from api.problems import documented
from tasks.metrics import Metrics

router = APIRouter(tags=["metrics"], responses=documented(400, 401, 413))


def registry() -> CollectorRegistry:
    """A registry that knows the desk's figures and nothing of this process."""
    made = CollectorRegistry()
    made.register(Metrics())
    return made


_REGISTRY = registry()


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def show(request: Request) -> Response:
    """The desk's figures in the text format of Prometheus, or in OpenMetrics if asked for. docs/metrics.md"""
    encode, media_type = choose_encoder(request.headers.get("accept", ""))
    return Response(encode(_REGISTRY), headers={"Content-Type": media_type})
