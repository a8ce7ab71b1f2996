"""Pixels under a map: what is seen on the new canvas."""
