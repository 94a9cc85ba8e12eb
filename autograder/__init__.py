"""Everything between a submitted notebook and a mark."""
