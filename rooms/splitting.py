"""拆字: characters that are written as their halves (`贝者` for `赌`), for words that a list has.

Only halves that stand side by side, and only characters whose halves hardly ever meet in honest text.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

_HALVES = """
赌贝者 博十尃 嫖女票 妓女支 奸女干 淫氵壬 骚马蚤 婊女表 娼女昌 妈女马 嫩女敕 她女也
枪木仓 炸火乍 弹弓单 爆火暴 炮火包 杀乂木 刺朿刂 剑佥刂 砍石欠 毁臼工 绑纟邦 抢扌仓
骗马扁 诈讠乍 假亻叚 债亻责 贷代贝 赚贝兼 钱钅戋 银钅艮 账贝长 购贝勾 财贝才 贩贝反 赔贝咅
法氵去 轮车仑 功工力 教孝攵 邪牙阝 佛亻弗 权木又 党尚兄 政正攵 独犭虫 港氵巷 藏艹臧
微彳微 信亻言 钓钅勾 约纟勾 群君羊 加力口 扣扌口 号口丂 粉米分 吸口及 吃口乞 海氵每 洛氵各
烟火因 药艹约 麻广林 醉酉卒 酒氵酉 冰冫水 毒龶母 冻冫东
傻亻夋 滚氵衮 操扌喿 肏入肉 逼辶畐 狗犭句 猪犭者 贱贝戋 杂九木 种禾中 脏月庄 死歹匕 蠢春虫
"""
HALVES = {pair[0]: pair[1:] for pair in _HALVES.split() if len(pair) == 3 and pair[0] not in pair[1:]}
MOST_SPLIT = 3
"""Characters of one word that may be split or not, each on its own: eight forms."""


def split_forms(word: str) -> Iterator[str]:
    """The word with some or all of its characters in halves. A word of one character has none: `木又` is no 权."""
    if len(word) < 2:
        return
    apart = [place for place, character in enumerate(word) if character in HALVES][:MOST_SPLIT]
    for chosen in product((False, True), repeat=len(apart)):
        if any(chosen):
            split = {place for place, yes in zip(apart, chosen, strict=True) if yes}
            yield "".join(HALVES[c] if place in split else c for place, c in enumerate(word))
