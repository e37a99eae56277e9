"""Limits of SWF (developer guide, "Amazon SWF quotas"; API reference), in characters and pieces."""

LONGEST_TEXT = 32768  # an input, a result, details
LONGEST_REASON = 256
# SWF takes 100 decisions at once; of its 1,000 open activities an execution we use no more than one answer can start.
MOST_OPEN = 100
