"""exp, log and what follows from them, as polynomials on LLVM vectors.

Arguments are reduced as usual: exp(x) = 2ⁿ eʳ with |r| ≤ ½ ln 2, log(x) = e ln 2 + log m with √½ ≤ m < √2 and
log m = 2 artanh((m − 1)/(m + 1)). The polynomials are interpolated at Chebyshev points below (float32) or Taylor's
(float64); errors are 1–2 units in the last place. Denormal results are zero, as in XLA on a CPU.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.polynomial import Chebyshev, Polynomial

from .block import Block, Value

LN2_HIGH = {32: 0.693359375, 64: 6.93147180369123816490e-01}  # trailing bits zero: n · high is exact
LN2_LOW = {32: -2.12194440054690583e-4, 64: 1.90821492927058770002e-10}
OVERFLOW = {32: 89.0, 64: 710.0}  # exp is infinite there
UNDERFLOW = {32: -104.0, 64: -746.0}  # exp is zero there
MANTISSA = {32: 23, 64: 52}
BIAS = {32: 127, 64: 1023}


def _exp_tail(r: np.ndarray) -> np.ndarray:
    return np.sum([r**k / math.factorial(k + 2) for k in range(20)], axis=0)


_FIT = Chebyshev.interpolate(_exp_tail, 4, domain=[-0.347, 0.347]).convert(kind=Polynomial).coef
EXP_TAIL = {32: [float(c) for c in _FIT], 64: [1 / math.factorial(k + 2) for k in range(12)]}
"""(eʳ − 1 − r)/r², lowest power first."""
LOG_TAIL = {32: [2 / (2 * k + 3) for k in range(5)], 64: [2 / (2 * k + 3) for k in range(11)]}
"""(2 artanh(s)/s − 2)/s² in powers of s²."""


def _bits(b: Block, x: Value) -> int:
    return 64 if x.kind == "d" else b.target.bits


def _c(b: Block, x: Value, value: float) -> Value:
    return b.constant(value, x.kind, x.vector)


def _integer_kind(x: Value) -> str:
    return "l" if x.kind == "d" else "i"


def _integer(b: Block, x: Value, value: int) -> Value:
    """An integer constant as wide as ``x``."""
    return b.constant(value, _integer_kind(x), x.vector)


def polynomial(b: Block, x: Value, coefficients: list[float]) -> Value:
    """By Horner's rule, lowest power first."""
    result = _c(b, x, coefficients[-1])
    for c in reversed(coefficients[:-1]):
        result = b.fma(result, x, _c(b, x, c))
    return result


def _clamped(b: Block, x: Value, low: float, high: float) -> Value:
    """x between bounds, NaN stays NaN: a select on "x is beyond" leaves it."""
    high_, low_ = _c(b, x, high), _c(b, x, low)
    x = b.select(b.compare("olt", high_, x), high_, x)
    return b.select(b.compare("ogt", low_, x), low_, x)


def _reduced(b: Block, x: Value) -> tuple[Value, Value, Value]:
    """n as a float, n in the low bits of a shifted float, and r = x − n ln 2."""
    bits = _bits(b, x)
    shift = _c(b, x, 1.5 * 2.0 ** MANTISSA[bits])
    shifted = b.fma(x, _c(b, x, 1 / math.log(2)), shift)
    n = b.op("fsub", shifted, shift)
    r = b.fma(n, _c(b, x, -LN2_HIGH[bits]), x)
    return n, shifted, b.fma(n, _c(b, x, -LN2_LOW[bits]), r)


def _power_of_two(b: Block, exponent: Value, x: Value) -> Value:
    """2 to an integer, as a float of the kind of ``x``."""
    bits = _bits(b, x)
    biased = b.integer("add", exponent, _integer(b, x, BIAS[bits]))
    return b.cast("bitcast", b.integer("shl", biased, _integer(b, x, MANTISSA[bits])), x.kind)


def _whole(b: Block, shifted: Value) -> Value:
    """The integer that a shifted float holds in its low bits."""
    bits = _bits(b, shifted)
    magic = float(1.5 * 2.0 ** MANTISSA[bits])
    pattern = np.array(magic, f"f{bits // 8}").view(f"i{bits // 8}").item()
    as_bits = b.cast("bitcast", shifted, _integer_kind(shifted))
    return b.integer("sub", as_bits, _integer(b, shifted, pattern))


def exp(b: Block, x: Value) -> Value:
    bits = _bits(b, x)
    x = _clamped(b, x, UNDERFLOW[bits], OVERFLOW[bits])
    n, shifted, r = _reduced(b, x)
    tail = polynomial(b, r, EXP_TAIL[bits])
    value = b.fma(b.op("fmul", r, r), tail, r)
    value = b.op("fadd", value, _c(b, x, 1.0))
    if b.target.avx512 and x.vector and x.kind == "f":
        return _scaled_avx512(b, value, n)
    whole = _whole(b, shifted)
    half = b.integer("ashr", whole, _integer(b, x, 1))
    rest = b.integer("sub", whole, half)
    # Two factors: 2ⁿ alone has no float at either end of the range.
    return b.op("fmul", b.op("fmul", value, _power_of_two(b, half, x)), _power_of_two(b, rest, x))


def _scaled_avx512(b: Block, x: Value, n: Value) -> Value:
    """x · 2ⁿ in one instruction."""
    width, letter = b.target.width, "s" if b.target.bits == 32 else "d"
    total = width * b.target.bits
    name, of = f"llvm.x86.avx512.mask.scalef.p{letter}.{total}", b.type("f", True)
    mask = f"i{max(width, 8)}"
    rounding, given = (", i32", ", i32 4") if total == 512 else ("", "")
    b.declarations.add(f"declare {of} @{name}({of}, {of}, {of}, {mask}{rounding})")
    call = f"call {of} @{name}({of} {x.text}, {of} {n.text}, {of} zeroinitializer, {mask} -1{given})"
    return b.add(call, "f", True)


def expm1(b: Block, x: Value) -> Value:
    bits = _bits(b, x)
    x = _clamped(b, x, -40.0, OVERFLOW[bits])
    _, shifted, r = _reduced(b, x)
    small = b.fma(b.op("fmul", r, r), polynomial(b, r, EXP_TAIL[bits]), r)
    one = _integer(b, x, 1)
    # Half of 2ⁿ, for n up to one more than the largest exponent.
    half = _power_of_two(b, b.integer("sub", _whole(b, shifted), one), x)
    value = b.fma(half, small, b.op("fsub", half, _c(b, x, 0.5)))
    return b.op("fmul", value, _c(b, x, 2.0))


def log(b: Block, x: Value) -> Value:
    bits = _bits(b, x)
    mantissa = _integer(b, x, MANTISSA[bits])
    root_half = np.array(math.sqrt(0.5), f"f{bits // 8}").view(f"i{bits // 8}").item()
    pattern = b.cast("bitcast", x, _integer_kind(x))
    above = b.integer("sub", pattern, _integer(b, x, root_half))
    exponent = b.integer("ashr", above, mantissa)
    m = b.cast("bitcast", b.integer("sub", pattern, b.integer("shl", exponent, mantissa)), x.kind)
    e = b.cast("sitofp", exponent, x.kind)
    f = b.op("fsub", m, _c(b, x, 1.0))
    s = b.op("fdiv", f, b.op("fadd", f, _c(b, x, 2.0)))
    z = b.op("fmul", s, s)
    tail = b.op("fmul", z, polynomial(b, z, LOG_TAIL[bits]))
    half_square = b.op("fmul", b.op("fmul", f, f), _c(b, x, 0.5))
    small = b.op("fmul", s, b.op("fadd", half_square, tail))
    small = b.fma(e, _c(b, x, LN2_LOW[bits]), small)
    value = b.fma(e, _c(b, x, LN2_HIGH[bits]), b.op("fsub", f, b.op("fsub", half_square, small)))
    infinity, zero = _c(b, x, math.inf), _c(b, x, 0.0)
    value = b.select(b.compare("olt", x, infinity), value, x)  # infinity and NaN are their own
    value = b.select(b.compare("oeq", x, zero), _c(b, x, -math.inf), value)
    return b.select(b.compare("olt", x, zero), _c(b, x, math.nan), value)


def log1p(b: Block, x: Value) -> Value:
    one = _c(b, x, 1.0)
    u = b.op("fadd", x, one)
    # log(u) · x/(u − 1) undoes the rounding of u.
    value = b.op("fmul", log(b, u), b.op("fdiv", x, b.op("fsub", u, one)))
    value = b.select(b.compare("oeq", u, one), x, value)
    return b.select(b.compare("oeq", x, _c(b, x, math.inf)), x, value)


def tanh(b: Block, x: Value) -> Value:
    t = expm1(b, b.op("fmul", b.intrinsic("fabs", x), _c(b, x, -2.0)))
    value = b.op("fdiv", b.op("fneg", t), b.op("fadd", t, _c(b, x, 2.0)))
    return b.intrinsic("copysign", value, x)


def logistic(b: Block, x: Value) -> Value:
    one = _c(b, x, 1.0)
    return b.op("fdiv", one, b.op("fadd", exp(b, b.op("fneg", x)), one))


def power(b: Block, x: Value, y: Value) -> Value:
    """xʸ for any sign of x. In float32 by way of float64; in float64 to about |y ln x| units in the last place."""
    x, y = b.align(x, y)
    base = b.intrinsic("fabs", x)
    if b.target.bits == 32:
        wide = b.op("fmul", b.cast("fpext", y, "d"), log(b, b.cast("fpext", base, "d")))
        value = b.cast("fptrunc", exp(b, wide), "f")
    else:
        value = exp(b, b.op("fmul", y, log(b, base)))
    zero, one, half = _c(b, x, 0.0), _c(b, x, 1.0), b.op("fmul", y, _c(b, x, 0.5))
    whole = b.compare("oeq", b.intrinsic("floor", y), y)
    even = b.compare("oeq", b.intrinsic("floor", half), half)
    negative = b.compare("olt", b.intrinsic("copysign", one, x), zero)  # also −0
    signed = b.select(even, value, b.op("fneg", value))
    extreme = b.integer("or", b.compare("oeq", base, _c(b, x, math.inf)), b.compare("oeq", base, zero))
    signed = b.select(whole, signed, b.select(extreme, value, _c(b, x, math.nan)))
    value = b.select(negative, signed, value)
    value = b.select(b.compare("oeq", x, one), one, value)
    return b.select(b.compare("oeq", y, zero), one, value)
