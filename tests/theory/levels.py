"""Quantiles by the names that the cases give them."""


def quantiles(quantile, *names):
    """{"Wq p95": quantile(0.95), ...} for names that end in p and a percentage."""
    return {name: quantile(float(name.split()[-1][1:]) / 100) for name in names}
