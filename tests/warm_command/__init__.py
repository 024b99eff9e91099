"""The command run in forks of a process that has imported it: importing takes longer than most commands take."""
