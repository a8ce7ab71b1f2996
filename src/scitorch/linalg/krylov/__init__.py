"""Iterations for linear systems, all columns of all systems of a batch in lockstep, with one implicit derivative."""
