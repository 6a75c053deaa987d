"""Templates keep to the content security policy, use every component, and speak every language."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
ALL = sorted(TEMPLATES.rglob("*.html"))
OURS = [path for path in ALL if not path.is_relative_to(TEMPLATES / "admin")]
COMPONENTS = sorted((TEMPLATES / "components").glob("*.html"))
PYTHON = "\n".join(path.read_text("utf-8") for path in (ROOT / "portal").rglob("*.py"))
# The showcase is for ourselves, in English; the other is attributes only, without a word.
WITHOUT_WORDS = {"design.html", "design_actions.html", "field_attributes.html"}

INLINE = {
    "script": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>"),
    "style element": re.compile(r"<style\b"),
    "style attribute": re.compile(r"\sstyle\s*="),
    "event handler": re.compile(r"\son[a-z]+\s*="),
    "htmx code": re.compile(r"\shx-on|\shx-vals=[\"']js:|\shx-vars|javascript:"),
}
COMMENT = re.compile(r"{% comment %}.*?{% endcomment %}", re.DOTALL)
TRANSLATED = re.compile(r"{% blocktranslate.*?{% endblocktranslate %}", re.DOTALL)
CODE = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.DOTALL)
READ_OUT = re.compile(
    r"\b(?:aria-label|title|placeholder|alt|data-(?:none|one|many))=([\"'])(.*?)\1"
)
TAG = re.compile(r"<[^>]*>")
WORD = re.compile(r"[^\W\d_]{2,}")
NAMES = {"Sitewright"}


def ids(path: Path) -> str:
    return str(path.relative_to(TEMPLATES))


@pytest.mark.parametrize("path", ALL, ids=ids)
def test_no_template_needs_inline_code_or_style(path: Path) -> None:
    text = COMMENT.sub("", path.read_text("utf-8"))
    assert [name for name, pattern in INLINE.items() if pattern.search(text)] == []


@pytest.mark.parametrize("path", COMPONENTS, ids=ids)
def test_every_component_is_used(path: Path) -> None:
    name = f"components/{path.name}"
    others = (other.read_text("utf-8") for other in ALL if other != path)
    assert f'"{name}"' in PYTHON or any(f'"{name}"' in text for text in others)


@pytest.mark.parametrize("path", COMPONENTS, ids=ids)
def test_every_component_says_what_it_is_and_takes(path: Path) -> None:
    assert path.read_text("utf-8").startswith("{% comment %}\n")


@pytest.mark.parametrize("path", [path for path in OURS if path.name not in WITHOUT_WORDS], ids=ids)
def test_every_text_can_be_translated(path: Path) -> None:
    text = CODE.sub("", TRANSLATED.sub("", COMMENT.sub("", path.read_text("utf-8"))))
    texts = [TAG.sub(" ", text), *(match[2] for match in READ_OUT.finditer(text))]
    assert {word for one in texts for word in WORD.findall(one)} - NAMES == set()


def test_every_icon_asked_for_is_drawn() -> None:
    drawn = set(re.findall(r'id="i-([a-z-]+)"', (TEMPLATES / "components/icons.html").read_text()))
    text = "\n".join(COMMENT.sub("", path.read_text("utf-8")) for path in ALL)
    asked = set(re.findall(r'{% icon "([a-z-]+)" %}|\bicon="([a-z-]+)"', text))
    assert {one or other for one, other in asked} - drawn == set()
