"""A failure as it was met, or a loose card, in; a draft entry out, whose gaps and guesses `kb check` then names."""
