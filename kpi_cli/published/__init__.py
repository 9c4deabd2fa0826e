"""Disclosures that were published elsewhere: read from files, and matched with the definitions of a table set."""
