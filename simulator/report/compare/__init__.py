"""What sets runs apart: scenario, figures with their intervals, curves, and the first message that differs."""
