"""The window: reads recordings, paints them under one time cursor, and computes no truth of its own."""
