# Data of every machine. No secret stands in any file here.
