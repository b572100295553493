"""What to do about a pair of appointment and event: pure, from observation to decision.

``observe`` takes in what a provider reported, ``landing`` finds out which of our writes happened,
``decide`` looks the pair up in the tables and says what happens next. All of them turn values into values.
"""
