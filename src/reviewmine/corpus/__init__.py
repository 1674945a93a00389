"""Reviews in, statements out."""
