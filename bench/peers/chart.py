"""A chart of ratios: a row for each case, a dot for each peer, on a logarithmic axis. Plain SVG, light and dark."""
import math
from xml.sax.saxutils import escape

COLOURS = {"openblas": "#d97706", "torch": "#dc2626", "torch-compile": "#be185d", "jax": "#2563eb", "pymdp": "#7c3aed"}
LEFT, WIDTH, RIGHT, ROW, TOP = 330, 560, 30, 15, 50
STYLE = """<style>
text { font: 11px system-ui, sans-serif; fill: #333 } .axis { stroke: #ccc } .one { stroke: #333 } rect { fill: #fff }
@media (prefers-color-scheme: dark) { text { fill: #ddd } .axis { stroke: #444 } .one { stroke: #ddd } rect { fill: #111 } }
</style>"""


def svg(rows):
    """rows: (name, {peer: peer time / our time})."""
    values = [v for _, ratios in rows for v in ratios.values()] or [1]
    low, high = min(0.5, *values), max(2, *values)
    place = lambda v: LEFT + WIDTH * math.log(v / low) / math.log(high / low)
    height = TOP + ROW * len(rows) + 20
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + RIGHT} {height}">', STYLE,
           f'<rect width="{LEFT + WIDTH + RIGHT}" height="{height}"/>',
           '<text x="10" y="18">peer time / our time: right of 1 ours is faster; [threads]</text>']
    for tick in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000):
        if low <= tick <= high:
            x = f"{place(tick):.1f}"
            kind = "one" if tick == 1 else "axis"
            out.append(f'<line class="{kind}" x1="{x}" x2="{x}" y1="{TOP - 5}" y2="{height - 15}"/>')
            out.append(f'<text x="{x}" y="{TOP - 10}" text-anchor="middle">{tick:g}</text>')
    peers = [p for p in COLOURS if any(p in ratios for _, ratios in rows)]
    peers += sorted({p for _, ratios in rows for p in ratios} - set(peers))
    for i, peer in enumerate(peers):
        out.append(f'<circle cx="{LEFT + 100 * i}" cy="14" r="4" fill="{COLOURS.get(peer, "#777")}"/>')
        out.append(f'<text x="{LEFT + 100 * i + 8}" y="18">{escape(peer)}</text>')
    for i, (name, ratios) in enumerate(rows):
        y = TOP + ROW * i + 8
        out.append(f'<text x="{LEFT - 12}" y="{y + 4}" text-anchor="end">{escape(name)}</text>')
        out += [f'<circle cx="{place(v):.1f}" cy="{y}" r="4" fill="{COLOURS.get(p, "#777")}" fill-opacity="0.85">'
                f'<title>{escape(p)} {v:.2f}</title></circle>' for p, v in ratios.items()]
    return "\n".join(out + ["</svg>"]) + "\n"
