"""The command line: parse, call one function, render. One module per command group."""
