"""The Celery app. Tasks are named here as strings, so nothing points upward."""

from typing import Any

from celery import Celery, Task
from sqlalchemy.exc import OperationalError

from config.settings import SettingsError, settings

TASKS = (
    *("tasks.ingest", "tasks.summarize", "tasks.entities", "tasks.neighbours", "tasks.sweep"),
    *("tasks.feed_polling", "tasks.deliveries"),
)
SHUTDOWN_SECONDS = 20
NET_QUEUES = ("webhooks", "feeds")
FEED_SECONDS = 15  # between looks for feeds that are due
DELIVERY_SECONDS = 5  # between looks for events, and for deliveries that are due
SWEEP_QUEUE = "sweep"  # its own, or a backlog would keep the sweep waiting until it expires


class StageTask(Task):  # type: ignore[misc]  # Celery has no types
    """The defaults of every task. A misspelt option is refused at import, since Celery would ignore it silently."""

    abstract = True
    acks_late = True  # a killed worker's task goes back to the queue ...
    reject_on_worker_lost = True  # ... also when only the child process dies
    ignore_result = True
    autoretry_for = (OperationalError,)  # the database is away: no try is counted, the message goes back
    retry_backoff = True
    retry_backoff_max = 30
    max_retries = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Compare with what Celery's own class knows."""
        super().__init_subclass__(**kwargs)
        made_by_celery = {"_decorated", "__header__", "__wrapped__", "__annotations__"}
        unknown = {n for n in vars(cls) if not any(hasattr(base, n) for base in cls.__bases__)} - made_by_celery
        if unknown:
            raise TypeError(f"{cls.__name__}: Celery has no task option {', '.join(sorted(unknown))}")


def configuration() -> dict[str, Any]:
    """Celery's configuration, from the settings; asked for when first needed, once the services are known."""
    redis_url = settings().redis_url
    limit = settings().stage_seconds
    return {
        "broker_url": redis_url.get_secret_value() if redis_url else None,
        "broker_connection_retry_on_startup": True,
        "broker_transport_options": {
            "queue_order_strategy": "priority",  # queues are read in the order given: live before backfill
            "unacked_restore_throttle": 1,  # s between looks for messages of dead workers; 100 by default
            "visibility_timeout": 20 * limit,  # longer than the longest task and its wait in the prefetch
            "socket_keepalive": True,
        },
        "task_serializer": "json",
        "result_serializer": "json",
        "accept_content": ["json"],
        "task_ignore_result": True,
        "task_time_limit": limit + 30,
        "task_soft_time_limit": limit,
        "worker_prefetch_multiplier": 1,
        "worker_send_task_events": False,  # Flower switches them on while it runs, and they cost
        "worker_cancel_long_running_tasks_on_connection_loss": True,  # or a broker restart completes tasks twice
        "worker_soft_shutdown_timeout": SHUTDOWN_SECONDS,
        "worker_hijack_root_logger": False,
        "beat_schedule": {
            "sweep": {
                "task": "desk.sweep",
                "schedule": settings().sweep_seconds,
                "options": {"queue": SWEEP_QUEUE, "expires": settings().sweep_seconds},
            },
            "webhooks": {
                "task": "webhooks.deliver",
                "schedule": DELIVERY_SECONDS,
                "options": {"queue": NET_QUEUES[0], "expires": DELIVERY_SECONDS},
            },
            "feeds": {
                "task": "feeds.poll",
                "schedule": FEED_SECONDS,
                "options": {"queue": NET_QUEUES[1], "expires": FEED_SECONDS},
            },
        },
        "timezone": "UTC",
    }


def require_broker() -> None:
    """Raise SettingsError when no broker is configured: Celery would try RabbitMQ on this machine."""
    if settings().redis_url is None:
        raise SettingsError(
            "No queue: start the desk with `copydesk up`, or set REDIS_URL to your own Redis or Valkey."
        )


def restore_unacknowledged() -> None:
    """Put back what workers had taken and not finished. Only while no worker runs: theirs would be done twice.

    The broker does this by itself, but only after `visibility_timeout`.
    """
    with app.connection_for_write(transport_options={"visibility_timeout": 0}) as connection:
        connection.default_channel.qos.restore_visible(num=-1, interval=1)


app = Celery("copydesk", task_cls=StageTask, include=TASKS)
app.add_defaults(configuration)
