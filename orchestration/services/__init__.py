"""Every change in the product: one noun a file, one verb a function.

A service checks the right, then the state, writes in one transaction, records
one event in it, and tells who listens once it is committed.
"""
