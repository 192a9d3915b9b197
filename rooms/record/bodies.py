"""How entries' wire forms lie at rest: as they are, compressed where that saves, or sealed.

The first byte tells: `{` is JSON as it was published; 1 is zstd with the dictionary below; 2 is sealed under an
organization's data key (see `keyring`) and holds one of the former. What is sealed is bound to its place in the log, so
that it cannot be moved to another.
"""

from __future__ import annotations

from zstandard import (
    DICT_TYPE_RAWCONTENT,
    FORMAT_ZSTD1_MAGICLESS,
    ZstdCompressionDict,
    ZstdCompressionParameters,
    ZstdCompressor,
    ZstdDecompressor,
    ZstdError,
)

COMPRESSED, SEALED = b"\x01", b"\x02"
SHORTEST, LEVEL, LARGEST = 128, 3, 1 << 24
"""Frames up to 128 bytes stay as they are; nothing that unpacks to more than 16 MiB is unpacked."""

DICTIONARY = """{"op":"announced","channel":"c_","epoch":"e1","seq":1,"at":17,"text":"","by":"s_"}
{"op":"edited","of":1,"body":{"text":""}}{"op":"rules","muted_all":true,"slow_seconds":0}{"op":"pinned","of":1,"on":true}
{"op":"recalled","of":1,"by":"u_"}{"op":"muted","user":"u_","until":null,"reason":"","by":"u_"}
"type":"voice","body":{"media":"m_","seconds":"poster":"m_"type":"file","body":{"media":"m_","name":".pdf","bytes":
"type":"location","body":{"latitude":31.,"longitude":121.,"name":"","address":"上海市北京市广东省深圳市杭州市"}
"type":"link","body":{"title":"","url":"https://www.mp.weixin.qq.com/s/","description":""}
大家好 谢谢 不好意思 没有 可以 我们 你们 他们 什么 怎么 为什么 现在 今天 明天 昨天
时候 知道 觉得 喜欢 应该 已经 因为 所以 但是 如果 就是 还是 不是 这个 那个 一个 这样
一下 一起 有点 真的 好的 收到 哈哈哈 嗯嗯 早上好 晚安 请问 多少钱 请大家 注意 通知
会议 工作 公司 老师 同学 孩子
,"from":{"id":"u_","name":"","door":"console"},"type":"image","body":{"media":"m_","width":1080,"height":1920},"reply_to":
{"op":"message","channel":"c_","epoch":"e1","seq":1,"at":18,"from":{"id":"u_","name":"","door":"wechat"},"type":"text",\
"body":{"text":""},"client_id":"wx"}
{"op":"message","channel":"c_","epoch":"e1","seq":1,"at":18,"from":{"id":"u_","name":"","door":"miniprogram"},\
"type":"text","body":{"text":"""
"""What frames begin like and what people often say: made by hand, so that nothing anybody said is kept in it. What was
compressed with it can only be read with it: a better one is another number, beside this one."""

_dictionary = ZstdCompressionDict(DICTIONARY.encode(), dict_type=DICT_TYPE_RAWCONTENT)
_dictionary.precompute_compress(level=LEVEL)
_parameters = ZstdCompressionParameters.from_level(
    LEVEL, format=FORMAT_ZSTD1_MAGICLESS, write_content_size=True, write_checksum=False, write_dict_id=False)
_compressors: list[ZstdCompressor] = []
_decompressors: list[ZstdDecompressor] = []
"""Those that nobody uses right now: one serves one thread at a time."""


def packed(frame: bytes) -> bytes:
    """Compressed if it is long and that saves, else as it is."""
    if len(frame) <= SHORTEST:
        return frame
    compressor = _compressors.pop() if _compressors else ZstdCompressor(
        dict_data=_dictionary, compression_params=_parameters)
    small = compressor.compress(frame)
    _compressors.append(compressor)
    return COMPRESSED + small if len(small) + 1 < len(frame) else frame


def unpacked(data: bytes) -> bytes:
    """Raises ValueError for what is neither JSON nor compressed by us."""
    if data[:1] != COMPRESSED:
        return data
    decompressor = _decompressors.pop() if _decompressors else ZstdDecompressor(
        dict_data=_dictionary, format=FORMAT_ZSTD1_MAGICLESS, max_window_size=LARGEST)
    try:
        frame = decompressor.decompress(data[1:], max_output_size=LARGEST)
    except ZstdError as error:
        raise ValueError(f"a frame that cannot be unpacked: {error}") from error
    _decompressors.append(decompressor)
    return frame
