"""What an entry is: Markdown in, frozen dataclasses and findings out."""

NOT_HELPING_NUMBER = 99
"""What *What does not help* has among an entry's sections: Symptom has 0, the options count from 1."""
