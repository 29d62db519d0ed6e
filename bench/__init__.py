"""Benchmarks: what a sitting takes on this machine, beside the floor measured in the same run. `./run bench NAME` starts one."""
