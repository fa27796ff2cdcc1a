"""A link to a view, as the page writes it into its address."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from inscape.errors import WrongCall


def fragment(link: str | None) -> str:
    """What an address says of the state, of a tour at rest.

    Raises:
        WrongCall: it says nothing.

    >>> fragment("http://127.0.0.1:7860/#layer=conv1&tour=paused&speed=2")
    'layer=conv1&speed=2&tour=paused'
    >>> fragment(None)
    'tour=paused'
    """
    if link is None:
        return "tour=paused"
    fields = link.rpartition("#")[2]
    known = [(name, value) for name, value in parse_qsl(fields) if name != "tour"]
    if not known or "://" in fields:
        raise WrongCall(
            "this is no link to a view",
            got=repr(link[:120]),
            remedy="take the page's address with all that follows its #: the Share button copies it",
        )
    return urlencode([*known, ("tour", "paused")])
