"""Makers of sound files, whole and damaged, on which the readers of formats are compared with other programs.

Each maker is a function ``make(folder)`` that writes files into a folder and returns, for each, its name and how it was
made.
"""
