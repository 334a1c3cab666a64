"""Statistics of a run that a researcher can publish: every figure defined once, measured from the recording alone."""
