"""The audits of `make check`: known vulnerabilities and committed secrets are found, and silence is no verdict."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
FLAW = {
    "id": "GHSA-test-0000-0000",
    "summary": "Anyone may do anything.",
    "affected": [
        {
            "package": {"name": "vine", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99.0"}]}],
        }
    ],
}


class Advisories(ThreadingHTTPServer):
    """Answers as https://api.osv.dev does, with these flaws by package."""

    flaws: dict[str, dict[str, Any]]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1/query"


class Answer(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        flaw = self.server.flaws.get(asked["package"]["name"])  # type: ignore[attr-defined]
        body = json.dumps({"vulns": [flaw]} if flaw else {}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def advisories() -> Iterator[Advisories]:
    with Advisories(("127.0.0.1", 0), Answer) as server:
        server.flaws = {}
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield server
        server.shutdown()
        serving.join()


LOCK = f"vine==5.1.0 --hash=sha256:{'0' * 64}\namqp==5.3.1 --hash=sha256:{'0' * 64}\n"


def audit(url: str, lock: Path, content: str = LOCK) -> subprocess.CompletedProcess[str]:
    lock.write_text(content)
    words = [ROOT / ".ci/audit.py", lock, "--", "--vulnerability-service=osv", f"--osv-url={url}", "--timeout=2"]
    return subprocess.run([sys.executable, *map(str, words)], capture_output=True, text=True, check=False)


def test_a_known_vulnerability_fails_the_check_and_says_which_version_mends_it(
    advisories: Advisories, tmp_path: Path
) -> None:
    clean = audit(advisories.url, tmp_path / "lock")
    assert (clean.returncode, clean.stdout) == (0, "2 packages audited, 0 with known vulnerabilities\n"), clean.stderr
    advisories.flaws["vine"] = FLAW
    flawed = audit(advisories.url, tmp_path / "lock")
    assert flawed.returncode == 1
    assert flawed.stderr == "vine 5.1.0: GHSA-test-0000-0000, mended in 99.0\n"


def test_a_service_that_does_not_answer_is_no_failure_and_no_audit(tmp_path: Path) -> None:
    done = audit("http://127.0.0.1:9/v1/query", tmp_path / "lock")
    assert done.returncode == 0
    assert done.stdout.startswith("NOT AUDITED") and "packages audited" not in done.stdout
    assert done.stdout.count("\n") == 1


def test_a_lock_that_cannot_be_read_is_a_failure(advisories: Advisories, tmp_path: Path) -> None:
    done = audit(advisories.url, tmp_path / "lock", "vine==5.1.0\n")
    assert done.returncode == 1
    assert "The audit did not run" in done.stderr


KEYS = {
    "AWS Access Key": "aws = 'AKIA" + "QYLPMN5HHHFPZAM2'",
    "Private Key": "-----BEGIN RSA " + "PRIVATE KEY-----",
    "Basic Auth Credentials": "url = 'redis://desk:" + "s3cr3tw0rd@queue.example/0'",
    "Secret Keyword": "password = " + "'correct-horse-battery'",
}


@pytest.mark.parametrize("kind", KEYS)
def test_a_planted_key_fails_the_check_and_is_not_shown(kind: str, tmp_path: Path) -> None:
    planted = tmp_path / "settings.py"
    planted.write_text(f'"""Ours."""\n{KEYS[kind]}\n')
    done = leaks("check", planted)
    assert done.returncode == 1
    assert f"{planted}:2: {kind}\n" in done.stderr
    assert KEYS[kind][-10:] not in done.stdout + done.stderr


def test_what_is_no_key_passes(tmp_path: Path) -> None:
    (tmp_path / "settings.py").write_text("password = settings().password\nurl = 'redis://queue.example/0'\n")
    assert leaks("check", tmp_path / "settings.py").returncode == 0


def leaks(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / ".ci/leaks.py"), *map(str, words)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
