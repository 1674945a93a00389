"""Who said what type: the labelled set and its split into parts."""
