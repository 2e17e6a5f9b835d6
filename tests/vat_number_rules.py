"""The published check-digit rule of each state's VAT numbers, again: they make the good numbers of the tests.

Each rule takes the digits that a state gives out freely and gives the whole number, without the state's letters. The
rules are those of the EU's "algorithms for the VAT number" and of the national registers, not a library's.
"""

from collections.abc import Callable

Rule = Callable[[str], str]


def weighted(digits: str, weights: list[int]) -> int:
    """The sum of the digits, each times its weight."""
    return sum(int(d) * w for d, w in zip(digits, weights, strict=True))


def cross(n: int) -> int:
    """The sum of the two digits of n."""
    return n // 10 + n % 10


def luhn(digits: str) -> int:
    """The Luhn check digit: from the right every second digit is doubled, beginning with the last."""
    total = sum(cross(int(d) * 2) if i % 2 == 0 else int(d) for i, d in enumerate(reversed(digits)))
    return -total % 10


def mod11_10(digits: str) -> int:
    """ISO 7064 mod 11,10: used by DE and HR."""
    product = 10
    for d in digits:
        total = (int(d) + product) % 10 or 10
        product = 2 * total % 11
    return (11 - product) % 10


def at(d: str) -> str:
    odd = sum(int(x) for x in d[::2])
    even = sum(cross(2 * int(x)) for x in d[1::2])
    return f"U{d}{(10 - (odd + even + 4) % 10) % 10}"


def be(d: str) -> str:
    return f"{d}{97 - int(d) % 97:02}"


def bg(d: str) -> str:
    if len(d) == 8:  # a company
        check = weighted(d, [1, 2, 3, 4, 5, 6, 7, 8]) % 11
        if check == 10:
            check = weighted(d, [3, 4, 5, 6, 7, 8, 9, 10]) % 11 % 10
        return f"{d}{check}"
    return f"{d}{weighted(d, [2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 % 10}"  # a person, by birth date


def cy(d: str) -> str:
    odd = dict(zip("0123456789", [1, 0, 5, 7, 9, 13, 15, 17, 19, 21], strict=True))
    total = sum(odd[x] if i % 2 == 0 else int(x) for i, x in enumerate(d))
    return d + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[total % 26]


def cz(d: str) -> str:
    if len(d) == 7:  # a company
        check = 11 - weighted(d, [8, 7, 6, 5, 4, 3, 2]) % 11
        return f"{d}{0 if check == 10 else 1 if check == 11 else check}"
    return f"{d}{int(d) % 11 % 10}"  # a person: the whole divides by 11, by birth date


def de(d: str) -> str:
    return f"{d}{mod11_10(d)}"


def dk(d: str) -> str:
    check = -weighted(d, [2, 7, 6, 5, 4, 3, 2]) % 11
    assert check < 10, "the register gives out no such number"
    return f"{d}{check}"


def ee(d: str) -> str:
    return f"{d}{-weighted(d, [3, 7, 1, 3, 7, 1, 3, 7]) % 10}"


def el(d: str) -> str:
    return f"{d}{weighted(d, [256, 128, 64, 32, 16, 8, 4, 2]) % 11 % 10}"


def es(d: str) -> str:
    if d[0] in "XYZ":  # a foreigner
        return d + "TRWAGMYFPDXBNJZSQVHLCKE"[int(str("XYZ".index(d[0])) + d[1:]) % 23]
    if d.isdigit():  # a Spaniard
        return d + "TRWAGMYFPDXBNJZSQVHLCKE"[int(d) % 23]
    total = sum(cross(2 * int(x)) for x in d[1::2]) + sum(int(x) for x in d[2::2])
    check = -total % 10
    return d + ("JABCDEFGHI"[check] if d[0] in "KPQRSNW" else str(check))  # public bodies and foreign firms: a letter


def fi(d: str) -> str:
    check = -weighted(d, [7, 9, 10, 5, 8, 4, 2]) % 11
    assert check < 10, "the register gives out no such number"
    return f"{d}{check}"


def fr(d: str) -> str:
    siren = d if len(d) == 9 else f"{d}{luhn(d)}"  # nine digits: Monaco's, which have no Luhn digit
    return f"{(12 + 3 * (int(siren) % 97)) % 97:02}{siren}"


def hu(d: str) -> str:
    return f"{d}{-weighted(d, [9, 7, 3, 1, 9, 7, 3]) % 10}"


def ie(d: str) -> str:
    digits, second = d[:7], d[7:]
    if not digits.isdigit():  # before 2013: a letter or sign after the first digit, which stands last in the sum
        total = weighted("0" + d[2:7] + d[0], [8, 7, 6, 5, 4, 3, 2])
        return d + "WABCDEFGHIJKLMNOPQRSTUV"[total % 23]
    total = weighted(digits, [8, 7, 6, 5, 4, 3, 2]) + 9 * ("WABCDEFGHI".index(second) if second else 0)
    return digits + "WABCDEFGHIJKLMNOPQRSTUV"[total % 23] + second


def it(d: str) -> str:
    return f"{d}{luhn(d)}"


def lt(d: str) -> str:
    first = [1 + i % 9 for i in range(len(d))]
    second = [1 + (i + 2) % 9 for i in range(len(d))]
    check = weighted(d, first) % 11
    if check == 10:
        check = weighted(d, second) % 11 % 10
    return f"{d}{check}"


def lu(d: str) -> str:
    return f"{d}{int(d) % 89:02}"


def lv(d: str) -> str:
    check = (3 - weighted(d, [9, 1, 4, 8, 3, 10, 2, 5, 7, 6])) % 11
    assert check < 10, "the register gives out no such number"
    return f"{d}{check}"


def mt(d: str) -> str:
    return f"{d}{37 - weighted(d, [3, 4, 6, 7, 8, 9]) % 37:02}"


def nl(d: str) -> str:
    if len(d) == 9:  # since 2020, of a person: d is free, the two digits after B are ISO 7064 mod 97-10
        letters = f"{ord('N') - 55}{ord('L') - 55}{d}{ord('B') - 55}00"
        return f"{d}B{98 - int(letters) % 97:02}"
    check = weighted(d, [9, 8, 7, 6, 5, 4, 3, 2]) % 11
    assert check < 10, "the register gives out no such number"
    return f"{d}{check}B01"


def pl(d: str) -> str:
    check = weighted(d, [6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11
    assert check < 10, "the register gives out no such number"
    return f"{d}{check}"


def pt(d: str) -> str:
    check = 11 - weighted(d, [9, 8, 7, 6, 5, 4, 3, 2]) % 11
    return f"{d}{0 if check >= 10 else check}"


def ro(d: str) -> str:
    return f"{d}{weighted(d.zfill(9), [7, 5, 3, 2, 1, 7, 5, 3, 2]) * 10 % 11 % 10}"


def se(d: str) -> str:
    return f"{d}{luhn(d)}01"


def si(d: str) -> str:
    check = 11 - weighted(d, [8, 7, 6, 5, 4, 3, 2]) % 11
    assert check < 11, "the register gives out no such number"
    return f"{d}{check % 10}"


def sk(d: str) -> str:
    """The whole number divides by 11; `d` has nine digits."""
    check = -int(d) * 10 % 11
    assert check < 10, "the register gives out no such number"
    return f"{d}{check}"


def xi(d: str) -> str:
    return f"{d}{97 - weighted(d, [8, 7, 6, 5, 4, 3, 2]) % 97:02}"


# State: its rule, what is free in three or more of its numbers, and where its check digit stands.
STATES: dict[str, tuple[Rule, tuple[str, ...], int]] = {
    "AT": (at, ("1358562", "0000002", "6789012"), -1),
    "BE": (be, ("04285497", "02030405", "10112132"), -1),
    "BG": (bg, ("17507480", "13105538", "20000034", "752316926", "680412125"), -1),
    "CY": (cy, ("10259033", "00123123", "99652156"), -1),
    "CZ": (cz, ("2512389", "4651371", "1000000", "710319274", "640903916"), -1),
    "DE": (de, ("13669597", "11122233", "25000000"), -1),
    "DK": (dk, ("1358562", "2222222", "2511111"), -1),
    "EE": (ee, ("10093102", "10000000", "10123456"), -1),
    "EL": (el, ("09425921", "02357972", "80000012"), -1),
    "ES": (es, ("B5837843", "A1301585", "Q2876031", "54362315", "X2482300", "Y1234567"), -1),
    "FI": (fi, ("2077474", "1000000", "0200062"), -1),
    "FR": (fr, ("40326504", "73282932", "55208131", "000123456"), 1),
    "HR": (de, ("3339200596", "1000000000", "2468013579"), -1),
    "HU": (hu, ("1289231", "1000000", "2134567"), -1),
    "IE": (ie, ("6433435", "6433435A", "1234567H", "8D79739"), 7),
    "IT": (it, ("0074311015", "1234567008", "0246813001"), -1),
    "LT": (lt, ("11951151", "10000121", "29006131", "10000190001", "10000461281"), -1),
    "LU": (lu, ("150274", "100000", "265432"), -1),
    "LV": (lv, ("4000352108", "5000000001", "4010203040"), -1),
    "MT": (mt, ("116791", "100001", "200345"), -1),
    "NL": (nl, ("00449544", "12345678", "81034567", "000055567"), 8),
    "PL": (pl, ("856734621", "100000000", "526025099"), -1),
    "PT": (pt, ("50196484", "50000000", "23456789"), -1),
    "RO": (ro, ("1854738", "1859", "100000000"), -1),
    "SE": (se, ("123456789", "556012579", "212000014"), 9),
    "SI": (si, ("5022305", "1000000", "4567890"), -1),
    "SK": (sk, ("202274961", "123000021", "303456789"), -1),
    "XI": (xi, ("4325251", "1234567", "9800000"), -1),
}
