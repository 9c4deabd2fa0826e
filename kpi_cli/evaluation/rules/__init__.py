"""The validation rules V101–V606: data in `templates/evaluation/rules.toml`, one pure function each."""
