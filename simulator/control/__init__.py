"""The control API of a running engine: pause, step, run until and speed over loopback HTTP, and its small client."""
