"""Tie-out rules (勾稽): data in `templates/rules/`, one engine, findings and receipts as plain values."""
