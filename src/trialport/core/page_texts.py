"""The texts of pages: what a template says in fixed words is translated once, when the template is compiled.

An environment is of one language, so `_("Save")` is the same on every page that it renders. Looked up at each
rendering, such words cost more than all else on a page with many rows.
"""

from collections.abc import Callable
from functools import lru_cache
from gettext import NullTranslations
from typing import Any

from jinja2 import Environment, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

# The names by which a template asks for a text; {% trans %} becomes the second.
_NAMES = ("_", "gettext")
# More than all catalogues hold of texts without a plural.
_MOST_TEXTS = 8192


def fix_texts(environment: Environment, catalogue: NullTranslations) -> None:
    """Let an environment whose texts come from `catalogue` translate its fixed words as it compiles."""

    def translated(message: str) -> Markup:
        return Markup(catalogue.gettext(message))  # noqa: S704 - The catalogues are ours, and may hold HTML.

    class FixedTexts(_FixedTexts):
        text = staticmethod(lru_cache(_MOST_TEXTS)(translated))

    class Generator(CodeGenerator):
        def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:  # noqa: N802 - Jinja's name.
            super().visit_Template(FixedTexts().visit(node), frame)

    def filled(message: str, /, **values: Any) -> Markup:
        # With or without values it is a format, so that a text says "%" in one way only.
        return FixedTexts.text(message) % values

    environment.code_generator_class = Generator
    environment.globals["_"] = filled


class _FixedTexts(NodeTransformer):
    """Put the translation in the place of a call that asks for a fixed text."""

    text: Callable[[str], Markup]

    def visit_Call(self, node: nodes.Call, *args: Any, **kwargs: Any) -> nodes.Node:  # noqa: N802 - Jinja's name.
        self.generic_visit(node, *args, **kwargs)
        wanted = node.args[0] if len(node.args) == 1 else None
        if (
            not isinstance(node.node, nodes.Name)
            or node.node.name not in _NAMES
            or not isinstance(wanted, nodes.Const)
            or not isinstance(wanted.value, str)
            or node.dyn_args is not None
            or node.dyn_kwargs is not None
        ):
            return node
        text = self.text(wanted.value)
        if not node.kwargs:
            return nodes.Const(text % {}, lineno=node.lineno)
        values = [nodes.Pair(nodes.Const(one.key), one.value, lineno=node.lineno) for one in node.kwargs]
        return nodes.Mod(
            nodes.Const(text, lineno=node.lineno), nodes.Dict(values, lineno=node.lineno), lineno=node.lineno
        )
