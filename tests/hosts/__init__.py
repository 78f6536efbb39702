"""Other shops, each with settings, a process and a database of its own: see tests/test_hosts.py."""
