"""The quantile function of the normal distribution, the same on every platform.

M. J. Wichura, Algorithm AS 241: the percentage points of the normal distribution, Applied Statistics 37
(1988) 477-484, routine PPND16: a ratio of two polynomials of degree 7 in each of three regions, relative
error about 1e-16.
"""

import numpy as np

_CENTRE = (
    (
        3.3871328727963666080e0,
        1.3314166789178437745e2,
        1.9715909503065514427e3,
        1.3731693765509461125e4,
        4.5921953931549871457e4,
        6.7265770927008700853e4,
        3.3430575583588128105e4,
        2.5090809287301226727e3,
    ),
    (
        1.0,
        4.2313330701600911252e1,
        6.8718700749205790830e2,
        5.3941960214247511077e3,
        2.1213794301586595867e4,
        3.9307895800092710610e4,
        2.8729085735721942674e4,
        5.2264952788528545610e3,
    ),
)
_TAIL = (
    (
        1.42343711074968357734e0,
        4.63033784615654529590e0,
        5.76949722146069140550e0,
        3.64784832476320460504e0,
        1.27045825245236838258e0,
        2.41780725177450611770e-1,
        2.27238449892691845833e-2,
        7.74545014278341407640e-4,
    ),
    (
        1.0,
        2.05319162663775882187e0,
        1.67638483018380384940e0,
        6.89767334985100004550e-1,
        1.48103976427480074590e-1,
        1.51986665636164571966e-2,
        5.47593808499534494600e-4,
        1.05075007164441684324e-9,
    ),
)
_FAR_TAIL = (
    (
        6.65790464350110377720e0,
        5.46378491116411436990e0,
        1.78482653991729133580e0,
        2.96560571828504891230e-1,
        2.65321895265761230930e-2,
        1.24266094738807843860e-3,
        2.71155556874348757815e-5,
        2.01033439929228813265e-7,
    ),
    (
        1.0,
        5.99832206555887937690e-1,
        1.36929880922735805310e-1,
        1.48753612908506148525e-2,
        7.86869131145613259100e-4,
        1.84631831751005468180e-5,
        1.42151175831644588870e-7,
        2.04426310338993978564e-15,
    ),
)


def normal_quantile(p):
    """The points below which a standard normal value falls with the probabilities `p` (an array in [0, 1]).

    >>> round(float(normal_quantile(np.array([0.975]))[0]), 12)
    1.95996398454
    """
    p = np.asarray(p, dtype=float)
    distance = p - 0.5
    central = np.abs(distance) <= 0.425
    centre = np.where(central, distance, 0.0)
    tail = np.where(central, 0.5, np.minimum(p, 1 - p))
    result = centre * _ratio(_CENTRE, 0.180625 - centre * centre)
    if not central.all():
        with np.errstate(divide="ignore"):
            root = np.sqrt(-np.log(tail))
        finite = np.where(np.isinf(root), 5.0, root)
        size = _ratio(_TAIL, finite - 1.6)
        if (finite > 5).any():
            size = np.where(finite <= 5, size, _ratio(_FAR_TAIL, finite - 5))
        size = np.where(np.isinf(root), np.inf, size)
        result = np.where(central, result, np.copysign(size, distance))
    return result


def _ratio(polynomials, x):
    above, below = (_polynomial(coefficients, x) for coefficients in polynomials)
    return above / below


def _polynomial(coefficients, x):
    value = np.full_like(x, coefficients[-1])
    for each in coefficients[-2::-1]:
        value *= x
        value += each
    return value
