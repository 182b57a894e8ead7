"""What does the portal keep of a PDF that somebody uploaded? A new file of its pages, with no other keys.

`reader.read_pdf` returns it, with what it found; `program` makes it, in a process of `mipres_admin.sandbox`.
"""
