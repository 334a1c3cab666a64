"""What is asked of a Token as a whole: a whitelist that goes with its type, ids that others can make use of.

Source: OCPI 2.2.1 and 2.3.0, Tokens, Token object, TokenType and WhitelistType; digest, section 3.2.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from simulator.ocpi.findings import Finding
from simulator.ocpi.rules.remark import remark

_OF_ONE_USE: Final = ("APP_USER", "AD_HOC_USER")
"""The types of tokens that nobody holds against a reader: what a copy says of them, no CPO has a use for."""
_OF_A_CONTRACT: Final = "EMAID"
_LONGEST_GROUP: Final = 20
"""Characters of an idTag, and of its parent, in OCPP 1.x."""
_is_contract: Final = re.compile(r"[A-Z]{2}(-?)[A-Z0-9]{3}\1[A-Z0-9]{9}(?:-?[A-Z0-9])?\Z", re.IGNORECASE).match
"""Country, provider and contract, with or without a check digit, and with dashes everywhere or nowhere before it."""


def check_token(token: Any) -> Iterator[Finding]:
    """A Token of any version; 2.1.1 has no groups, and neither app users nor contracts among its types."""
    if token.type in _OF_ONE_USE and token.whitelist != "NEVER":
        expected = f"NEVER, as is recommended for {token.type}"
        yield remark("token-whitelist", "$.whitelist", str(token.whitelist), expected, "tokens, WhitelistType", "note")
    if token.type == _OF_A_CONTRACT and not _is_contract(token.contract_id):
        expected = "an eMAID such as NL-EMA-C12345678, whose beginning tells the issuer"
        yield remark("contract-id", "$.contract_id", repr(token.contract_id), expected, "tokens, Token", "warning")
    group = getattr(token, "group_id", None)
    if group is not None and len(group) > _LONGEST_GROUP:
        expected = f"at most {_LONGEST_GROUP}, for charge points that speak OCPP 1.x take no more"
        yield remark("group-id", "$.group_id", f"{len(group)} characters", expected, "tokens, Token", "note")
