"""The objects of OCPI 2.3.0 (edition 2), one file a module; what is unchanged since 2.2.1 is imported from there."""
