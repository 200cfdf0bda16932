"""Pictures of the portal for people to look at: `python -m tests.browser.screenshots FOLDER`."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.browser.chromium import DESK, PHONE, Chromium, started
from tests.browser.deployment import played
from tests.browser.furniture import Furniture, furnish
from tests.browser.places import standing

SHOWN = {
    "sign-in": (None, "/sign-in"),
    "work": ("officer", "/work"),
    "client": ("officer", "/clients/{client}"),
    "intake": ("officer", "/clients/new"),
    "shortlist": ("officer", "/needs/{need_open}"),
    "report": ("officer", "/work-reports/{report}"),
    "import": ("officer", "/client-imports/{client_import}"),
    "inbox": ("delta", "/offers"),
    "link": (None, "/offer-links/{link}"),
    "accept": (None, "/offer-links/{link}/accept"),
    "report-work": ("delta", "/work-reports/new?engagement_id={engagement}"),
    "assessment": ("delta_assessor", "/assessments/{assessment_open}"),
    "option": ("verifier", "/options/{option_verified}"),
    "two-totals": ("verifier", "/options/{option_implemented}"),
    "verify": ("verifier", "/options/{option_implemented}/verify"),
    "my-plant": ("client_mill", "/my-plant"),
    "results": ("officer", "/impact"),
    "programme": ("donor", "/impact/programmes/GREEN-MILLS"),
}
"""What is seen in every language, at a desk and on a phone; the other pages in English only."""
LANGUAGES = ("en", "vi", "km")


def take(folder: Path, chromium: Chromium, furniture: Furniture) -> Iterator[Path]:
    """Every picture, one after the other."""
    for lang in LANGUAGES:
        for name, (who, path) in SHOWN.items():
            for width, device in ((DESK, "desk"), (PHONE, "phone")):
                yield _picture(folder / f"{name}-{device}-{lang}.png", chromium, furniture, (who, path), width, lang)
    for number, place in enumerate(standing()):
        name = "".join(each if each.isalnum() else "-" for each in str(place))
        yield _picture(folder / f"all-{number:03}-{name}.png", chromium, furniture, (place.who, place.path), DESK, "en")
    for place in standing():
        if place.prints:
            name = "".join(each if each.isalnum() else "-" for each in place.path).strip("-")
            visitor = chromium.visitor(place.who)
            visitor.goto(place.at(furniture.ids)).pdf(path=folder / f"print-{name}.pdf", prefer_css_page_size=True)
            visitor.context.close()
            yield folder / f"print-{name}.pdf"


def _picture(
    file: Path, chromium: Chromium, furniture: Furniture, seen: tuple[str | None, str], width: int, lang: str
) -> Path:
    who, path = seen
    visitor = chromium.visitor(who, width=width, height=740 if width == PHONE else 900, lang=lang)
    visitor.goto(path.format_map(furniture.ids)).screenshot(path=file, full_page=True)
    visitor.context.close()
    return file


def _as_pictures(file: Path) -> None:
    """The sheets of a print, where Debian's poppler-utils is there to draw them."""
    if (draw := shutil.which("pdftoppm")) is not None:
        subprocess.run([draw, "-r", "70", "-png", str(file), str(file.with_suffix(""))], check=True)


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with started() as browser, tempfile.TemporaryDirectory() as place:
        deployment = played(Path(place) / "data")
        try:
            furniture = furnish(deployment, Path(place))
            keys = {name: each.key for name, each in deployment.people.items()}
            for file in take(folder, Chromium(browser, deployment.url, keys), furniture):
                print(file)
                if file.suffix == ".pdf":
                    _as_pictures(file)
        finally:
            deployment.end()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
