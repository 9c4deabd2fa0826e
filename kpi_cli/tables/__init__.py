"""Tables as neutral values: definitions (data), selections, and the one computation that joins them."""
