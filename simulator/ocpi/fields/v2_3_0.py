"""The words for fields of OCPI 2.3.0 that 2.2.1 does not have, or in which something else stands there."""

from typing import Final

WORDS: Final[dict[str, dict[str, str]]] = {
    "Location": {
        "parking_places": "The parking places of the site, to which its EVSEs refer.",
        "help_phone": "Telephone number at which a driver in trouble gets help here.",
    },
    "EVSE": {
        "parking": "The parking places from which this EVSE can be reached.",
        "accepted_service_providers": "The eMSPs whose customers can charge here, by their names.",
    },
    "Connector": {
        "capabilities": "What the connector can do, such as Plug & Charge by ISO 15118.",
    },
    "Parking": {
        "id": "Id of the parking place, unique within its location; an EVSE refers to it.",
        "physical_reference": "A number or name painted on the place, to tell it from its neighbours.",
        "vehicle_types": "The kinds of vehicle that the place was made for.",
        "max_vehicle_weight": "The heaviest vehicle that may use the place, in kg.",
        "max_vehicle_height": "The highest vehicle that fits, in m.",
        "max_vehicle_length": "The longest vehicle that fits, in m.",
        "max_vehicle_width": "The widest vehicle that fits, in m.",
        "parking_space_length": "Length of the marked place, in m.",
        "parking_space_width": "Width of the marked place, in m.",
        "dangerous_goods_allowed": "Whether vehicles with dangerous goods on board may park here.",
        "direction": "How a vehicle stands to the lane: PARALLEL, PERPENDICULAR or ANGLE.",
        "drive_through": "True if a vehicle, such as a truck with a trailer, can leave without reversing.",
        "restricted_to_type": "True if no other kinds of vehicle than those listed may park here.",
        "reservation_required": "True if nobody may park here without a reservation.",
        "time_limit": "The longest time that a vehicle may stay, in minutes.",
        "roofed": "Whether there is a roof over the place.",
        "images": "Pictures that help to find or recognise the place.",
        "lighting": "Whether the place is lit at night.",
        "refrigeration_outlet": "Whether a refrigerated trailer can be plugged in here.",
        "standards": "The norms that the place meets, such as one for disabled drivers.",
        "apds_reference": "The place's id in the parking data of APDS, where it is listed there too.",
    },
    "EVSEParking": {
        "parking_id": "The parking place, which must be one of the same location.",
        "evse_position": "On which side of the parked vehicle the EVSE stands: LEFT, RIGHT or CENTER.",
    },
    "Tariff": {
        "tax_included": "YES: prices contain the taxes; NO: taxes come on top; N/A: none are due.",
    },
    "PriceComponent": {
        "price": "Price per kWh, per hour or once; tax_included says whether taxes are in it.",
        "vat": "VAT in percent; absent where none applies, or where the rate is not known beforehand.",
    },
    "TariffRestrictions": {
        "booking": "Prices a booking instead of charging: one kept, run over, never used or called off.",
    },
    "PriceLimit": {
        "before_taxes": "The limit for the total without taxes.",
        "after_taxes": "The limit for the total with taxes, kept apart from the one without.",
    },
    "Price": {
        "before_taxes": "The amount without taxes, in the currency of the object around it.",
        "taxes": "The taxes on the amount; what is to be paid is the amount and all of them.",
    },
    "TaxAmount": {
        "name": "Name of the tax, such as VAT or a state's sales tax.",
        "account_number": "The number under which the tax is paid, where the law asks for it.",
        "percentage": "The tax rate in percent, if it is a rate.",
        "amount": "The tax due on this one amount.",
    },
    "Token": {
        "type": "What it is, such as RFID, APP_USER, AD_HOC_USER, or EMAID for Plug & Charge.",
    },
    "CdrToken": {
        "type": "How the driver identified, such as RFID, APP_USER, or EMAID for Plug & Charge.",
    },
    "Credentials": {
        "hub_party_id": "The hub, by country code and party id in one (NLHUB), if this platform routes messages.",
        "roles": "The parties that can be reached here and what each is; a hub lists all behind it.",
    },
    "CredentialsRole": {
        "role": "What this party is, such as CPO or EMSP; being a hub is no role in this version.",
    },
    "InvoiceReconciliationRecord": {
        "country_code": "Country of the party that sent the invoice, in two letters.",
        "party_id": "The party that sent the invoice, in three characters.",
        "id": "Id of this record, given by the party that sent the invoice.",
        "invoice_id": "The number that stands on the invoice.",
        "cdrs": "The ids of all CDRs on the invoice; this list counts, not the dates.",
        "last_updated": "When this record last changed, in UTC.",
    },
}
