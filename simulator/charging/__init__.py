"""Load-balancing strategies behind one small interface; pure."""
