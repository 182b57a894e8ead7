"""Workbooks (.xlsx): how they are read and written."""
