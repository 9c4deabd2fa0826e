"""The pure model: immutable records, vocabularies, subjects. Nothing here opens a file of a ledger."""
