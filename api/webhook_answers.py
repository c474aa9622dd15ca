"""The forms of what the API answers about webhooks."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

Event = Literal["article.done", "article.failed", "article.skipped"]
DeliveryState = Literal["waiting", "delivered", "dead"]


class WebhookOut(BaseModel):
    """A receiver, what it is told of, and how it is. Not `active`: turned off by a user or an answer 410."""

    id: int
    url: str
    events: list[Event]
    sources: list[str] = Field(description="Only articles of these outlets; empty: of all.")
    active: bool
    inactive_reason: str | None
    failures: int = Field(description="Tries that failed since the last delivery.")
    last_status: int | None
    last_error: str | None
    delivered_at: datetime | None
    waiting: int = Field(description="Deliveries to come.")
    dead: int = Field(description="Deliveries that were given up; they can be replayed.")
    created_at: datetime


class WebhooksOut(BaseModel):
    """All webhooks."""

    webhooks: list[WebhookOut]


class WebhookMade(BaseModel):
    """A webhook and its secret, with which the receiver checks signatures. It is not shown again."""

    webhook: WebhookOut
    secret: str


class DeliveryOut(BaseModel):
    """One event for one webhook. `message_id` comes as `webhook-id: msg_...`, the same in each try."""

    id: int
    webhook_id: int
    article_id: int
    version: int
    event: Event
    message_id: UUID
    state: DeliveryState
    attempts: int
    happened_at: datetime
    next_at: datetime
    last_status: int | None
    last_error: str | None
    ended_at: datetime | None


class DeliveriesOut(BaseModel):
    """Deliveries, the latest first. `next` is the `before` of the page behind, null on the last one."""

    deliveries: list[DeliveryOut]
    next: int | None


class Replayed(BaseModel):
    """How many deliveries are sent again."""

    replayed: int


class TestOut(BaseModel):
    """What the receiver said to the test message."""

    delivered: bool
    status: int | None
    error: str | None
