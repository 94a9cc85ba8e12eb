"""Ready pictures for a lab that cannot draw: those that the site's pages show."""

from base64 import b64decode
from html.parser import HTMLParser
from pathlib import Path

from nnlib.viz.fallback import FOLDER, picture_name

INLINE = "data:image/png;base64,"


def write_pictures(pages: Path, folder: Path) -> None:
    """Store the pictures of all pages in `folder`, by the hash of their words."""
    target = folder / FOLDER
    target.mkdir()
    for page in sorted(pages.glob("*.html")):
        reader = _Pictures()
        reader.feed(page.read_text(encoding="utf-8"))
        for alt, source in reader.found:
            image = _image(source, page)
            if image:
                (target / picture_name(alt)).write_bytes(image)


class _Pictures(HTMLParser):
    """Collects alternative text and source of each image."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        alt, source = names.get("alt"), names.get("src")
        if tag == "img" and alt and source:
            self.found.append((alt, source))


def _image(source: str, page: Path) -> bytes | None:
    """The bytes of a PNG image, inline or beside the pages."""
    if source.startswith(INLINE):
        return b64decode(source.removeprefix(INLINE))
    path = page.parent / source
    return path.read_bytes() if source.endswith(".png") and path.is_file() else None
