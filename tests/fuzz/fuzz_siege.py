"""A siege: one town, thousands of spoilt requests, every answer judged, and figures of what came of them."""

import base64
from collections import Counter
from random import Random
from time import process_time

from case_town import HUB, line
from fuzz_attacks import ATTACKS, Attack, Spoilt, huge_body
from fuzz_oracles import Kept, complaints, kept, refused
from fuzz_targets import Target, targets, written
from msgspec import Struct, field
from msgspec.structs import replace
from run_town import MIN, OpenTown, Request

from simulator.engine.cause import TIME
from simulator.engine.exchange import Exchange, Subject
from simulator.ocpi import codec
from simulator.ocpi.envelope import status_of
from simulator.ocpi.modules import ModuleID
from simulator.recording.onlooker import FAILED
from simulator.wire.carrier import Response

INSTANT_US = 1
"""Messages take no time in this town: what it does by itself stands still while it is attacked."""

OFFERED_SHARE = 0.8
AUTHORIZATION = "authorization"

_CHOICES = tuple(attack for attack, weight in ATTACKS for _ in range(weight))


class Tally(Struct):
    """What was sent and what came of it."""

    requests: int = 0
    refused: int = 0
    cpu_s: float = 0.0
    by_attack: Counter[str] = field(default_factory=Counter)
    by_status: Counter[str] = field(default_factory=Counter)
    complaints: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Count another siege in."""
        self.requests += other.requests
        self.refused += other.refused
        self.cpu_s += other.cpu_s
        self.by_attack.update(other.by_attack)
        self.by_status.update(other.by_status)
        self.complaints += other.complaints

    def told(self) -> str:
        """The figures as text."""
        rate = self.requests / self.cpu_s if self.cpu_s else 0.0
        attacks = ", ".join(f"{name} {count}" for name, count in sorted(self.by_attack.items()))
        statuses = ", ".join(f"{name} {count}" for name, count in sorted(self.by_status.items()))
        return (
            f"{self.requests} requests, {rate:.0f} a second of CPU time, {self.refused} refused, "
            f"{len(self.complaints)} complaints\nby attack: {attacks}\nby HTTP/OCPI status: {statuses}"
        )


class Siege:
    """Attacks the parties of an open town, which has played long enough to have objects of every kind."""

    def __init__(self, open_town: OpenTown, versions: tuple[str, ...], seed: int) -> None:
        self.town = open_town
        self.targets = [target for version in versions for target in targets(open_town, version)]
        self._offered = [target for target in self.targets if target.offered]
        self.tally = Tally()
        self._random = Random(seed)
        self._tokens: dict[tuple[str, str], str] = {}
        self._kept: dict[tuple[str, str], Kept] = {}

    def run(self, requests: int) -> Tally:
        """Send as many; then let the town play on with what it took, which must not break it either."""
        began_s = process_time()
        wanted = self.tally.requests + requests
        while self.tally.requests < wanted:
            # What is offered is the more worth attacking.
            few = self._offered if self._random.random() < OFFERED_SHARE else self.targets
            self.strike(self._random.choice(_CHOICES), self._random.choice(few))
        self.play_on()
        self.tally.cpu_s = process_time() - began_s
        return self.tally

    def huge(self, requests: int) -> None:
        """Send bodies of 10 MB."""
        for _ in range(requests):
            self.strike(huge_body, self._random.choice(self.targets))

    def play_on(self) -> None:
        """What was taken has its consequences; none may be a fault of ours."""
        self.town.run_for(30 * MIN)
        self._kept.clear()
        if self.town.kernel.handler_failures:
            failures = [row for row in self.town.rows.events if row.kind == "exception"]
            self.tally.complaints += [f"a fault of ours: {row.subject} {row.data!r}" for row in failures]
        self.town.journal.flush()
        for party, by_rule in self.town.recorder.errors.items():
            if FAILED in by_rule:
                self.tally.complaints.append(f"the expert failed at {by_rule[FAILED]} messages of {party}")

    def strike(self, attack: Attack, target: Target) -> Response | None:
        """One request; None when the attack has nothing to bite on."""
        target = self._fresh(target)
        good = self._in_order(target)
        spoilt = attack(self._random, target, good)
        if spoilt is None or (self.town.kernel.wire.name == "http" and not _fits_http(spoilt)):
            return None
        if spoilt.method == "DELETE" and ModuleID.CREDENTIALS.value in spoilt.url.lower():
            # In order it would end the siege.
            spoilt = replace(spoilt, headers=tuple(pair for pair in spoilt.headers if pair[0].lower() != AUTHORIZATION))
        name = attack.__name__
        faults_before = self.town.kernel.handler_failures
        before = self._kept.get((target.victim, target.to)) or self._look(target)
        answer = self._send(target, spoilt)
        was_refused = self._judge(f"{name} {spoilt.method} {target.name} {spoilt.url[:200]}", target, spoilt, answer)
        if self.town.kernel.handler_failures != faults_before:
            self.tally.complaints.append(f"{name} {target.name}: a handler failed on {spoilt}")
        if not was_refused and "credentials" in spoilt.url:
            self._learn_token(target, spoilt, answer)
        after = self._look(target)
        self._kept = {(target.victim, target.to): after}
        if was_refused and after != before and not _is_owners_word(target, spoilt, answer):
            self.tally.complaints.append(f"{name} {target.name}: refused, and yet stored: {spoilt}"[:2_000])
        self.tally.requests += 1
        self.tally.refused += was_refused
        self.tally.by_attack[name] += 1
        self.tally.by_status[f"{answer.status}/{status_of(answer.body)}"] += 1
        return answer

    def _fresh(self, target: Target) -> Target:
        """With what must be another each time: ids of a new object and its session, the token of credentials."""
        if target.body is None or target.route.method == "PATCH":
            return target
        if target.route.module is ModuleID.CREDENTIALS:
            return replace(target, body={**target.body, "token": line(self.town, target.attacker, target.to).issued})
        if target.route.method == "POST" and "id" in target.body:
            new = f"NEW-{self.tally.requests}"
            names = [name for name in ("id", "session_id") if name in target.body]
            return replace(target, body=target.body | dict.fromkeys(names, new))
        return target

    def _look(self, target: Target) -> Kept:
        """What the victim keeps, and the party behind it."""
        return tuple(kept(self.town, party) for party in dict.fromkeys((target.victim, target.to)))

    def _judge(self, where: str, target: Target, asked: Spoilt, answer: Response) -> bool:
        found = list(complaints(asked, target, answer))
        self.tally.complaints += [f"{where}: {complaint}" for complaint in found]
        return answer.status >= 300 if found else refused(answer)

    def _in_order(self, target: Target) -> Spoilt:
        """The target's request with a token and headers that are right."""
        ends = (target.attacker, target.to)
        token = self._tokens.get(ends) or line(self.town, *ends).held
        number = self.tally.requests
        value = token if target.version == "2.1.1" else base64.b64encode(token.encode()).decode()
        headers = (
            ("Authorization", f"Token {value}"),
            ("Content-Type", "application/json"),
            ("X-Request-ID", f"request-{number}"),
            ("X-Correlation-ID", f"correlation-{number}"),
            ("OCPI-from-country-code", target.attacker[:2]),
            ("OCPI-from-party-id", target.attacker[3:]),
            ("OCPI-to-country-code", target.to[:2]),
            ("OCPI-to-party-id", target.to[3:]),
        )
        return Spoilt(target.route.method, target.url, headers, written(target.body))

    def _send(self, target: Target, spoilt: Spoilt) -> Response:
        request = Request(spoilt.method, spoilt.url, spoilt.headers, spoilt.body)
        node = self.town.world.party(target.attacker).office.node
        subject = Subject(module="test")
        exchange: Exchange = self.town.kernel.exchange(node, target.victim, request, subject, TIME)
        self.town.run_until(lambda: bool(exchange.final), step_us=INSTANT_US)
        assert exchange.response is not None, exchange.failure
        return exchange.response

    def _learn_token(self, target: Target, asked: Spoilt, answer: Response) -> None:
        """Credentials that were taken renew the attacker's token, and both parties then talk for a while."""
        if asked.method in ("PUT", "POST"):
            shown = codec.decode(answer.body, _Shown)
            self._tokens[target.attacker, target.to] = shown.data.token
            self._kept.clear()
            self.town.run_for(MIN)


def _is_owners_word(target: Target, spoilt: Spoilt, answer: Response) -> bool:
    """A hub takes an owner's word for its own objects, also when it is the addressee who refuses.

    A party of 2.1.1 is not told who speaks; there it is what the addressee has never heard of.
    """
    own = f"/{target.attacker[:2]}/{target.attacker[3:]}/"
    speaker = dict(answer.headers).get("OCPI-from-party-id")
    by_addressee = answer.status == 404 if target.version == "2.1.1" else speaker == target.to[3:]
    return target.victim == HUB and own in spoilt.url and by_addressee


def _fits_http(spoilt: Spoilt) -> bool:
    """Whether the HTTP library lets it through at all: it answers doubled and non-ASCII headers by itself."""
    names = [name.lower() for name, _ in spoilt.headers]
    return len(names) == len(dict.fromkeys(names)) and all(value.isascii() for _, value in spoilt.headers)


class _Token(Struct):
    token: str


class _Shown(Struct):
    data: _Token
