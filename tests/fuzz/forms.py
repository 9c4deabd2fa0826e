"""What files are made of: how their values look, and what any of them may become."""

from __future__ import annotations

from tests.fuzz.mutation import Archive, Form, Raw, words

DEEP = 60
"""Levels that no parser refuses."""

NUMBERS = (
    *words("0¦-1¦1¦0.005¦-0.0¦2017¦65535¦99999999999999"),
    "9" * 40,
    "9" * 5000,
    *words("1e400¦1e-400"),
)
TEXTS = (
    *words("¦甲¦ ¦1¦-0.005¦2017-02-30¦一般公共预算¦项目支出¦比率¦满意¦function:2010601¦*¦((¦%"),
    *words("../../../x¦/etc/passwd"),
    "x" * 5000,
    "长" * 300,
    *words("=1+1¦{{ 1 }}¦{year}¦1e9999999¦９９¦nan¦U+E000"),
)
QUOTED = tuple(f'"{text}"' for text in (*TEXTS, *words("\\u0000¦\\n¦\\t# 甲¦\\u202e¦\\ue000¦\\u001b[31m¦\\\\")))
TOML = Form(
    r'"[^"\n]*"|(?<![\w."-])-?\d[\d_.]*(?![\w"-])|\b(?:true|false)\b|^\[\[?[^\]\n]+\]\]?|^[\w-]+(?= *=)|\[[^\[\]]*\]',
    (
        *NUMBERS,
        *QUOTED,
        *words("nan¦inf¦-inf¦true¦false¦0x7fffffffffffffff¦1979-05-27¦07:32:00¦1979-05-27T07:32:00Z"),
        *words('9999-12-31¦0001-01-01¦[]¦[[]]¦[1]¦["甲", "甲"]¦{}¦{ a = 1 }¦{ "甲" = "乙" }¦[{}]'),
        "[" * DEEP + "]" * DEEP,
        "{a=" * DEEP + "1" + "}" * DEEP,
        *words('"""a\nb"""'),
    ),
)
JSON = Form(
    r'"[^"\n]*"|-?\d[\d.]*|\b(?:true|false|null)\b|\[[^\[\]]*\]|\{[^{}]*\}',
    (
        *NUMBERS,
        *QUOTED,
        *words('null¦true¦false¦NaN¦-Infinity¦[]¦{}¦[1]¦{"a": 1}'),
        "[" * DEEP + "]" * DEEP,
    ),
)
CSV = Form(
    r'[^,\n"]+|"[^"]*"',
    (
        *NUMBERS,
        *TEXTS,
        *words('"a\nb"¦""¦"1,000"¦\'=1¦１００¦-¦是¦5%¦{""cap"": 1}¦\r'),
    ),
)
XML = Archive(
    r'(?<=>)[^<>]+(?=<)|(?<==")[^"<>]*(?=")|<\w+:?\w*/>',
    (
        *words("¦0¦-1¦1¦2¦A1¦B2¦XFD1048576¦A99999999¦1e400¦nan¦-0¦1.5¦99999999999"),
        "9" * 400,
        *words("str¦s¦b¦e¦n¦d¦inlineStr¦2958466¦#N/A¦true¦&#0;¦&amp;¦&#xD800;"),
        "a" * 5000,
        *words("General¦yyyy-mm-dd¦0.00%¦[h]:mm¦auto¦\ufffe¦http://a¦../x.xml¦rId1¦rId9¦<a/>"),
    ),
)
JINJA = Form(
    r"\w+|\{[%{#]-?|-?[%}#]\}|[^\w\s]|\"[^\"\n]*\"",
    (
        *words("0"),
        "9" * 20,
        *words("0.1¦''¦'甲'¦[]¦{}¦(1,)¦**¦*¦~¦+¦%¦//¦|¦.¦not¦in¦is¦if¦loop¦caller¦namespace¦none¦true"),
        *words("self¦varargs¦options¦projects¦headcount¦department¦{{¦}}¦{%¦%}¦{#¦#}¦{% raw %}"),
        *words("{% endfor %}¦{% endif %}¦{% set a = a %}¦{% do a %}¦__class__¦format¦recursive¦else"),
        *words("import¦include¦without context¦join¦first¦list¦# ¦1. ¦function:2010601¦expenditure"),
        *words("project:甲¦stated:x¦1e999¦\ue000¦\ue001¦((¦))¦- "),
    ),
)
RAW = Raw("", ())
