"""What the portal's apps share: settings, access, history, mail, jobs, files, and how texts are read."""

import os

# openpyxl would read with lxml, which pikepdf brings along, and not with defusedxml, which refuses entities
os.environ["OPENPYXL_LXML"] = "False"
