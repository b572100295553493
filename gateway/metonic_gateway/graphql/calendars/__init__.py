"""Connected calendars: what they are, how they stand, how one connects and disconnects them."""
