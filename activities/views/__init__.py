"""The doors of the register: find, ask, call, tell, redirect."""
