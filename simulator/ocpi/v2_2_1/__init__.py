"""The objects of OCPI 2.2.1, one file a module; fields, lengths and cardinalities are the specification's."""
