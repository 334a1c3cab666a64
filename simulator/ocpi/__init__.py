"""The OCPI protocol, pure: messages, rules and words; no clock, no socket, no simulation."""
