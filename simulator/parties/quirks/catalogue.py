"""All quirks by the names that scenarios use."""

from collections.abc import Mapping
from typing import Final

from simulator.parties.quirks import answering, asking, handshaking
from simulator.parties.quirks.quirk import Quirk

QUIRKS: Final[Mapping[str, type[Quirk]]] = {
    "raw_token": asking.RawToken,
    "newline_in_token": asking.NewlineInToken,
    "no_message_ids": asking.NoMessageIds,
    "no_routing_headers": asking.NoRoutingHeaders,
    "no_content_type": asking.NoContentType,
    "trailing_slashes": asking.TrailingSlashes,
    "hard_wired_paths": asking.HardWiredPaths,
    "keeps_first_token": asking.KeepsFirstToken,
    "explicit_nulls": asking.ExplicitNulls,
    "vendor_fields": asking.VendorFields,
    "patch_without_last_updated": asking.PatchWithoutLastUpdated,
    "offset_timestamps": asking.OffsetTimestamps,
    "numbers_as_text": asking.NumbersAsText,
    "coordinates_as_numbers": asking.CoordinatesAsNumbers,
    "no_ids_echoed": answering.NoIdsEchoed,
    "http_403": answering.Http403,
    "http_422": answering.Http422,
    "http_400": answering.Http400,
    "bare_errors": answering.BareErrors,
    "empty_link": answering.EmptyLink,
    "no_page_headers": answering.NoPageHeaders,
    "null_for_empty_list": answering.NullForEmptyList,
    "no_command_timeout": answering.NoCommandTimeout,
    "no_cdr_location": answering.NoCdrLocation,
    "registers_twice": handshaking.RegistersTwice,
    "second_registration_accepted": handshaking.SecondRegistrationAccepted,
    "old_tokens_accepted": handshaking.OldTokensAccepted,
}
