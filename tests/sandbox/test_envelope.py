"""Signatures and encryption against published vectors."""

import pytest

from sandbox.envelope import Unreadable, read, seal, signature, unseal, write

DEMO_KEY = "A" * 43
DEMO_APPID = "wxba5fad812f8e6fb9"
DEMO_ENCRYPT = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsX"
    "UnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajA"
    "sjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
)
DEMO_MESSAGE = (
    '{"ToUserName":"gh_97417a04a28d","FromUserName":"o9AgO5Kd5ggOC-bXrbNODIiE3bGY","CreateTime":1714112445,'
    '"MsgType":"event","Event":"debug_demo","debug_str":"hello world"}'
)


@pytest.mark.parametrize(
    ("timestamp", "nonce", "expected"),
    [
        ("1714036504", "1514711492", "f464b24fc39322e44b38aa78f5edd27bd1441696"),
        ("1714037059", "486452656", "899cf89e464efb63f54ddac96b0a0a235f53aa78"),
        ("1714112445", "415670741", "6c5c811b55cc85e0e1b54100749188c20beb3f5d"),
    ],
)
def test_a_plain_signature_is_that_of_the_official_page(timestamp: str, nonce: str, expected: str) -> None:
    assert signature("AAAAA", timestamp, nonce) == expected


def test_the_sealed_text_takes_part_in_the_message_signature() -> None:
    found = signature("AAAAA", "1714112445", "415670741", DEMO_ENCRYPT)
    assert found == "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3"


def test_the_official_example_opens() -> None:
    assert unseal(DEMO_KEY, DEMO_APPID, DEMO_ENCRYPT) == DEMO_MESSAGE


def test_the_official_example_seals_to_the_same_text() -> None:
    assert seal(DEMO_KEY, DEMO_APPID, DEMO_MESSAGE, b"a8eedb185eb2fecf") == DEMO_ENCRYPT


def test_the_length_counts_bytes_not_characters() -> None:
    key, appid = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "wxb11529c136998cb6"
    expected = "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg=="
    assert seal(key, appid, "我是中文abcd123", b"aaaabbbbccccdddd") == expected


def test_another_appid_cannot_open_it() -> None:
    with pytest.raises(Unreadable, match="not of this appid"):
        unseal(DEMO_KEY, "wx0000000000000000", DEMO_ENCRYPT)


@pytest.mark.parametrize("sealed", ["", "AAAA", "not base64!", DEMO_ENCRYPT[:-4], "A" * 128])
def test_garbage_is_unreadable_and_nothing_worse(sealed: str) -> None:
    with pytest.raises(Unreadable):
        unseal(DEMO_KEY, DEMO_APPID, sealed)


@pytest.mark.parametrize("text", ["你好", "a]]>b", "<xml>&amp;", "two\nlines", "😀"])
def test_any_text_survives_the_way_through_xml(text: str) -> None:
    assert read(write({"Content": text}, "xml")) == {"Content": text}


def test_a_list_becomes_a_repeated_element() -> None:
    written = write({"List": [{"A": "1"}, {"A": "2"}], "Count": 2}, "xml")
    assert read(written) == {"List": [{"A": "1"}, {"A": "2"}], "Count": "2"}
    assert "<Count>2</Count>" in written


def test_a_document_type_is_refused() -> None:
    with pytest.raises(Unreadable):
        read('<!DOCTYPE xml [<!ENTITY a "b">]><xml><Content>&a;</Content></xml>')
