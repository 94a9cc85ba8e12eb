"""What a class did: its report, the statistics in it, penalties for late work."""
