"""Sending an SMS: one small interface, and what stands behind it. Below the faces, above the core."""
