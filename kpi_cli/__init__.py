"""kpi-cli: one ledger, nine disclosure tables, every figure computed once."""

__version__ = "0.1.0"
