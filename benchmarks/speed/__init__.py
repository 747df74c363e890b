"""Side-by-side timings against peers, one script for each kind of work."""
