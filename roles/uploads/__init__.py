"""The workbook of Consultar Usuarios when it comes back: what its rows ask for, and what they would do."""
