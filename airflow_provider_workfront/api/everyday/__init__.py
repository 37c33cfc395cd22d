"""What people do in Workfront every day, in the few calls that each of it takes."""
