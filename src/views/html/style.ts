/**
 * The style of the HTML report, for light and dark mode, paper and phones, from one set of names.
 * Colours are named by meaning and meet WCAG AA on their backgrounds in both modes. Each colour is used
 * together with a word or a pattern. The file is long because a style sheet is a list.
 */
import { html } from './markup.ts'

/** Base64 SHA-256 of the text in the element below, for the content security policy. */
export const STYLE_HASH = 'CO+7CfrnJ0DCuNEAubjQCdavA1yn+1DceJ4H3sH4MCA='

export const STYLE = html`<style>
:root {
  color-scheme: light dark;
  --page: #f5f6f8;
  --surface: #ffffff;
  --sunken: #eff1f4;
  --ink: #1a2028;
  --muted: #55606d;
  --line: #d9dee4;
  --link: #1f5a9e;
  --bar: #54779f;
  --pale: #b9c3ce;
  --red: #a8201a;
  --red-ground: #fcebea;
  --red-line: #d9534c;
  --amber: #7a4a00;
  --amber-ground: #fdf3dc;
  --amber-line: #c98a1b;
  --green: #17603a;
  --green-ground: #e6f4ec;
  --green-line: #3c9a66;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #12161b;
    --surface: #1a2027;
    --sunken: #242b34;
    --ink: #e4e8ed;
    --muted: #a3adb9;
    --line: #333c47;
    --link: #8fbdf2;
    --bar: #7299c6;
    --pale: #56626f;
    --red: #ff9d94;
    --red-ground: #391d1c;
    --red-line: #e0625a;
    --amber: #f1c471;
    --amber-ground: #33290f;
    --amber-line: #c4912f;
    --green: #83d9a6;
    --green-ground: #152e21;
    --green-line: #3f9c6a;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto;
  padding: 0 1rem 3rem;
  max-width: 72rem;
  background: var(--page);
  color: var(--ink);
  font: 1rem/1.5 -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif;
  overflow-wrap: anywhere;
  -webkit-text-size-adjust: 100%;
}
h1, h2, h3, h4, p, ul, ol, dl, dd, figure, pre { margin: 0; }
ul, ol { padding: 0; list-style: none; }
h2 { font-size: 1.375rem; line-height: 1.3; }
h3 { font-size: 1.125rem; }
h4 { font-size: 1rem; }
a { color: var(--link); }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; font-size: 0.875em; }
pre {
  margin-top: 0.25rem;
  padding: 0.5rem 0.75rem;
  background: var(--sunken);
  border-radius: 0.25rem;
  white-space: pre-wrap;
}
mark { background: var(--amber-ground); color: var(--amber); text-decoration: underline; }
.masthead {
  display: flex;
  flex-wrap: wrap;
  justify-content: space-between;
  gap: 0 1rem;
  padding: 1rem 0 0.75rem;
  color: var(--muted);
  font-size: 0.875rem;
}
.masthead strong { color: var(--ink); }
.muted, .place, .rest, .number { color: var(--muted); }
.place, .rest { font-size: 0.875rem; }
.count {
  padding: 0 0.45em;
  border-radius: 1em;
  background: var(--sunken);
  color: var(--muted);
  font-size: 0.8125rem;
  font-weight: 600;
}
.patterns { position: absolute; }
.sign {
  width: 1em;
  height: 1em;
  vertical-align: -0.12em;
  fill: none;
  stroke: currentColor;
  stroke-width: 2;
  stroke-linecap: round;
  stroke-linejoin: round;
}
.banner {
  padding: 1rem 1.5rem;
  border: 1px solid;
  border-left-width: 0.5rem;
  border-radius: 0.5rem;
}
.banner h1 { font-size: 2rem; line-height: 1.2; letter-spacing: 0.02em; }
.banner .summary { margin: 0.25rem 0; font-size: 1.125rem; font-weight: 600; }
.banner .summary::first-letter { text-transform: uppercase; }
.banner p { color: var(--ink); }
.banner.drift { background: var(--red-ground); border-color: var(--red-line); color: var(--red); }
.banner.none { background: var(--amber-ground); border-color: var(--amber-line); color: var(--amber); }
.banner.in_sync { background: var(--green-ground); border-color: var(--green-line); color: var(--green); }
.verdict { font-weight: 700; white-space: nowrap; }
.verdict.drift { color: var(--red); }
.verdict.none { color: var(--amber); }
.verdict.in_sync { color: var(--green); }
.index { margin-top: 1.5rem; }
.account { margin-top: 2rem; }
.account.folded + .account.folded { margin-top: 0; }
.account > header { border-bottom: 1px solid var(--line); padding-bottom: 0.75rem; }
.account nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; margin-top: 0.5rem; font-size: 0.9375rem; }
.account > section { margin-top: 1.75rem; }
.account > section > h3 { margin-bottom: 0.5rem; }
.account > section > p + table, .facts + p, ol + .rest, table + .rest { margin-top: 0.75rem; }
.cards { margin-top: 1rem; }
.card {
  margin-bottom: 1rem;
  padding: 1rem 1.25rem;
  background: var(--surface);
  border: 1px solid var(--line);
  border-left: 0.3125rem solid var(--pale);
  border-radius: 0.375rem;
}
.card.critical, .card.high { border-left-color: var(--red-line); }
.card.medium, .card.unsure { border-left-color: var(--amber-line); }
.card > p, .card > header > p { margin-top: 0.375rem; max-width: 50rem; }
.badges { display: flex; flex-wrap: wrap; gap: 0.375rem 0.5rem; align-items: center; }
.badges code { color: var(--muted); }
.badge {
  display: inline-block;
  padding: 0 0.5em;
  border: 1px solid var(--line);
  border-radius: 0.25rem;
  background: var(--sunken);
  color: var(--ink);
  font-size: 0.8125rem;
  font-weight: 600;
  white-space: nowrap;
}
.badge.critical { background: var(--red); border-color: var(--red); color: var(--surface); }
.badge.high, .badge.delete { background: var(--red-ground); border-color: var(--red-line); color: var(--red); }
.badge.medium, .badge.update, .badge.unsure { background: var(--amber-ground); border-color: var(--amber-line); color: var(--amber); }
.badge.create { background: var(--green-ground); border-color: var(--green-line); color: var(--green); }
.entries > li { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 0.375rem 1.5rem; margin-top: 0.75rem; padding-top: 0.75rem; border-top: 1px solid var(--line); }
.policy-fix { font-size: 0.875rem; }
.glance { display: grid; align-items: start; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 1rem; }
figure { padding: 1rem 1.25rem; background: var(--surface); border: 1px solid var(--line); border-radius: 0.375rem; }
figcaption { font-weight: 600; }
.chart + .rest { margin-top: 0.5rem; }
.chart > div { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: baseline; gap: 0 1rem; margin-top: 0.625rem; }
.chart dt { font-size: 0.9375rem; }
.chart .bar { width: 100%; }
.chart dd { color: var(--muted); font-size: 0.875rem; }
.chart svg { display: block; height: 0.875rem; margin-top: 0.125rem; }
rect.fine { fill: var(--bar); }
rect.drift { fill: url(#hatched); }
rect.warning { fill: url(#dotted); }
rect.waived { fill: url(#ticked); }
rect.off { fill: url(#lined); }
rect.unmanaged { fill: var(--pale); }
rect.ignored { fill: var(--line); }
.chart rect { stroke: var(--surface); stroke-width: 1.5; }
#hatched .ground { fill: var(--red-line); }
#hatched .stripe { fill: var(--red-ground); }
#ticked .ground { fill: var(--amber-ground); }
#ticked .stripe { fill: var(--amber-line); }
#lined .ground { fill: var(--pale); }
#lined .stripe { fill: var(--muted); }
#dotted .ground { fill: var(--amber-ground); }
#dotted .dot { fill: var(--amber-line); }
.legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; margin-top: 0.625rem; color: var(--muted); font-size: 0.875rem; }
.legend svg { vertical-align: -0.06em; }
.legend rect { stroke: var(--pale); }
.columns { counter-reset: column; columns: 12rem auto; column-gap: 1.5rem; font-size: 0.875rem; }
.columns li { counter-increment: column; }
.columns li::before { content: counter(column) " "; color: var(--muted); font-variant-numeric: tabular-nums; }
.matrix { margin-top: 0.75rem; padding: 0 1rem; background: var(--surface); border: 1px solid var(--line); border-radius: 0.375rem; font-size: 0.9375rem; }
.matrix li { display: grid; grid-template-columns: minmax(0, 20rem) minmax(0, 1fr); align-items: center; gap: 0 1rem; padding: 0.25rem 0; }
.matrix li + li { border-top: 1px solid var(--line); }
.matrix svg { max-width: 100%; height: auto; }
.matrix text { fill: var(--muted); font-size: 9px; text-anchor: middle; }
.matrix .muted { font-size: 0.8125rem; }
.drawn .named { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.cell { fill: none; stroke: var(--line); }
rect.cells { fill: url(#cells); }
path.whole { fill: none; stroke: var(--bar); stroke-width: 10; }
path.part { fill: var(--bar); }
path.unsure { fill: none; stroke: var(--amber-line); stroke-width: 2; }
.changes { counter-reset: change; }
.changes > li { counter-increment: change; padding: 0.5rem 0 0.5rem 2.5rem; border-top: 1px solid var(--line); position: relative; }
.changes > li::before { content: counter(change) "."; position: absolute; left: 0; color: var(--muted); font-variant-numeric: tabular-nums; }
.changes > li:first-child { margin-top: 0.5rem; }
.changes ul { color: var(--muted); font-size: 0.9375rem; }
.changes ul strong { color: var(--ink); }
table { width: 100%; border-collapse: collapse; background: var(--surface); border: 1px solid var(--line); font-size: 0.9375rem; }
th, td { padding: 0.5rem 0.75rem; border-top: 1px solid var(--line); text-align: left; vertical-align: top; }
th { font-weight: 400; }
bdi { white-space: nowrap; }
bdi.long { white-space: normal; }
.date { white-space: nowrap; }
.name { display: inline-block; color: var(--muted); }
.risks { display: flex; flex-wrap: wrap; gap: 0.5rem; margin-bottom: 0.75rem; }
.risks .badge { padding: 0.125rem 0.75rem; font-size: 1rem; }
.own { margin-top: 0.25rem; min-width: 12rem; font-size: 0.875rem; overflow-wrap: anywhere; }
.own > li + li { margin-top: 0.25rem; }
details > summary { padding: 0.5rem 0; color: var(--link); cursor: pointer; }
.account > details > summary { color: var(--ink); }
.account > details h2 { display: inline; font-size: 1.125rem; }
table + details { margin-top: 0.75rem; }
thead th { border-top: 0; background: var(--sunken); color: var(--muted); font-size: 0.8125rem; font-weight: 600; white-space: nowrap; }
tbody th { min-width: 16rem; }
td { overflow-wrap: break-word; }
td bdi.long, td code, td .place { overflow-wrap: anywhere; }
.members { columns: 2 18rem; column-gap: 1.5rem; }
.mark { font-size: 0.8125rem; font-weight: 600; color: var(--muted); white-space: nowrap; }
.mark.drift { color: var(--red); }
.mark.warning, .mark.waived { color: var(--amber); }
td .mark { font-size: inherit; }
.members .mark { font-size: 0.8125rem; }
.facts { background: var(--surface); border: 1px solid var(--line); border-radius: 0.375rem; padding: 0.25rem 1.25rem; }
.facts > div { display: grid; grid-template-columns: 12rem 1fr; gap: 0 1rem; padding: 0.375rem 0; }
.facts > div + div { border-top: 1px solid var(--line); }
.facts dt { color: var(--muted); }
footer { margin-top: 2.5rem; padding-top: 1rem; border-top: 1px solid var(--line); }
@media screen and (max-width: 45rem) {
  .banner { padding: 1rem; }
  .banner h1 { font-size: 1.625rem; }
  .card, figure { padding: 0.75rem 1rem; }
  .facts { padding: 0.25rem 1rem; }
  .facts > div { grid-template-columns: 1fr; }
  table, tbody, tr, th, td { display: block; }
  table { border: 0; background: none; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tr { margin-bottom: 0.75rem; padding: 0.5rem 1rem; background: var(--surface); border: 1px solid var(--line); border-radius: 0.375rem; }
  th, td { padding: 0.25rem 0; border: 0; }
  tbody th { min-width: 0; }
  bdi { white-space: normal; }
  td { display: grid; grid-template-columns: 6.5rem minmax(0, 1fr); gap: 0 0.75rem; }
  td::before { content: attr(data-head); color: var(--muted); }
  .members { columns: auto; }
  .columns, .columns + .legend, .matrix svg, .matrix .numbers { display: none; }
  .matrix { padding: 0; border: 0; background: none; }
  .matrix li { display: block; margin-bottom: 0.75rem; padding: 0.5rem 1rem; background: var(--surface); border: 1px solid var(--line); border-radius: 0.375rem; }
  .drawn .named { position: static; width: auto; height: auto; overflow: visible; clip-path: none; }
  .own { min-width: 0; }
}
@media print {
  :root { color-scheme: light; --page: #ffffff; font-size: 9.5pt; }
  @page { margin: 14mm; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { padding: 0; max-width: none; }
  table, .own { font-size: 0.8125rem; }
  tbody th { min-width: 14rem; }
  th, td { padding: 0.25rem 0.375rem; }
  bdi { white-space: normal; overflow-wrap: break-word; }
  bdi.long, tbody th bdi { overflow-wrap: anywhere; }
  tr:has(.members) > th { min-width: 7rem; }
  .members { columns: 2 11rem; column-gap: 1rem; font-size: 0.75rem; }
  .own { min-width: 7rem; }
  .account nav { display: none; }
  .account + .account:not(.folded) { break-before: page; }
  h2, h3, h4, thead, summary, .card > header, .account > section > p { break-after: avoid; }
  .entries > li:first-child { break-before: avoid; }
  details::details-content { display: block; content-visibility: visible; height: auto; }
  details > summary { list-style: none; color: var(--ink); }
  tr, figure, .matrix li, .card > header, .entries > li, .changes > li, .facts > div, .banner { break-inside: avoid; }
}
</style>`
