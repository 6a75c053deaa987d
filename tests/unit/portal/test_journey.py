"""The way through publishing, as an address holds it."""

from portal.web.journey import pack, unpack


def test_lines_in_an_address_are_kept_short_and_bounded() -> None:
    assert pack([5, 3, 4, 9, 4]) == "3-5.9"
    assert unpack("3-5.9") == (3, 4, 5, 9)
    assert unpack("x.-.5-.7-x.2") == (2, 5)
    assert len(unpack("1-999999999999999999999999")) == 5000
    assert unpack("9-3") == ()
