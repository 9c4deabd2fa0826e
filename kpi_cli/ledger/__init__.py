"""The only code that reads or writes the TOML of a ledger."""
