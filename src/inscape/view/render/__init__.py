"""Pictures and films of a recording, made by the page itself in a browser that nobody sees."""

from inscape.view.render.asked import Asked, Format
from inscape.view.render.rendering import Rendered, render

__all__ = ["Asked", "Format", "Rendered", "render"]
