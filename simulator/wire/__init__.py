"""Carries the bytes of one request and its response between two parties: over real HTTP or in memory."""
