"""Which 32 bytes are an honest Ed25519 public key: canonical, and of prime order.

A verifier multiplies; it does not ask what it multiplies. Under the identity or a low-order point
one signature verifies for *any* message (RFC 8032, 5.1.7 and 8.9), so keys are checked when they
are enrolled and whenever they are read. (X25519 keys are checked by ``keys.age``.) All values
here are public: time need not be constant.
"""

from __future__ import annotations

from functools import lru_cache

from keys.errors import KeyInvalid

_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_SQRT_MINUS_ONE = pow(2, (_P - 1) // 4, _P)

# Extended coordinates X, Y, Z, T: x = X/Z, y = Y/Z, xy = T/Z.
_Point = tuple[int, int, int, int]
_IDENTITY: _Point = (0, 1, 1, 0)


@lru_cache(maxsize=4096)
def check_ed25519(encoded: bytes) -> None:
    """Refuse what is not the one encoding of a point of the prime-order subgroup.

    This is stricter than "not of low order": a point with a torsion part is refused too, because
    cofactored and cofactorless verifiers disagree about it and no honest key has one.

    :param encoded: 32 bytes, RFC 8032 section 5.1.2.
    :raises KeyInvalid: ``key-malformed`` (length), ``key-not-canonical``, ``key-not-on-curve``,
        ``key-low-order`` (identity, small or mixed order).
    """
    point = _decompress(encoded)
    if _is_identity(point) or not _is_identity(_multiply(_ORDER, point)):
        raise KeyInvalid("key-low-order")


def _decompress(encoded: bytes) -> _Point:
    """RFC 8032 section 5.1.3, with every lenience refused."""
    if len(encoded) != 32:
        raise KeyInvalid("key-malformed")
    number = int.from_bytes(encoded, "little")
    sign, y = number >> 255, number & ((1 << 255) - 1)
    if y >= _P:
        raise KeyInvalid("key-not-canonical")
    u, v = (y * y - 1) % _P, (_D * y * y + 1) % _P
    x = u * pow(v, 3, _P) * pow(u * pow(v, 7, _P), (_P - 5) // 8, _P) % _P
    if v * x * x % _P == -u % _P:
        x = x * _SQRT_MINUS_ONE % _P
    if v * x * x % _P != u:
        raise KeyInvalid("key-not-on-curve")
    if x == 0 and sign:
        raise KeyInvalid("key-not-canonical")
    if x & 1 != sign:
        x = _P - x
    return x, y, 1, x * y % _P


def _is_identity(point: _Point) -> bool:
    x, y, z, _ = point
    return x % _P == 0 and (y - z) % _P == 0


def _add(p: _Point, q: _Point) -> _Point:
    """Unified addition (RFC 8032 section 5.1.4): right for doubling and for the identity too."""
    x1, y1, z1, t1 = p
    x2, y2, z2, t2 = q
    a = (y1 - x1) * (y2 - x2) % _P
    b = (y1 + x1) * (y2 + x2) % _P
    c = 2 * t1 * t2 * _D % _P
    d = 2 * z1 * z2 % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _multiply(scalar: int, point: _Point) -> _Point:
    result = _IDENTITY
    while scalar:
        if scalar & 1:
            result = _add(result, point)
        point = _add(point, point)
        scalar >>= 1
    return result
