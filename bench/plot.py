"""Draws ratios as an SVG: a line for each model, a mark for each number of threads, faster to the left."""

import math
from xml.sax.saxutils import escape

# Kiln's median over another engine's: over the best one's, and over onnxruntime's.
Ratios = tuple[float | None, float | None]

LABELS, PLOT, LINE, TOP, BOTTOM = 210, 430, 18, 44, 28
TICKS = (0.25, 0.5, 0.7, 0.85, 1, 1.4, 2, 4)
LOWEST, HIGHEST = math.log(0.2), math.log(5)
COLORS = {1: "#1f6fb4", 2: "#d9701e"}
STYLE = "text{font:12px sans-serif;fill:#555}.grid{stroke:#888;stroke-opacity:.3}.one{stroke:#888;stroke-width:2}"


def place(ratio: float) -> float:
    """Where a ratio is, on a logarithmic axis that ends at both sides."""
    return LABELS + PLOT * (min(max(math.log(ratio), LOWEST), HIGHEST) - LOWEST) / (HIGHEST - LOWEST)


def legend() -> list[str]:
    """What the marks mean."""
    parts, x = [], LABELS
    for threads, color in COLORS.items():
        name = f"{threads} thread{'s' if threads > 1 else ''}"
        parts.append(f'<circle cx="{x + 5}" cy="14" r="4.5" fill="{color}"/><text x="{x + 14}" y="18">{name}</text>')
        x += 85
    parts.append(f'<text x="{x}" y="18">filled: over the best, hollow: over onnxruntime</text>')
    return parts


def axis(height: int) -> list[str]:
    """The ticks and their lines."""
    parts = []
    for tick in TICKS:
        x, kind = place(tick), "one" if tick == 1 else "grid"
        parts.append(f'<line x1="{x:.1f}" y1="{TOP - 12}" x2="{x:.1f}" y2="{height - BOTTOM + 4}" class="{kind}"/>')
        parts.append(f'<text x="{x:.1f}" y="{height - 8}" text-anchor="middle">{tick}</text>')
    return parts


def draw(rows: dict[str, dict[int, Ratios]]) -> str:
    """The picture, from the ratios of each model for each number of threads."""
    height = TOP + LINE * len(rows) + BOTTOM
    parts = legend() + axis(height)
    for index, (name, ratios) in enumerate(rows.items()):
        y = TOP + LINE * index
        parts.append(f'<text x="{LABELS - 12}" y="{y + 4}" text-anchor="end">{escape(name)}</text>')
        for threads, (best, onnxruntime) in ratios.items():
            color = COLORS.get(threads, "#555")
            if onnxruntime is not None:
                parts.append(f'<circle cx="{place(onnxruntime):.1f}" cy="{y}" r="3.5" fill="none" stroke="{color}"/>')
            if best is not None:
                parts.append(f'<circle cx="{place(best):.1f}" cy="{y}" r="4.5" fill="{color}"/>')
    width = LABELS + PLOT + 50
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
    return "\n".join([head, f"<style>{STYLE}</style>", *parts, "</svg>"]) + "\n"
