"""How a workload is run, one kind a file."""
