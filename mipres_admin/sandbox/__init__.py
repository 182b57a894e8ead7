"""How is a file that others uploaded read where it can do no harm? In a process of its own, with limits.

`launcher.run` starts a program (a function that yields what it reads) on one open file, and yields its answers here.
The process gets no secret and no environment, opens no other file and no connection, has limits of memory, processor
and time, gives way to everything else on the machine, and ends with the process that started it.
"""
