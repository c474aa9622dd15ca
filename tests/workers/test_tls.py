"""Database and queue over TLS: who answers is verified, by name, and nothing is said to others."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from celery import Celery
from flower.utils.broker import Broker
from kombu.exceptions import OperationalError
from tls import Certificates, door, make_certificates

from config.settings import SettingsError, settings
from models.session import engine, transaction
from workers.app import configuration
from workers.embedded import Postgres, Valkey

Ask = Callable[[str], None]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def queue(services: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ask]:
    """Publish with this address and read it back, through an app that is configured as the desk's."""

    def ask(url: str) -> None:
        monkeypatch.setenv("REDIS_URL", url)
        settings.cache_clear()
        app = Celery("over-tls", set_as_current=False)
        app.conf.update(configuration())
        try:
            with app.connection_for_write() as connection:
                connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0)
                client = connection.default_channel.client
                client.lpush("over-tls", "told")
                assert client.rpop("over-tls") == b"told"
        finally:
            app.close()

    yield ask
    monkeypatch.undo()
    settings.cache_clear()


def valkey_socket(services: Path) -> Path:
    return Path(Valkey(services).client_url.removeprefix("unix://"))


def test_the_queue_is_spoken_to_over_tls_once_it_is_verified(services: Path, files: Certificates, queue: Ask) -> None:
    with door(valkey_socket(services), files) as opened:
        queue(f"rediss://localhost:{opened.port}/0?ssl_ca_certs={files.ca_crt}")
        assert opened.told


@pytest.mark.parametrize(
    "address",
    [
        "rediss://localhost:{port}/0",
        "rediss://localhost:{port}/0?ssl_ca_certs={files.other_crt}",
        "rediss://127.0.0.1:{port}/0?ssl_ca_certs={files.ca_crt}",
    ],
    ids=["unknown authority", "another authority", "another name"],
)
def test_nothing_is_said_to_a_queue_that_is_not_the_one_named(
    services: Path, files: Certificates, queue: Ask, address: str
) -> None:
    with door(valkey_socket(services), files) as opened:
        with pytest.raises(OperationalError, match="CERTIFICATE_VERIFY_FAILED"):
            queue(address.format(port=opened.port, files=files))
        assert opened.told == []


def test_a_queue_that_wants_a_certificate_gets_ours(services: Path, files: Certificates, queue: Ask) -> None:
    with door(valkey_socket(services), files, client=True) as opened:
        address = f"rediss://localhost:{opened.port}/0?ssl_ca_certs={files.ca_crt}"
        with pytest.raises(OperationalError):
            queue(address)
        queue(f"{address}&ssl_certfile={files.client_crt}&ssl_keyfile={files.client_key}")


def test_flower_looks_into_a_queue_over_tls(services: Path, files: Certificates, queue: Ask) -> None:
    with door(valkey_socket(services), files) as opened:
        queue(f"rediss://localhost:{opened.port}/0?ssl_ca_certs={files.ca_crt}")
        chosen = configuration()
        looking = Broker(chosen["broker_url"], broker_use_ssl=chosen["broker_use_ssl"])
        assert asyncio.run(looking.queues(["over-tls"])) == [{"name": "over-tls", "messages": 0}]


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("ssl_ca_cert=/ca.pem", "did you mean ssl_ca_certs?"),
        ("ssl_cert_reqs=never", "required or optional or none"),
        ("ssl_ca_certs=/nowhere/ca.pem", "there is no file /nowhere/ca.pem"),
    ],
)
def test_a_misspelt_option_is_refused_and_the_password_is_not_shown(
    monkeypatch: pytest.MonkeyPatch, query: str, wrong: str
) -> None:
    monkeypatch.setenv("REDIS_URL", f"rediss://:{'word' * 3}@localhost/0?{query}")
    settings.cache_clear()
    with pytest.raises(SettingsError) as refused:
        settings()
    settings.cache_clear()
    assert wrong in str(refused.value) and "wordword" not in str(refused.value)


@pytest.fixture
def database(services: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ask]:
    """Ask the database at this address who it is, through the desk's own engine."""
    ours = engine()

    def ask(url: str) -> None:
        monkeypatch.setenv("DATABASE_URL", url)
        settings.cache_clear()
        engine.cache_clear()
        try:
            with transaction() as db:
                assert db.exec_driver_sql("select current_database()").scalar_one() == "copydesk"
                assert db.connection.driver_connection.pgconn.ssl_in_use  # type: ignore[union-attr]
        finally:
            engine().dispose()

    yield ask
    assert engine() is not ours
    monkeypatch.undo()
    settings.cache_clear()
    engine.cache_clear()


def test_the_database_is_spoken_to_over_tls_once_it_is_verified(
    services: Path, files: Certificates, database: Ask
) -> None:
    socket_file = Postgres(services).sockets / ".s.PGSQL.5432"
    with door(socket_file, files, postgres=True) as opened:
        address = f"postgresql://copydesk@localhost:{opened.port}/copydesk?sslmode=verify-full&sslrootcert="
        database(address + files.ca_crt)
        with pytest.raises(Exception, match="certificate verify failed"):
            database(address + files.other_crt)
        with pytest.raises(Exception, match="does not match host name"):
            database((address + files.ca_crt).replace("localhost", "127.0.0.1"))
        assert len(opened.told) == 1
