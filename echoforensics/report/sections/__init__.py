"""The written sections of a report as data, and their renderers: one content for the page and the PDF."""
