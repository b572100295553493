"""What every simulated calendar needs behind its wire: time, ids, records in order of change, recurrence."""
