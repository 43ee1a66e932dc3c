"""Emails that no good program sends, by what is wrong with them."""

from __future__ import annotations


def _deep(levels: int) -> bytes:
    """Multiparts inside each other."""
    opened = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(levels)
    )
    return b"Subject: deep\r\n" + opened + b"\r\nwithin"


_PLAIN = b"Subject: S\r\nTo: a@b.example\r\n"

MALFORMED: dict[str, bytes] = {
    "nothing": b"",
    "a line end": b"\r\n",
    "no header": b"\r\nHello",
    "no body": _PLAIN + b"\r\n",
    "headers that never end": _PLAIN,
    "a NUL": _PLAIN + b"\r\na\0b",
    "nothing but NULs": b"\0" * 1000,
    "raw bytes in a header": b"Subject: caf\xe9 \xff\xfe\r\nTo: \xe9@b.example\r\n\r\nHello",
    "raw bytes in a Message-ID": b"Message-ID: <\xff\xe9@b>\r\n\r\nHello",
    "raw bytes in the body": _PLAIN + b"\r\ncaf\xe9 \xff",
    "a lone surrogate in UTF-8": b"Subject: \xed\xa0\x80\r\n\r\n\xed\xa0\x80",
    "an encoded word with a surrogate": b"Subject: =?utf-8?b?7aCA?=\r\n\r\nHello",
    "an encoded word cut off": b"Subject: =?utf-8?q?abc\r\nTo: =?utf-8?b?!!!?= <a@b.example>\r\n\r\nHello",
    "an encoded word with line breaks": b"Subject: =?utf-8?q?a=0d=0aBcc:_x=40y?=\r\n\r\nHello",
    "an encoded word in no charset": b"Subject: =?no-such?q?abc?=\r\n\r\nHello",
    "an address that is none": b"To: <<@>>,,;:\"\r\nFrom: (((\r\n\r\nHello",
    "a group that never ends": b"To: group: a@b.example, (\r\n\r\nHello",
    "an address with a dot at its end": b"To: a.@b.example, .@., @\r\n\r\nHello",
    "an empty Message-ID": b"Message-ID: \r\n\r\nHello",
    "a Message-ID cut off": b"Message-ID: <abc@\r\n\r\nHello",
    "a Message-ID of brackets": b"Message-ID: <[\r\n\r\nHello",
    "a date that is none": b"Date: 99 Foo 99999 99:99:99 +9999\r\n" + _PLAIN + b"\r\nHello",
    "a header of 100,000 characters": b"Subject: " + b"x" * 100_000 + b"\r\n\r\nHello",
    "ten thousand headers": b"X-A: b\r\n" * 10_000 + b"\r\nHello",
    "a header without a name": b": x\r\n" + _PLAIN + b"\r\nHello",
    "a fold before any header": b" folded\r\n" + _PLAIN + b"\r\nHello",
    "a charset nobody knows": _PLAIN + b"Content-Type: text/plain; charset=no-such\r\n\r\nHello \xff",
    "a charset of quotes": _PLAIN + b"Content-Type: text/plain; charset=\"\"\"\r\n\r\nHello",
    "a charset that is no text": _PLAIN + b"Content-Type: text/plain; charset=hex\r\n\r\nHello",
    "a charset with a NUL": _PLAIN + b"Content-Type: text/plain; charset=\"a\0b\"\r\n\r\nHello",
    "a charset in pieces": _PLAIN + b"Content-Type: text/plain; charset*1=x; charset*0*=utf-8''%ff\r\n\r\nHello",
    "UTF-16 cut off": _PLAIN + b"Content-Type: text/plain; charset=utf-16\r\n\r\nH\0e",
    "UTF-7": _PLAIN + b"Content-Type: text/plain; charset=utf-7\r\n\r\n+AGE-+\xff",
    "base64 that is none": _PLAIN + b"Content-Transfer-Encoding: base64\r\n\r\n!!!a",
    "quoted-printable that is none": _PLAIN + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n=ZZ=",
    "uuencoding that is none": _PLAIN + b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 666\r\nx\r\n",
    "an encoding nobody knows": _PLAIN + b"Content-Transfer-Encoding: x-zip\r\n\r\nHello",
    "a type that is none": _PLAIN + b"Content-Type: ;;;/\r\n\r\nHello",
    "a multipart without a boundary": _PLAIN + b"Content-Type: multipart/mixed\r\n\r\nHello",
    "a multipart that is plain text": _PLAIN + b"Content-Type: multipart/alternative; boundary=b\r\n\r\nHello",
    "a multipart that never ends": _PLAIN + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n",
    "a multipart in base64": _PLAIN + b"Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: base64\r\n\r\n--b\r\n\r\nx\r\n--b--",
    "a related part that is missing": _PLAIN + b"Content-Type: multipart/related; boundary=b; start=\"<no>\"\r\n\r\n--b\r\n\r\nx\r\n--b--",
    "an email within that is none": _PLAIN + b"Content-Type: message/rfc822\r\n\r\n\0\xff",
    "a delivery status that is none": _PLAIN + b"Content-Type: message/delivery-status\r\n\r\n\0\xff\r\n\r\n:",
    "a disposition that is none": _PLAIN + b"Content-Disposition: ;=\";\r\n\r\nHello",
    "a bomb of multiparts": _deep(3000),
    "two types": _PLAIN + b"Content-Type: text/html\r\nContent-Type: text/plain\r\n\r\n<b>Hello",
    "HTML of surrogates": _PLAIN + b"Content-Type: text/html; charset=utf-8\r\n\r\n<head>\xed\xa0\x80</head>",
}  # fmt: skip
