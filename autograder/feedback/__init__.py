"""What students read about their graded work."""
