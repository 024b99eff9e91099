"""The timeline: joining records, numbering their rows, and finding gaps."""
