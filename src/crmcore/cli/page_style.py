"""How a page looks: in light and dark, on a narrow screen, and on paper."""

from typing import Final

STYLE: Final = """
:root{color-scheme:light dark;--page:#fff;--text:#1b1f24;--soft:#59636e;--rule:#d4dae0;--band:#f4f6f8;--note:#fff5d6;
--accent:#1a5fb4;--below:#b3400f;--strong:#fff;
--c1:#1f6fc5;--c2:#c9510c;--c3:#15803d;--c4:#a21caf;--c5:#927200;--c6:#0e7490;--c7:#be123c;--c8:#5b5bd6}
@media (prefers-color-scheme:dark){:root{--page:#14181d;--text:#e4e8ec;--soft:#9aa5b1;--rule:#39424d;--band:#1d232a;
--note:#3a3115;--accent:#78b7ff;--below:#ff9a66;--strong:#0d1117;
--c1:#6cb2ff;--c2:#ff9e5e;--c3:#6fd68b;--c4:#e29bf0;--c5:#dfc150;--c6:#5fd0dd;--c7:#ff8fa3;--c8:#a9a9ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,
"Noto Sans","PingFang SC","Microsoft YaHei","Noto Sans CJK SC","WenQuanYi Micro Hei",sans-serif}
main{max-width:76rem;margin:0 auto;padding:1.5rem 1.25rem 3rem}
h2{font-size:1.15rem;line-height:1.3;margin:0 0 .75rem;overflow-wrap:anywhere}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 .25rem;overflow-wrap:anywhere}
p{margin:.25rem 0;max-width:46rem}
.soft{color:var(--soft)}
.note{background:var(--note);padding:.5rem .75rem;border-radius:6px;margin:.75rem 0}
section{margin:1.75rem 0 2.5rem}
figure{margin:0 0 1.5rem;max-width:46rem}
figcaption{font-weight:600;margin-bottom:.5rem}
figure.wide{max-width:none}
.scroll{overflow-x:auto}
.scroll:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;list-style:none;margin:0 0 .75rem;padding:0;font-size:.87rem}
.legend svg{margin-right:.4rem;vertical-align:-1px}
table{border-collapse:collapse;font-size:.93rem}
th,td{padding:.35rem .75rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--rule)}
th:first-child,td:first-child{padding-left:.25rem}
thead th{border-bottom:2px solid var(--rule);vertical-align:bottom;font-weight:600}
tbody th{font-weight:500}
thead th,thead .n{white-space:normal;min-width:6em}
:lang(zh) th:not(.n),:lang(zh) td:not(.n){min-width:8em}
tbody tr:nth-child(even){background:var(--band)}
td,tbody th{max-width:34rem;overflow-wrap:break-word}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.w{white-space:nowrap}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
pre{white-space:pre-wrap;overflow-wrap:anywhere;font:13px/1.55 ui-monospace,SFMono-Regular,Menlo,Consolas,
"WenQuanYi Micro Hei Mono",monospace}
.chart{display:block;overflow:visible;font-size:13px;font-variant-numeric:tabular-nums}
.chart text{fill:var(--text)}
.chart .value,.chart .tick{fill:var(--soft);font-size:12px}
.chart .name,.chart .tick{paint-order:stroke;stroke:var(--page);stroke-width:4px;stroke-linejoin:round}
.chart .zero{stroke:var(--soft)}
.chart .grid{stroke:var(--rule)}
.chart .line{fill:none;stroke-width:2px;stroke-linecap:round}
.chart .cell{fill:var(--accent);stroke:var(--rule);stroke-width:.5px}
.chart .below{fill:var(--below)}
.chart .strong{fill:var(--strong)}
.s1{fill:var(--c1);stroke:var(--c1)}.s2{fill:var(--c2);stroke:var(--c2)}.s3{fill:var(--c3);stroke:var(--c3)}
.s4{fill:var(--c4);stroke:var(--c4)}.s5{fill:var(--c5);stroke:var(--c5)}.s6{fill:var(--c6);stroke:var(--c6)}
.s7{fill:var(--c7);stroke:var(--c7)}.s8{fill:var(--c8);stroke:var(--c8)}
rect[class^="s"]{stroke:none}
.pale{opacity:.5}
@media print{:root{--page:#fff;--text:#000;--soft:#444;--rule:#bbb;--band:#f4f6f8;--note:#fff;--accent:#1a5fb4;
--below:#b3400f;--strong:#fff;--c1:#1f6fc5;--c2:#c9510c;--c3:#15803d;--c4:#a21caf;--c5:#927200;--c6:#0e7490;
--c7:#be123c;--c8:#5b5bd6}
body{font-size:10pt}main{max-width:none;padding:0}.scroll{overflow:visible}.chart{max-width:100%}
.chart.heatmap{height:auto}.chart,tr{break-inside:avoid}thead{display:table-header-group}
.chart *,.legend *,tr,.note{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
"""
"""It refers to nothing outside the page, and has no mark that would end it."""
