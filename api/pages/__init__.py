"""The reading room: what the desk knows, as pages for people. Server-rendered; they work without JavaScript."""

from fastapi import APIRouter

from api.pages import article, articles, desk, entity, front, search, story

router = APIRouter(include_in_schema=False)
for part in (front, articles, article, story, entity, search, desk):
    router.include_router(part.router)
