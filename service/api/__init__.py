"""The HTTP API: the same shape as pages, in JSON."""
