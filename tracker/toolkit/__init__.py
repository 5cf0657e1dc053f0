"""Tools without nouns: imports no app, imported by all."""
