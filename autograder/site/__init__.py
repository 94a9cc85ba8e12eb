"""The course site: what Sphinx reads, and what it must not show."""
