"""Many submissions: queue, engines, resume, and the one writer of the gradebook."""
