"""What a worker process is: the Celery app, start-up, what it has loaded, engines, and the embedded services."""
