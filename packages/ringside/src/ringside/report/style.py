"""The look of the HTML report: light and dark by the reader's own setting, one column on a phone."""

CSS = """
:root {
  color-scheme: light dark;
  --page: #ffffff; --ink: #1f2328; --soft: #59636e; --line: #d1d9e0; --band: #f6f8fa;
  --ours: #0550ae; --theirs: #953800; --good: #116329; --open: #7d4e00; --bad: #a40e26;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0d1117; --ink: #e6edf3; --soft: #9ea7b3; --line: #3d444d; --band: #161b22;
    --ours: #79c0ff; --theirs: #ffa657; --good: #56d364; --open: #e3b341; --bad: #ff8182;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 68rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.35rem; line-height: 1.35; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem; padding-bottom: .3rem; border-bottom: 1px solid var(--line); }
h2 small { color: var(--soft); font-weight: normal; font-size: .9rem; }
h3 { font-size: 1rem; margin: 0 0 .4rem; }
p { margin: .6rem 0; max-width: 48rem; overflow-wrap: anywhere; }
.verdict { border-left: .4rem solid var(--tone); background: var(--band); padding: .9rem 1rem; }
.verdict p { margin: 0 0 .2rem; color: var(--soft); }
.good { --tone: var(--good); } .open { --tone: var(--open); } .bad { --tone: var(--bad); }
.loud { border: 2px solid var(--open); padding: 0 1rem 1rem; margin-top: 1.5rem; }
.loud h2 { margin-top: .8rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .2rem 1rem; padding: 0; list-style: none; }
a { color: var(--ours); }
.scroll { overflow-x: auto; margin: .8rem 0; }
.scroll:focus-visible { outline: 2px solid var(--ours); }
table { border-collapse: collapse; font-size: .9rem; }
caption { text-align: left; font-weight: 600; padding: .3rem 0; }
th, td { border: 1px solid var(--line); padding: .3rem .6rem; text-align: left; vertical-align: top; }
thead th { background: var(--band); }
tbody th { font-weight: normal; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
code, pre { font: .9em ui-monospace, monospace; overflow-wrap: anywhere; }
table code { white-space: nowrap; overflow-wrap: normal; }
pre { background: var(--band); padding: .8rem; overflow-x: auto; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); gap: 1.2rem; }
figure { margin: 0; max-width: 34rem; }
figcaption { color: var(--soft); font-size: .9rem; }
svg { width: 100%; height: auto; display: block; }
svg text { fill: var(--ink); font: 11px system-ui, sans-serif; }
svg .soft { fill: var(--soft); }
svg .axis { stroke: var(--line); fill: none; }
svg .zero { stroke: var(--soft); stroke-dasharray: 2 3; fill: none; }
svg .ours { stroke: var(--ours); fill: none; stroke-width: 2; }
svg .theirs { stroke: var(--theirs); fill: none; stroke-width: 2; stroke-dasharray: 5 3; }
svg .ours-mark { fill: var(--ours); stroke: var(--ours); }
svg .theirs-mark { fill: var(--page); stroke: var(--theirs); stroke-width: 1.6; }
svg .bar { stroke: var(--ink); stroke-width: 1.6; }
svg .mark { fill: var(--ink); }
@media print { nav { display: none; } body { font-size: 11pt; } }
"""
"""Every colour of text and of marks has at least 4.5 to 1 against the page it stands on."""
