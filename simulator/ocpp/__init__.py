"""The other protocol: what a charge point and its CPO say to each other, in OCPP's words. It ends where OCPI begins."""
