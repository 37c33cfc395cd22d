"""From rows of a table to writes in Workfront: what each row asks for, what would change, what was refused."""
