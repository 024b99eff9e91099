"""Side-by-side timings with the tools people would use instead: ``make bench`` writes RESULTS.md."""
