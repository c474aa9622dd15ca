"""The Celery app. Tasks are named here as strings, so nothing points upward."""

from typing import Any

from celery import Celery, Task
from sqlalchemy.exc import OperationalError

from config.groups.tls import options
from config.settings import SettingsError, settings

TASKS = (
    *("tasks.ingest", "tasks.summarize", "tasks.entities", "tasks.neighbours", "tasks.sweep", "tasks.overdue"),
    *("tasks.feed_polling", "tasks.deliveries"),
    "tasks.announce",  # not a task: what a worker says once its engines are loaded
    "tasks.tracing",  # likewise
)
SHUTDOWN_SECONDS = 20
KILL_SECONDS = 5  # after the soft time limit: long enough to write what was made by then
NET_QUEUES = ("webhooks", "feeds")
FEED_SECONDS = 15  # between looks for feeds that are due
DELIVERY_SECONDS = 5  # between looks for events, and for deliveries that are due
TICK_SECONDS = 3600  # a tick of those that waits longer is dropped; short, and a worker whose clock is ahead drops all
SWEEP_QUEUE = "sweep"  # its own, or a backlog would keep the sweep waiting


class StageTask(Task):  # type: ignore[misc]  # Celery has no types
    """The defaults of every task. A misspelt option is refused at import, since Celery would ignore it silently."""

    abstract = True
    Request = "workers.overdue:StageRequest"
    acks_late = True  # a killed worker's task goes back to the queue ...
    reject_on_worker_lost = True  # ... also when only the child process dies
    acks_on_failure_or_timeout = False  # ... or is killed at the hard limit, as what hangs in native code must be
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
        "broker_use_ssl": options(redis_url.get_secret_value()) or None
        if redis_url
        else None,  # Flower asks for it here
        "broker_connection_retry_on_startup": True,
        "broker_transport_options": {
            "queue_order_strategy": "priority",  # queues are read in the order given: live before backfill
            "visibility_timeout": 20
            * limit,  # longer than the longest task; what the dead had is put back by the sweep
            "socket_keepalive": True,
        },
        "task_serializer": "json",
        "result_serializer": "json",
        "accept_content": ["json"],
        "task_ignore_result": True,
        "task_time_limit": limit + KILL_SECONDS,
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
                "options": {"queue": SWEEP_QUEUE},  # it never expires: by a clock that goes ahead none would run
            },
            "webhooks": {
                "task": "webhooks.deliver",
                "schedule": DELIVERY_SECONDS,
                "options": {"queue": NET_QUEUES[0], "expires": TICK_SECONDS},
            },
            "feeds": {
                "task": "feeds.poll",
                "schedule": FEED_SECONDS,
                "options": {"queue": NET_QUEUES[1], "expires": TICK_SECONDS},
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


app = Celery("copydesk", task_cls=StageTask, include=TASKS)
app.add_defaults(configuration)
