"""Images and archives of every kind that can be made here, each with the same files, read and compared.

``python -m benchmarks.containers`` writes docs/containers.md.
"""
