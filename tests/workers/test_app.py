"""What the Celery app promises."""

import json
import pickle
from pathlib import Path

import pytest
from kombu.exceptions import ContentDisallowed
from kombu.serialization import loads, prepare_accept_content

from workers.app import StageTask, app


def test_a_misspelt_task_option_is_refused_where_celery_would_ignore_it() -> None:
    with pytest.raises(TypeError, match="acks_lat"):
        type("Misspelt", (StageTask,), {"name": "test.misspelt", "acks_lat": True})


def test_every_task_is_acknowledged_late_and_given_back_when_its_worker_dies() -> None:
    app.loader.import_default_modules()
    ours = {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}
    assert set(ours) == {
        "article.ingest",
        "article.summarize",
        "article.tag_entities",
        "article.link_neighbours",
        "desk.sweep",
        "desk.overdue",
        "feeds.poll",
        "feeds.read",
        "webhooks.deliver",
    }
    assert all(task.acks_late and task.reject_on_worker_lost and task.ignore_result for task in ours.values())


def test_messages_are_json_and_nothing_else_is_accepted(desk: Path) -> None:
    app.send_task("article.ingest", (1,), queue="ingest")
    with app.connection_for_write() as connection:
        message = json.loads(connection.default_channel.client.rpop("ingest"))
    assert message["content-type"] == "application/json"
    accepted = prepare_accept_content(app.conf.accept_content)
    with pytest.raises(ContentDisallowed):
        loads(pickle.dumps({}), "application/x-python-serialize", "binary", accept=accepted)
