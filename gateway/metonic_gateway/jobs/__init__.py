"""What runs without being waited for: messages that carry ids, and the scheduler that finds what is due."""
