"""The modules of OCPI, each with its Sender and its Receiver side; they know objects and stores, not roles."""
