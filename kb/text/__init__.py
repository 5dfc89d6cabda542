"""What a line of text says: terms, normal forms, reduction of logs, redaction. Standard library only."""
