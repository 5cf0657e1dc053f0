"""From the data files the product ships to rows of the register."""
