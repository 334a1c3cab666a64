"""The words for the objects of Tariffs."""

from typing import Final

from msgspec import Struct

from simulator.ocpi.v2_2_1.tariffs import PriceComponent, Tariff, TariffElement, TariffRestrictions

WORDS: Final[dict[type[Struct], dict[str, str]]] = {
    Tariff: {
        "country_code": "Country of the CPO that asks these prices, in two letters.",
        "party_id": "The CPO that asks these prices, in three characters.",
        "id": "The CPO's id of this tariff; connectors and charging periods name it.",
        "currency": "Currency of all prices in this tariff, such as EUR.",
        "type": "Whom it is for, such as REGULAR or AD_HOC_PAYMENT; absent means every session.",
        "tariff_alt_text": "Extra words for the driver, one text per language; the prices stand in elements.",
        "tariff_alt_url": "Web page that explains the tariff to drivers.",
        "min_price": "The least that a session costs; a lower total is raised to it.",
        "max_price": "The most that a session costs; a higher total is cut to it.",
        "elements": "Prices in order of precedence: for each kind of price, the first that fits applies.",
        "start_date_time": "From when the tariff is in force, in UTC; lets a CPO announce new prices in advance.",
        "end_date_time": "Until when the tariff is in force, in UTC; absent means until further notice.",
        "energy_mix": "Where the electricity sold under this tariff comes from.",
        "last_updated": "When the tariff's data last changed, in UTC.",
    },
    TariffElement: {
        "price_components": "The prices that apply together as long as the restrictions are met.",
        "restrictions": "When these prices apply: all conditions must be met; absent means always.",
    },
    PriceComponent: {
        "type": "What is paid for: ENERGY, TIME (charging), PARKING_TIME, or once (FLAT).",
        "price": "Price without VAT: per kWh for ENERGY, per hour for times, once for FLAT.",
        "vat": "VAT in percent, on top of price; absent means that no VAT applies, which is not the same as 0.",
        "step_size": "Smallest unit billed, in Wh or seconds; the session's total is rounded up to full steps.",
    },
    TariffRestrictions: {
        "start_time": "Applies from this local clock time on; if it is after end_time, the span crosses midnight.",
        "end_time": "Applies until this local clock time; 00:00 means the end of the day.",
        "start_date": "The first day on which it applies, by the local calendar.",
        "end_date": "The first day on which it no longer applies, by the local calendar.",
        "min_kwh": "Applies as soon as the session has charged this many kWh.",
        "max_kwh": "Applies until the session has charged this many kWh.",
        "min_current": "Applies while the current of all phases together is at least this, in A.",
        "max_current": "Applies while the current of all phases together is below this, in A.",
        "min_power": "Applies while the car charges with at least this power, in kW.",
        "max_power": "Applies while the car charges with less than this power, in kW.",
        "min_duration": "Applies as soon as the session has lasted this many seconds.",
        "max_duration": "Applies until the session has lasted this many seconds.",
        "day_of_week": "The weekdays on which it applies, by the local calendar; none listed means all.",
        "reservation": "Prices a reservation instead of charging; RESERVATION_EXPIRES only one never used.",
    },
}
