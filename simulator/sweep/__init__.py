"""Plays a scenario many times over with other values and seeds, on the processes of this machine or of a cluster."""
