import { createHash } from 'node:crypto';

/** The only style of a report; its hash is in the policy of the page, so that no other one is taken. */
export const STYLE_SHEET = `
:root{color-scheme:light dark;--ink:#1d2430;--dim:#667085;--rule:#d5dae1;--one:#2f6fde;--other:#d9822b;--good:#1a7f4b;--bad:#c22f2f;--doubt:#8a6100;--page:#fff}
@media (prefers-color-scheme:dark){:root{--ink:#e4e8ee;--dim:#97a1b0;--rule:#39414d;--one:#7aa7ff;--other:#f0a35c;--good:#5fce94;--bad:#ff8080;--doubt:#e0b354;--page:#14181f}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--page);max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2.2rem;border-bottom:1px solid var(--rule)}h3{font-size:1rem;margin-bottom:.2rem}
.sentence{font-size:1.15rem;padding:.8rem 1rem;border-left:.4rem solid var(--doubt);overflow-wrap:anywhere}
.go{border-color:var(--good)}.no_go,.invalid{border-color:var(--bad)}.dim{color:var(--dim)}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.9rem}.wide{overflow-x:auto}
td,th{padding:.2rem .7rem;border-bottom:1px solid var(--rule);text-align:right;overflow-wrap:anywhere}td:first-child,th:first-child{text-align:left}
svg{width:100%;max-width:640px;height:auto;display:block}svg text{font:11px system-ui,sans-serif;fill:var(--dim)}
.line{fill:none;stroke:var(--one);stroke-width:2}.band{fill:var(--one);opacity:.18}.dot{fill:var(--one)}
.zero{stroke:var(--rule)}.limit{stroke:var(--bad);stroke-dasharray:4 3}
rect.shadow{fill:var(--other);opacity:.55}rect.primary{fill:none;stroke:var(--one);stroke-width:1.5}
.key-one{color:var(--one)}.key-other{color:var(--other)}
pre{white-space:pre-wrap;overflow-wrap:anywhere;border:1px solid var(--rule);padding:.6rem;margin:.3rem 0;max-height:24rem;overflow:auto}
`;

/** As a Content-Security-Policy names it. */
export const STYLE_HASH: string = `sha256-${createHash('sha256').update(STYLE_SHEET).digest('base64')}`;
