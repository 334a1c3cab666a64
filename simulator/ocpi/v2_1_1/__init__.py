"""The objects of OCPI 2.1.1, one file a module; what 2.2.1 kept as it was is 2.2.1's class, imported from there."""
