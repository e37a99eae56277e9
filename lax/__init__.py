"""lax, the journal's register of articles: which versions there are, and when each was published."""
