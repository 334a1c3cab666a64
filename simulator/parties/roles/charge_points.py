"""How a CPO asks its charge points for something, whatever partner's wish lies behind it."""

from collections.abc import Callable

from simulator.engine.cause import Cause
from simulator.ocpp.messages import Answer, ChargePointNetwork, RequestAnswer, ToChargePoint
from simulator.parties.office import Office


class ChargePoints:
    """The charge points of one CPO; `network` reaches them, set before the run."""

    network: ChargePointNetwork

    def __init__(self, office: Office) -> None:
        self._office = office

    def ask(
        self, evse_uid: str, request: ToChargePoint, answered: Callable[[Answer | None], None], cause: Cause
    ) -> None:
        """Pass a request on; its answer (None: out of reach) counts if we are still there to hear it."""

        def guarded(answer: Answer | None) -> None:
            if self._office.node.down:
                return
            try:
                answered(answer)
            except Exception as error:
                self._office.failed(f"what follows {type(request).__name__}", error)

        self.network.request(evse_uid, request, guarded, cause)


def accepts(answer: Answer | None) -> bool:
    """Whether the charge point does what it was asked."""
    return isinstance(answer, RequestAnswer) and answer.accepted
