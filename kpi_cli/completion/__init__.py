"""TAB: what an option or argument takes, the scripts of four shells made from the command tree, and light answers."""
