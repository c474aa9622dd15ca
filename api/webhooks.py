"""Webhooks: who is told of what, what could not be delivered, and sending that again."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from api.problems import documented
from api.webhook_answers import (
    DeliveriesOut,
    DeliveryOut,
    DeliveryState,
    Event,
    Replayed,
    TestOut,
    WebhookMade,
    WebhookOut,
    WebhooksOut,
)
from nlp.formats.encoding import scrub
from tasks import webhooks
from tasks.errors import Unusable
from tasks.webhooks_attempt import try_out

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"], responses=documented(400, 401, 413, 422, 503))


def _address(url: str) -> str:
    try:
        return webhooks.check_receiver(url)
    except Unusable as error:
        raise ValueError(str(error)) from None


def _storable(text: str) -> str:
    if scrub(text) != text:
        raise ValueError("leave out NUL characters and halves of surrogate pairs")
    return text


Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
Url = Annotated[str, Field(max_length=2000, examples=["https://cms.example/hooks"]), AfterValidator(_address)]
Events = Annotated[list[Event], Field(min_length=1, max_length=10)]
Source = Annotated[str, Field(max_length=200), AfterValidator(_storable)]
Sources = Annotated[list[Source], Field(max_length=webhooks.MOST_SOURCES, description="Outlets; empty: all.")]


class WebhookIn(BaseModel):
    """Where to send which events."""

    model_config = ConfigDict(extra="forbid", strict=True)

    url: Url
    events: Events = ["article.done", "article.failed", "article.skipped"]
    sources: Sources = []


class WebhookChange(BaseModel):
    """What to change; what is left out stays."""

    model_config = ConfigDict(extra="forbid", strict=True)

    url: Url | None = None
    events: Events | None = None
    sources: Sources | None = None
    active: bool | None = None


@router.get("")
def find() -> WebhooksOut:
    """All webhooks, and how their receivers are."""
    return WebhooksOut.model_validate({"webhooks": webhooks.webhooks()})


@router.post("", status_code=201, responses=documented(403))
def add(body: WebhookIn) -> WebhookMade:
    """Tell an address of events from now on. The answer has the secret that signs them, this once."""
    webhook_id, secret = webhooks.add(body.url, body.events, body.sources)
    return WebhookMade(webhook=show(webhook_id), secret=secret)


@router.get("/{webhook_id}", responses=documented(404))
def show(webhook_id: Id) -> WebhookOut:
    """A webhook, and how its receiver is."""
    found = webhooks.webhook(webhook_id)
    _there(webhook_id, found)
    return WebhookOut.model_validate(found)


@router.patch("/{webhook_id}", responses=documented(403, 404))
def change(webhook_id: Id, body: WebhookChange) -> WebhookOut:
    """Change a webhook, or turn it off and on."""
    _there(webhook_id, webhooks.change(webhook_id, webhooks.Wanted(**body.model_dump())))
    return show(webhook_id)


@router.delete("/{webhook_id}", status_code=204, responses=documented(403, 404))
def remove(webhook_id: Id) -> None:
    """Tell it nothing more, and forget its deliveries."""
    _there(webhook_id, webhooks.remove(webhook_id))


@router.post("/{webhook_id}/secret", responses=documented(403, 404))
def rotate(webhook_id: Id) -> WebhookMade:
    """Give it a new secret. The old one signs as well for a day, so that the receiver can follow."""
    secret = webhooks.rotate(webhook_id)
    _there(webhook_id, secret)
    return WebhookMade(webhook=show(webhook_id), secret=secret or "")


@router.post("/{webhook_id}/test", responses=documented(403, 404))
def test(webhook_id: Id) -> TestOut:
    """Send a message of the type `webhook.test` now, and tell what the receiver said."""
    outcome = try_out(webhook_id)
    _there(webhook_id, outcome)
    return TestOut.model_validate(outcome, from_attributes=True)


@router.get("/{webhook_id}/deliveries", responses=documented(404))
def deliveries(
    webhook_id: Id,
    state: Annotated[DeliveryState | None, Query(description="Only those that are so.")] = None,
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="Deliveries on the page.")] = 50,
) -> DeliveriesOut:
    """What was sent and what could not be, the latest first."""
    show(webhook_id)
    found = webhooks.deliveries(webhook_id, state, before, limit + 1)
    page = [DeliveryOut.model_validate(one) for one in found[:limit]]
    return DeliveriesOut(deliveries=page, next=page[-1].id if len(found) > limit else None)


@router.post("/{webhook_id}/replay", status_code=202, responses=documented(403, 404))
def replay(webhook_id: Id) -> Replayed:
    """Send again all that is dead."""
    show(webhook_id)
    return Replayed(replayed=webhooks.replay(webhook_id))


@router.post("/{webhook_id}/deliveries/{delivery_id}/replay", status_code=202, responses=documented(403, 404))
def replay_one(webhook_id: Id, delivery_id: Id) -> Replayed:
    """Send one delivery again, whether it was given up or delivered."""
    show(webhook_id)
    replayed = webhooks.replay(webhook_id, delivery_id)
    if not replayed:
        raise HTTPException(404, f"There is no delivery {delivery_id} of webhook {webhook_id} that has ended")
    return Replayed(replayed=replayed)


def _there(webhook_id: int, found: object) -> None:
    if not found:
        raise HTTPException(404, f"There is no webhook {webhook_id}")
