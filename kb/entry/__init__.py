"""What an entry is: Markdown in, frozen dataclasses and findings out."""
