"""Where rows go: into XCom, within bounds, or into a file."""
