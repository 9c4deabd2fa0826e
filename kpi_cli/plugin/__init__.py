"""The plugin side: hook specifications, the exporter interface, and the loader that isolates faults."""
