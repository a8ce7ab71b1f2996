"""Maps of the picture plane, their composition, and what they do to each kind of value."""
