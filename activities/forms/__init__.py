"""Forms of the register: input, cleaned values, one call."""
