"""How pages look."""

STYLE = """
:root { --ink: #20262b; --soft: #66707a; --line: #e2e5e1; --hue: #2f6f62; --paper: #f6f7f4; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 32px 24px 64px; }
h1 { font-size: 28px; font-weight: 650; margin: 0 0 16px; letter-spacing: -.01em; }
h2 { font-size: 18px; font-weight: 650; margin: 0 0 14px; }
section { background: #fff; border: 1px solid var(--line); border-radius: 10px;
  padding: 20px 22px; margin: 18px 0; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(220px, 1fr)); gap: 12px; }
.tiles div { background: #fff; border: 1px solid var(--line); border-radius: 10px;
  padding: 12px 16px; }
.tiles b { display: block; font-size: 24px; font-weight: 650; }
.tiles span, .note, figcaption, figure p { color: var(--soft); font-size: 13px; }
.note { margin: 12px 0 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 13.5px; }
th { font-weight: 600; color: var(--soft); border-bottom: 1px solid var(--line); }
th, td { padding: 5px 10px 5px 0; vertical-align: baseline; }
td { border-bottom: 1px solid #f0f2ee; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.word { text-align: left; }
.met { color: var(--hue); font-weight: 650; }
.flag { color: #8a5a00; font-weight: 650; }
.reject { color: #a3271f; font-weight: 650; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(420px, 1fr));
  gap: 24px 36px; }
.three { display: grid; grid-template-columns: repeat(auto-fit, minmax(290px, 1fr)); gap: 24px; }
.three svg text, .three svg text.title { font-size: 15px; }
figure { margin: 0; }
section > * + figure, section > figure + *, .wide figure + figure { margin-top: 18px; }
figure p { margin: 0 0 6px; }
figcaption { margin-top: 6px; }
figcaption b { color: var(--ink); font-weight: 600; }
img, video { display: block; max-width: 100%; }
video { border-radius: 6px; }
img.map, .wide img { width: 100%; }
img.sheet { width: 100%; image-rendering: pixelated; border-radius: 6px; }
svg { width: 100%; display: block; }
svg text { font-size: 11px; fill: var(--soft); }
svg text.title { fill: var(--ink); font-size: 12.5px; }
svg line { stroke: #c9cec7; }
svg rect { fill: var(--hue); }
.bars { display: grid; grid-template-columns: max-content 1fr max-content; gap: 4px 12px;
  align-items: center; font-size: 13.5px; }
.track { background: #eef1ec; border-radius: 3px; height: 12px; }
.track i { display: block; height: 12px; min-width: 1px; border-radius: 3px;
  background: var(--hue); }
""".strip()
