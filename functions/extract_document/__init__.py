"""An uploaded document -> its Markdown."""
