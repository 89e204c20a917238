"""Records what a C++ or C program does, statement by statement, as See++'s ProgramTrace. See docs/trace.md.

agent/          C: the library that is preloaded into the program and writes a log
binary.py       the program's file: sections, symbols, line table
statements.py   where the agent stops: the table it reads
types.py, symbols.py   what the program's debug information says of types, variables and scopes
log.py, memory.py      the agent's log, and the program's memory as it was at each step
values.py, heap.py     memory as the encoded values of a ProgramTrace
steps.py, render.py    the steps and their events
memcheck.py     findings of Valgrind, merged into the steps
worker.py, service.py  the process that decodes, and its client
recorder.py     one request: runs the program under the agent, and asks for the trace
"""
