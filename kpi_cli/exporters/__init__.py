"""The built-in exporters, `docx` and `xlsx`: plugins like any third party's."""
