"""PostgreSQL and Valkey out of wheels, for the demonstration and the tests; production runs its own.

The packages of the dependency group `embedded` are needed by `postgres` and `valkey` only, so nothing is
imported here.
"""
