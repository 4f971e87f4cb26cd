"""The demonstration: invented material, real nodes on loopback, stock tools as witnesses.

Nothing in the product imports this package. Everything it shows is invented.
"""
