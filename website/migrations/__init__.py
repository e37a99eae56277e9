"""How the website's tables came to be, one file a step, in the order of their numbers."""
