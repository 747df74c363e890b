"""Tables of figures, a function for each kind of result file."""
