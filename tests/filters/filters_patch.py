"""One message that the tests of this room ask about: a session PATCH that was refused."""

from simulator.recording.rows import MessageRow

PATCH = MessageRow(
    exchange=7,
    cause_kind="event",
    cause=1,
    depth=1,
    start_us=6_000_000_000,  # 07:40:00
    arrive_us=6_000_040_000,
    end_us=6_000_250_000,
    final="delivered",
    failure="",
    sender="NL-ABC",
    receiver="NL-EMA",
    module="sessions",
    interface="RECEIVER",
    route="sessions.receiver.patch_session",
    method="PATCH",
    path="/ocpi/2.2.1/sessions/NL/ABC/S1",
    host="nl-ema.ocpi.test",
    version="2.2.1",
    http_status=404,
    ocpi_status=2003,
    object_kind="Session",
    object_id="S1",
    session_id="S1",
    token_uid="T1",
    location_id="L1",
    correlation_id="c-7",
    request_id="r-7",
    request_headers=(),
    request_body=b"",
    response_headers=(),
    response_body=b"",
)
