"""Whether requests go where they were led, and end with a slash only where that was so, too."""

import pytest
from expert_seen import A_LIST, PAGE, SOUND, URL, body, rules
from msgspec.structs import replace

from simulator.ocpi.expert import Seen

HOST = "http://nl-ema.ocpi.test"
ASKED = replace(SOUND, method="GET", request_body=b"")
RECEIVER = f"{HOST}/ocpi/receiver/2.2.1/sessions"
VERSIONS = replace(
    ASKED,
    module="versions",
    route="versions.get_list",
    url=f"{HOST}/versions/",
    request_headers={name: value for name, value in SOUND.request_headers.items() if not name.startswith("ocpi-")},
    response_headers={name: value for name, value in SOUND.response_headers.items() if not name.startswith("ocpi-")},
    response_body=body([{"version": "2.2.1", "url": f"{HOST}/2.2.1/"}]),
)


def details(*urls: str) -> Seen:
    """The version details of NL-EMA as NL-ABC reads them."""
    endpoints = [{"identifier": "sessions", "url": url} for url in urls]
    return replace(
        VERSIONS, route="versions.get_details", url=f"{HOST}/2.2.1", response_body=body({"endpoints": endpoints})
    )


RESULT = replace(
    SOUND, method="POST", module="commands", route="commands.sender.post_start_session", url=f"{HOST}/results/7/"
)


def test_a_result_goes_where_the_command_asks_for_it() -> None:
    assert rules(details(RECEIVER), RESULT) == []
    assert rules(details(RECEIVER), replace(RESULT, http_status=404, response_body=body(status=2001))) == []


LISTED = replace(A_LIST, url=f"{RECEIVER}/")
LINKED = replace(
    A_LIST,
    response_headers=PAGE | {"x-total-count": "1", "link": f'<{HOST}/pages/2/>; rel="next"'},
)


@pytest.mark.parametrize(
    ("exchanges", "said"),
    [
        ([replace(SOUND, url=f"{URL}/")], ["trailing-slash"]),
        ([details(RECEIVER), LISTED], ["trailing-slash"]),
        ([details(f"{RECEIVER}/"), LISTED], []),
        ([details(f"{RECEIVER}/"), replace(LISTED, url=f"{RECEIVER}/?offset=0&limit=5")], []),
        ([details(f"{RECEIVER}/"), SOUND], []),
        ([details(f"{RECEIVER}/"), replace(SOUND, url=f"{URL}/")], ["trailing-slash"]),
        ([details(f"{RECEIVER}/"), replace(LISTED, receiver="NL-EMB")], ["trailing-slash"]),
        ([VERSIONS, replace(details(), url=f"{HOST}/2.2.1/")], []),
        ([VERSIONS, replace(details(), url=f"{HOST}/2.3.0/")], ["trailing-slash"]),
        ([LINKED, replace(A_LIST, url=f"{HOST}/pages/2/")], []),
    ],
)
def test_a_slash_at_the_end_is_remarked_on_where_nobody_has_put_it(exchanges: list[Seen], said: list[str]) -> None:
    numbered = [replace(each, asked=1, answered=1) for each in exchanges]
    assert rules(*exchanges) == rules(*numbered) == said


def test_versions_that_cannot_be_read_lead_nowhere() -> None:
    read = replace(details(), url=f"{HOST}/2.2.1/")
    assert rules(replace(VERSIONS, response_body=body([{"url": 7}])), read).count("trailing-slash") == 1
