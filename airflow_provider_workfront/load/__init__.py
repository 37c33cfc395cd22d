"""Rows into databases: tables and statements, the load itself, and what warehouses are told to load."""
