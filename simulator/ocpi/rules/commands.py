"""What is asked of a command as a whole, and of one for an EVSE that states what it needs."""

from collections.abc import Iterator
from typing import Any

from simulator.ocpi.findings import Finding
from simulator.ocpi.rules.remark import remark


def check_start_session(command: Any) -> Iterator[Finding]:
    """A connector is named together with its EVSE; 2.1.1 names no connector."""
    if getattr(command, "connector_id", None) is not None and command.evse_uid is None:
        expected = "an evse_uid, for a connector_id is set"
        yield remark("start-session-evse", "$.evse_uid", "nothing", expected, "commands, StartSession")


def connector_wanted(evse_uid: str) -> Iterator[Finding]:
    """A START_SESSION names no connector, where its EVSE states START_SESSION_CONNECTOR_REQUIRED."""
    expected = f"a connector_id, for EVSE {evse_uid} states START_SESSION_CONNECTOR_REQUIRED"
    yield remark("start-session-connector", "$.connector_id", "nothing", expected, "commands, StartSession")
