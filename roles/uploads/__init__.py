"""The workbook of Consultar Usuarios, uploaded with changes: its rows and what they would do."""
