"""How many typed, recorded exchanges a second the kernel carries: no street, no roles, nothing else."""

import time
from pathlib import Path

from simulator.engine.cause import TIME
from simulator.engine.exchange import Exchange, Subject
from simulator.engine.journal import Journal
from simulator.engine.kernel import Kernel
from simulator.engine.links import Latency, Link, Links
from simulator.engine.node import Inbound, Node
from simulator.engine.streams import Streams
from simulator.ocpi import codec, envelope
from simulator.ocpi.envelope import status_of
from simulator.ocpi.patch import partial
from simulator.ocpi.v2_2_1.locations import EVSE, Status
from simulator.parties.calendar import Calendar
from simulator.recording.writer import Recorder
from simulator.recording.writer_process import best_writer
from simulator.wire.carrier import Request, Response, Wire
from tests.bench.loop import runner

UNDER_WAY = 8
_START_EPOCH_US = 1_777_867_200_000_000
_JSON = (("Content-Type", "application/json"),)


def measure(out: Path, wire: Wire, exchanges: int) -> float:
    """Microseconds an exchange: an EVSE status PATCH encoded, decoded and validated, answered, and recorded in full."""
    recorder = Recorder.create(out, "full", {}, writer=best_writer())
    streams = Streams(1)
    links = Links()
    links.add(Link(streams, "NL-ABC", "NL-EMA", Latency(80_000, 300_000), 30_000_000))
    journal = Journal(recorder, status_of)
    kernel = Kernel(0, wire, links, journal, lambda: Response(500, _JSON))
    calendar = Calendar(kernel.env, _START_EPOCH_US)
    patch = partial(EVSE)

    def serve(inbound: Inbound) -> Response:
        codec.decode(inbound.request.body, patch)
        return Response(200, _JSON, envelope.success(None, calendar.now()))

    sender = Node("NL-ABC", "nl-abc.ocpi.test", serve)
    kernel.join(sender)
    kernel.join(Node("NL-EMA", "nl-ema.ocpi.test", serve))
    headers = (
        *_JSON,
        ("Authorization", "Token ZXhhbXBsZS10b2tlbg=="),
        ("OCPI-from-country-code", "NL"),
        ("OCPI-from-party-id", "ABC"),
        ("OCPI-to-country-code", "NL"),
        ("OCPI-to-party-id", "EMA"),
    )
    sent = 0

    def send() -> None:
        nonlocal sent
        sent += 1
        uid = f"NL-ABC-E{sent % 2_000:04}"
        id = f"1f0d2c9a-7c61-4f43-a1b2-{sent:012x}"
        body = codec.encode({"status": Status.CHARGING, "last_updated": calendar.now()})
        url = f"http://nl-ema.ocpi.test/ocpi/receiver/2.2.1/locations/NL/ABC/NL-ABC-L001/{uid}"
        subject = Subject(
            module="locations",
            interface="RECEIVER",
            route="locations.receiver.patch_evse",
            version="2.2.1",
            object_kind="EVSE",
            object_id=uid,
        )
        request = Request("PATCH", url, (*headers, ("X-Request-ID", id), ("X-Correlation-ID", id)), body)
        exchange = kernel.exchange(sender, "NL-EMA", request, subject, TIME, id, id)
        assert exchange.callbacks is not None
        exchange.callbacks.append(answered)

    def answered(event: object) -> None:
        assert isinstance(event, Exchange)
        assert event.delivered
        if sent < exchanges:
            send()

    async def run() -> float:
        await kernel.open()
        for _ in range(UNDER_WAY):
            send()
        began = time.perf_counter()
        await kernel.run(10**15)
        took = time.perf_counter() - began
        await kernel.close()
        return took

    with runner() as loop:
        loop_s = loop.run(run())
    recorder.close({})
    return 1e6 * loop_s / kernel.concluded
