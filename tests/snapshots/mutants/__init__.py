"""Mutants of evsim: one small error each. Does any snapshot say so? (DeMillo, Lipton and Sayward 1978)"""
