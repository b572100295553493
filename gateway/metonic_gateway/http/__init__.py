"""What callers reach beside GraphQL, and who is calling."""
