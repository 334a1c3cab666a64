"""What a hub tells about its parties: from 2.3.0 on a hub is no role.

Source: OCPI 2.2.1 and 2.3.0, HubClientInfo.
"""

from typing import Final

from simulator.ocpi.translation.table import FIT, Table
from simulator.ocpi.v2_2_1.hubclientinfo import ClientInfo as ClientInfo_2_2_1
from simulator.ocpi.v2_3_0.hubclientinfo import ClientInfo as ClientInfo_2_3_0

TO_2_3_0: Final = (Table(ClientInfo_2_2_1, ClientInfo_2_3_0, mapped={"role": FIT}),)
