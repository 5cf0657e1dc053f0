"""Tables that coordinators send: read with suspicion, previewed row by row, imported as one act."""
