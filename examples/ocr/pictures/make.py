"""Draws page.png and writes its lines to page.txt: the picture that `make demo` reads.

    make.py        needs pillow and Debian's fonts-dejavu-core and fonts-wqy-zenhei

Lines have different sizes, fonts and colors; one is turned by a few degrees, one is upside down.
"""

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FOLDER = Path(__file__).resolve().parent
FONTS = Path("/usr/share/fonts/truetype")
SIZE = (800, 608)
PAPER = (246, 241, 228)

# Text, font, size, color, left and upper edge, degrees that it is turned by. Gaps between words are this many times
# the size: the recognizer reads no space in a narrower one, and the detector two lines in a wider one.
LINES = [
    ("Kiln compiles neural networks", "dejavu/DejaVuSans-Bold.ttf", 38, (32, 48, 92), (48, 36), 0),
    ("Each model becomes one shared object.", "dejavu/DejaVuSerif.ttf", 28, (30, 30, 30), (48, 120), 0),
    ("x86-64/AArch64/RISC-V", "dejavu/DejaVuSansMono.ttf", 26, (120, 40, 30), (48, 190), 0),
    ("slightly turned, still read", "dejavu/DejaVuSans.ttf", 32, (20, 90, 60), (70, 236), 5),
    ("upside down as well", "dejavu/DejaVuSans.ttf", 32, (70, 30, 110), (330, 360), 180),
    ("\u795e\u7ecf\u7f51\u7edc\u7f16\u8bd1\u5668", "wqy/wqy-zenhei.ttc", 44, (150, 60, 20), (48, 420), 0),
    ("0123456789", "dejavu/DejaVuSans-Bold.ttf", 44, (40, 40, 40), (420, 422), 0),
    ("small print, as on receipts", "dejavu/DejaVuSerif.ttf", 22, (60, 60, 60), (48, 535), 0),
]
GAP = 0.55


def draw_line(text: str, font: ImageFont.FreeTypeFont, color: tuple[int, int, int]) -> Image.Image:
    """One line on transparent paper."""
    gap = round(GAP * font.size)
    words = text.split(" ")
    width = round(sum(font.getlength(word) for word in words)) + gap * (len(words) - 1)
    line = Image.new("RGBA", (width + 8, sum(font.getmetrics()) + 8), (*PAPER, 0))
    x = 4.0
    for word in words:
        ImageDraw.Draw(line).text((x, 4), word, font=font, fill=color)
        x += font.getlength(word) + gap
    return line


def main() -> None:
    page = Image.new("RGB", SIZE, PAPER)
    for text, name, size, color, place, degrees in LINES:
        font = ImageFont.truetype(FONTS / name, size)
        line = draw_line(text, font, color)
        line = line.rotate(degrees, Image.Resampling.BICUBIC, expand=True)
        page.paste(line, place, line)
    page.save(FOLDER / "page.png", optimize=True)
    (FOLDER / "page.txt").write_text("".join(f"{line[0]}\n" for line in LINES))


if __name__ == "__main__":
    main()
