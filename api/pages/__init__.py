"""The reading room: what the desk knows, as pages for people. Server-rendered; they work without JavaScript."""

from fastapi import APIRouter

from api.pages import article, desk, entity, front, story

router = APIRouter(include_in_schema=False)
for part in (front, article, story, entity, desk):
    router.include_router(part.router)
