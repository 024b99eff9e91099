"""The hand-over: a case, or a part of one, in a folder or file that can be checked without this program."""
