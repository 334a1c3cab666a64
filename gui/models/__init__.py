"""Qt objects without widgets: what is open, where the cursor stands, what is selected and filtered."""
