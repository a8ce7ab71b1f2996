"""Every function against its peers, in the same process, taking turns.

``python -m benchmarks`` writes a Markdown table and JSON into ``benchmarks/results``. A peer is SciPy, torch or JAX
(where installed) computing the same numbers from the same arguments; what is compared is the ratio of medians.
"""
