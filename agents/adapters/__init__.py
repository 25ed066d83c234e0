"""mpgenie's vector environment as other libraries want it."""
