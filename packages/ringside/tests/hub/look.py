"""How the page of `hub.page` looks."""

STYLE = """
:root { --text: #1f2328; --muted: #59636e; --line: #d1d9e0; --soft: #f6f8fa; --back: #fff; --link: #0969da;
  --good: #1a7f37; --bad: #cf222e; --wait: #9a6700; --done: #8250df; --grey: #6e7781; }
@media (prefers-color-scheme: dark) { :root { --text: #f0f6fc; --muted: #9198a1; --line: #3d444d; --soft: #151b23;
  --back: #0d1117; --link: #4493f8; --good: #3fb950; --bad: #f85149; --wait: #d29922; --done: #ab7df8; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text);
  font: 14px/1.5 -apple-system, BlinkMacSystemFont, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; }
header { padding: 20px 32px 8px; border-bottom: 1px solid var(--line); background: var(--soft); }
header h1 { margin: 0 0 8px; font-size: 22px; }
a { color: var(--link); text-decoration: none; }
a:hover { text-decoration: underline; }
code, pre { font: 12px/1.45 ui-monospace, SFMono-Regular, "SF Mono", Menlo, Consolas, monospace; }
.repo { display: grid; grid-template-columns: 260px minmax(0, 860px); gap: 32px; padding: 24px 32px; }
nav { position: sticky; top: 16px; align-self: start; max-height: 95vh; overflow: auto; font-size: 13px; }
nav p { color: var(--muted); margin: 4px 0 12px; }
nav ol { padding-left: 22px; margin: 0; }
nav li { margin: 4px 0; overflow-wrap: anywhere; }
section { margin-bottom: 48px; padding-bottom: 32px; border-bottom: 3px double var(--line); }
h2 { font-size: 24px; font-weight: 500; margin: 0 0 6px; overflow-wrap: anywhere; }
.number { color: var(--muted); font-weight: 300; }
.meta { color: var(--muted); margin: 0 0 16px; }
.meta code, .who code { background: var(--soft); padding: 2px 6px; border-radius: 6px; color: var(--link); }
.badge { display: inline-block; padding: 2px 10px; border-radius: 2em; font-size: 12px; font-weight: 500;
  color: #fff; background: var(--grey); vertical-align: middle; }
.badge.open, .badge.good { background: var(--good); }
.badge.bad { background: var(--bad); }
.badge.wait { background: var(--wait); }
.badge.done { background: var(--done); }
.badge.label { background: none; color: var(--muted); border: 1px solid var(--line); margin-left: 4px; }
.comment, .box, .assets { border: 1px solid var(--line); border-radius: 6px; margin: 0 0 16px; }
.who { padding: 8px 16px; background: var(--soft); border-bottom: 1px solid var(--line); color: var(--muted);
  border-radius: 6px 6px 0 0; }
.who strong { color: var(--text); }
.box.good { border-color: var(--good); }
.box.bad { border-color: var(--bad); }
.checks { list-style: none; margin: 0; padding: 4px 16px; }
.checks li { padding: 6px 0; }
.sentence { color: var(--muted); margin-left: 6px; }
.mark { display: inline-block; width: 1.3em; text-align: center; font-weight: 700; }
.mark.good { color: var(--good); } .mark.bad { color: var(--bad); } .mark.wait { color: var(--wait); }
.mark.grey { color: var(--grey); }
.annotation { margin: 4px 0 4px 24px; padding: 6px 12px; border-left: 3px solid var(--line); background: var(--soft);
  white-space: pre-wrap; overflow-wrap: anywhere; }
.annotation.bad { border-color: var(--bad); } .annotation.wait { border-color: var(--wait); }
.assets summary { padding: 8px 16px; font-weight: 600; cursor: pointer; }
.assets table { width: 100%; border-collapse: collapse; }
.assets td { padding: 6px 16px; border-top: 1px solid var(--line); }
.size { text-align: right; color: var(--muted); white-space: nowrap; }
.md { padding: 16px; overflow-wrap: break-word; overflow-x: auto; }
header .md { padding: 0; max-width: 860px; }
.md > :first-child { margin-top: 0; } .md > :last-child { margin-bottom: 0; }
.md h1, .md h2 { border-bottom: 1px solid var(--line); padding-bottom: .3em; margin: 20px 0 12px; font-weight: 600; }
.md h1 { font-size: 2em; } .md h2 { font-size: 1.5em; } .md h3 { font-size: 1.25em; }
.md p, .md ul, .md ol, .md table, .md pre, .md details, .md blockquote { margin: 0 0 14px; }
.md table { border-collapse: collapse; display: block; width: max-content; max-width: 100%; overflow: auto; }
.md th, .md td { border: 1px solid var(--line); padding: 6px 13px; }
.md tr:nth-child(2n) td { background: var(--soft); }
.md code { background: rgba(129, 139, 152, .15); padding: .2em .4em; border-radius: 6px; }
.md pre { background: var(--soft); padding: 14px; border-radius: 6px; overflow: auto; }
.md pre code { background: none; padding: 0; }
.md summary { cursor: pointer; }
.md blockquote { border-left: .25em solid var(--line); color: var(--muted); padding: 0 1em; }
.md blockquote > :last-child { margin-bottom: 0; }
.md .alert { color: inherit; padding: 8px 16px; }
.alert-title { font-weight: 500; margin-bottom: 6px !important; }
.alert-note { border-color: var(--link) !important; } .alert-note .alert-title { color: var(--link); }
.alert-tip { border-color: var(--good) !important; } .alert-tip .alert-title { color: var(--good); }
.alert-important { border-color: var(--done) !important; } .alert-important .alert-title { color: var(--done); }
.alert-warning { border-color: var(--wait) !important; } .alert-warning .alert-title { color: var(--wait); }
.alert-caution { border-color: var(--bad) !important; } .alert-caution .alert-title { color: var(--bad); }
.md .task { list-style: none; margin-left: -1.4em; }
.md .caption { margin: 0 0 4px; font-size: 12px; color: var(--muted); }
.mention { color: inherit; }
@media (max-width: 900px) { .repo { grid-template-columns: minmax(0, 1fr); padding: 16px; } nav { position: static; }
  header { padding: 16px; } .assets { overflow-x: auto; } .assets td { padding: 6px 8px; } }
"""
