"""Print the page for the torch at hand."""

from . import SECTIONS, page

print(page(SECTIONS), end="")
