"""The words for the objects of CDRs."""

from typing import Final

from msgspec import Struct

from simulator.ocpi.v2_2_1.cdrs import (
    CDR,
    CdrDimension,
    CdrLocation,
    CdrToken,
    ChargingPeriod,
    SignedData,
    SignedValue,
)

WORDS: Final[dict[type[Struct], dict[str, str]]] = {
    CDR: {
        "country_code": "Country of the CPO that sends this bill, in two letters.",
        "party_id": "The CPO that sends this bill, in three characters.",
        "id": "The CPO's id of this CDR, used only once; a credit CDR gets an id of its own.",
        "start_date_time": "When the session started, in UTC, or the reservation if there was one before.",
        "end_date_time": "When the session was over, in UTC, parking after the charging included.",
        "session_id": "The session that is billed; may be absent for a reservation that was never used.",
        "cdr_token": "The token that started the session, as it was then; its eMSP has to pay.",
        "auth_method": "How the session was permitted in the end: the last method used counts.",
        "authorization_reference": "The eMSP's mark for its permission, so that it can match bill and permission.",
        "cdr_location": "Where it took place, as it was at the start; later changes of the location do not matter.",
        "meter_id": "Id of the electricity meter on which this bill rests, if known.",
        "currency": "Currency of all costs in this CDR, such as EUR.",
        "tariffs": "Copies of all tariffs that were used, even free ones, so that the costs can be recalculated.",
        "charging_periods": "The session cut wherever the price might change, with what was measured in each part.",
        "signed_data": "Meter readings with a digital signature, with which a driver can check the bill.",
        "total_cost": "What the eMSP owes the CPO: all the partial costs added up; negative in a credit CDR.",
        "total_fixed_cost": "One-off amounts such as a start fee; those for parking and reservation count elsewhere.",
        "total_energy": "Energy charged in the whole session, in kWh.",
        "total_energy_cost": "What the energy costs, as a part of total_cost.",
        "total_time": "Length of the session in hours, charging and parking together; 1.5 is ninety minutes.",
        "total_time_cost": "What the charging time costs; parking time counts elsewhere.",
        "total_parking_time": "Hours in which the car asked for no power; total_time less these is the charging time.",
        "total_parking_cost": "What the parking time costs, together with one-off amounts for parking.",
        "total_reservation_cost": "What the reservation costs, together with one-off amounts for it.",
        "remark": "Free words for the person who reads the bill.",
        "invoice_reference_id": "Points to the invoice that will contain this CDR.",
        "credit": "True if this CDR cancels an earlier one, so that its total_cost is negative.",
        "credit_reference_id": "The earlier CDR that this credit CDR cancels.",
        "home_charging_compensation": "True if the driver charged at home and is to be paid back for the energy.",
        "last_updated": "When the CDR was written, in UTC; it never changes, a correction needs a new one.",
    },
    ChargingPeriod: {
        "start_date_time": "When this part begins, in UTC; it ends where the next one begins or the session ends.",
        "dimensions": "What was measured in this part alone, such as its energy and time.",
        "tariff_id": "The tariff that counts in this part; absent means that none does.",
    },
    CdrDimension: {
        "type": "What was measured, such as ENERGY, TIME or PARKING_TIME; the unit follows from it.",
        "volume": "The measured amount: kWh for energies, hours for times, A for currents, kW for powers.",
    },
    CdrToken: {
        "country_code": "Country of the eMSP that issued the token used, in two letters.",
        "party_id": "The eMSP that issued the token used, in three characters; the CDR goes to it.",
        "uid": "The token's technical id, such as the number stored in the RFID card.",
        "type": "How the driver identified: RFID, APP_USER, AD_HOC_USER or OTHER.",
        "contract_id": "The contract between driver and eMSP on which this session is charged.",
    },
    CdrLocation: {
        "id": "The CPO's id of the location where the session took place.",
        "name": "What the place was called at that time.",
        "address": "Street and house number where the session took place.",
        "city": "Town or city where the session took place.",
        "postal_code": "Postal code of the place, where it has one.",
        "state": "State or province of the place, if the address needs one.",
        "country": "Country where the session took place, in three letters (NLD).",
        "coordinates": "Position of the place, in degrees.",
        "evse_uid": "Technical id of the EVSE that was used; #NA for a reservation that was never used.",
        "evse_id": "The EVSE id that the driver saw (NL*ABC*E1); #NA for a reservation that was never used.",
        "connector_id": "The connector that was used; #NA for a reservation that was never used.",
        "connector_standard": "Which plug was used, such as IEC_62196_T2.",
        "connector_format": "Whether the driver used a SOCKET or the charger's own CABLE.",
        "connector_power_type": "Whether the connector gave DC, or AC on how many phases.",
    },
    SignedData: {
        "encoding_method": "Name of the signing format, such as OCMF; checking software must know it.",
        "encoding_method_version": "Version of the signing format, if it has one.",
        "public_key": "The meter's public key in Base64, which proves that a signature is genuine.",
        "signed_values": "The signed readings, usually one at the start and one at the end.",
        "url": "Web page where the driver can check the signed readings.",
    },
    SignedValue: {
        "nature": "Which reading it is: Start, End or Intermediate.",
        "plain_data": "The reading as it was before signing, laid out as the signing format wants it.",
        "signed_data": "The reading with its signature; whoever passes it on must not change a single character.",
    },
}
