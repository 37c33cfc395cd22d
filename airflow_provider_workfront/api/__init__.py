"""The Workfront REST protocol as values and pure functions: nothing here sends, sleeps or reads a clock."""
