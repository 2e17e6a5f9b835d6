"""File-based integration of webshops and acquirers with Uniconta.

Drop files, get import files that are right to the øre.
"""

__version__ = "0.1.0"
