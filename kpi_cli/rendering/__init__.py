"""Text forms of tables and lists: CSV, JSON, Markdown, terminal. They compute nothing."""
