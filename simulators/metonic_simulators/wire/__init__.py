"""What every simulated service does to the requests that reach it: counts, records and fails them."""
