"""The recording: the one file that a run leaves and the one door between the simulator and people."""
