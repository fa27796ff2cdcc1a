"""The server of the page: knows HTTP, computes nothing itself, and imports nothing heavy."""
