"""`ocpi-sim serve` prints what an outsider needs, answers it on real ports, and ends with a valid recording."""

import base64
import json
import re
import shlex
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.cli import main
from simulator.recording.reader import Recording

QUICKSTART = Path(__file__).parents[2] / "scenarios" / "quickstart.yaml"
TOOL = [sys.executable, "-c", "import sys; from simulator.cli import main; sys.exit(main())"]
PATIENCE_S = 300
"""After so long a server that does not answer is given up, and the test fails."""
INVITED = re.compile(
    r"(NL-...) awaits anyone \((\w+)\)\n  versions: (\S+)\n  token:    (\S+)\n"
    r"  present:  your own country_code and party_id, in the role (\w+)\n"
    r"  begin:    (curl .+)\n  in 2.1.1: (curl .+)\n"
)


@pytest.fixture
def server(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    command = [*TOOL, "serve", str(QUICKSTART), "--speed", "60", "--out", "served.ocpirun"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def test_it_prints_invitations_that_open_a_door_and_ends_at_ctrl_c(
    server: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    assert server.stdout is not None
    printed = "".join(server.stdout.readline() for _ in range(26))
    invitations = INVITED.findall(printed)
    assert [(party, role, presented) for party, role, _, _, presented, *_ in invitations] == [
        ("NL-ABC", "emsp", "EMSP"),
        ("NL-DUN", "emsp", "EMSP"),
        ("NL-EMA", "cpo", "CPO"),
        ("NL-NOM", "cpo", "CPO"),
    ]
    began, _, rest = printed.partition("\n")
    assert began.startswith("The run begins now, by this machine's clock, instead of 2026-05-04 07:00 in Europe/Amst")
    assert began.endswith("At --speed 60 its time does not stay with that of platforms outside.")
    assert rest.startswith("Each party below awaits a platform of yours.")
    _, _, url, token, _, begin, oldest = invitations[0]
    for line, said in ((begin, base64.b64encode(token.encode()).decode()), (oldest, token)):
        curl, asked, option, header = shlex.split(line)
        assert (curl, asked, option, header) == ("curl", url, "-H", f"Authorization: Token {said}")
        request = urllib.request.Request(asked, headers=dict([header.split(": ")]))
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            versions = json.load(answer)["data"]
        assert [each["version"] for each in versions] == ["2.1.1", "2.2.1", "2.3.0"]
        assert all(each["url"].startswith(url.removesuffix("versions")) for each in versions)
    server.send_signal(signal.SIGINT)
    told, errors = server.communicate(timeout=PATIENCE_S)
    assert server.returncode == 0
    assert "Recording: served.ocpirun" in told
    assert "none, as a served run keeps to the clock and cannot be repeated" in told
    assert "Traceback" not in errors
    with Recording.open(tmp_path / "served.ocpirun") as recording:
        assert recording.meta["live"] == "true"
        assert recording.meta["interrupted"] == "true"
        assert [row.receiver for row in recording.messages() if row.sender == "ZZ-EX0"] == ["NL-ABC"] * 2


@pytest.mark.parametrize(
    ("options", "said"),
    [(["--speed", "max"], "keeps to the clock"), (["--bind", "example.org"], "is no address")],
)
def test_what_cannot_be_served_is_told(options: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", str(QUICKSTART), *options]) == 2
    assert said in capsys.readouterr().err


def test_a_port_that_is_taken_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        out = str(tmp_path / "served.ocpirun")
        assert main(["serve", str(QUICKSTART), "--set", f"parties.NL-ABC.port={port}", "--out", out]) == 1
    assert f"NL-ABC cannot listen on 127.0.0.1, port {port}" in capsys.readouterr().err
