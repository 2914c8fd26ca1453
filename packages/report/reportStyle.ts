/** Quiet, printable, light and dark, without anything fetched. */
export const reportStyle = `
:root{color-scheme:light dark;--ink:#1c2733;--soft:#5b6875;--line:#d8dfe5;--ground:#fff;--sunken:#f4f6f8;--accent:#0b6e72;--second:#a85b00;--third:#7b3fb0;--amber:#7a4d00;--amber-soft:#fff3d6}
@media (prefers-color-scheme:dark){:root{--ink:#e6ebf0;--soft:#9fabb7;--line:#36424e;--ground:#141a20;--sunken:#1d252d;--accent:#4fc3c7;--second:#f0a94a;--third:#c39bea;--amber:#ffd58a;--amber-soft:#3a2d12}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 Inter,system-ui,sans-serif;font-variant-numeric:tabular-nums}
main{max-width:1000px;margin:0 auto;padding:28px 20px 60px}
h1{font-size:26px;line-height:1.2;margin:0}
h2{font-size:19px;margin:38px 0 8px;padding-top:14px;border-top:1px solid var(--line)}
h3{font-size:15px;margin:20px 0 6px}
h4{font-size:14px;font-weight:600;margin:0 0 4px}
p{margin:6px 0;max-width:75ch}
.quiet,figcaption,footer{color:var(--soft);font-size:13px}
.warning{background:var(--amber-soft);color:var(--amber);padding:8px 12px;border-radius:6px}
.scroll{overflow-x:auto}
table{border-collapse:collapse;margin:8px 0 12px;font-size:14px}
th,td{padding:4px 16px 4px 0;border-bottom:1px solid var(--line);text-align:right;vertical-align:top}
th:first-child{text-align:left;font-weight:400;color:var(--soft)}
thead th{font-weight:600}
td{overflow-wrap:anywhere}
.words td{text-align:left;font-size:13px}
.words th{white-space:nowrap}
.grid{display:grid;grid-template-columns:repeat(auto-fit,minmax(300px,1fr));gap:16px 24px;margin:12px 0}
figure{margin:0}
svg{width:100%;height:auto;display:block}
.chart text{font:11px Inter,system-ui,sans-serif;fill:var(--soft)}
.chart .grid{stroke:var(--line);stroke-width:1}
.line{fill:none;stroke-linejoin:round}
.line.bold{stroke:var(--accent);stroke-width:2.5}
.line.thin{stroke:var(--soft);stroke-width:1.2}
.line.dashed{stroke:var(--ink);stroke-width:1.5;stroke-dasharray:6 4}
.line.second{stroke:var(--second);stroke-width:1.5;stroke-dasharray:2 3}
.line.third{stroke:var(--third);stroke-width:1.75;stroke-dasharray:9 3 2 3}
circle.bold{fill:var(--accent)}
path.mark{stroke:var(--ink);stroke-width:1;stroke-dasharray:3 3;fill:none}
.key{display:inline-block;width:18px;height:0;border-top:2px solid var(--accent);vertical-align:middle;margin:0 5px 0 12px}
.key:first-child{margin-left:0}
.key.thin{border-top:1px solid var(--soft)}
.key.dashed{border-top:2px dashed var(--ink)}
.key.second{border-top:2px dotted var(--second)}
.key.third{border-top:2px dashed var(--third)}
.key.box{height:11px;width:16px;border:2px solid}
.train{fill:rgb(0 114 178/.16);stroke:#0072b2;stroke-width:1.2}.key.train{border-color:#0072b2}
.validation{fill:rgb(230 159 0/.26);stroke:#e69f00;stroke-width:1.2;stroke-dasharray:4 2}.key.validation{border-color:#e69f00;border-style:dashed}
.holdout{fill:rgb(148 87 201/.2);stroke:#9457c9;stroke-width:2;stroke-dasharray:8 4}.key.holdout{border-color:#9457c9;border-style:dashed}
.label{fill:none;stroke:#fff;stroke-width:.9}.key.label{border-color:#fff;outline:1px solid var(--soft)}
.swatch{display:inline-block;width:12px;height:12px;border-radius:2px;border:1px solid rgb(0 0 0/.35);margin-right:7px;vertical-align:-1px}
.ground{max-height:640px;background:var(--sunken)}
.chip{margin:0 0 14px}
.chip div{display:grid;grid-template-columns:repeat(3,1fr);gap:6px;max-width:780px}
.chip img{width:100%;image-rendering:pixelated;background:var(--sunken);display:block}
footer{margin-top:40px}
@media print{:root{color-scheme:light}section{break-inside:avoid-page}}
`;
