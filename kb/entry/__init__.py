"""What an entry is: Markdown in, frozen dataclasses and findings out."""

NOT_HELPING = "What does not help"
"""The heading below Fix of what does not."""
NOT_HELPING_NUMBER = 99
"""What it has among an entry's sections: Symptom has 0, the options count from 1."""
