"""The hand-over: a case, or a part of one, as a folder or file that can be checked without this program."""
