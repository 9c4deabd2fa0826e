"""Performance evaluation (绩效考评), pure: from a scheme and records to scores, ranks, grades, forms, findings."""
