"""A knowledge base of errors whose every fix has been run."""
