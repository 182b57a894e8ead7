"""What does the portal keep of a PDF that somebody uploaded? A new file with what its pages show, and nothing else.

`reader.read_pdf` returns it, with what it found; `program` makes it, in a process of `mipres_admin.sandbox`.
"""
