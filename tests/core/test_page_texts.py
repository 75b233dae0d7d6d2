"""Fixed words of templates are translated as they are compiled, and say the same as those looked up at each page."""

import pytest

from trialport.core.pages import environment
from trialport.core.translations import translate


@pytest.mark.parametrize(
    "source",
    [
        '{{ _("My capacity") }}',
        '{{ gettext("My capacity") }}',
        "{% trans %}My capacity{% endtrans %}",
        "{{ _(name) }}",
        '{% set _name = _("My capacity") %}{{ _name }}',
        '{{ _("Change") if not name else _("My capacity") }}',
    ],
)
def test_a_fixed_text_is_in_the_language_of_the_page(source: str) -> None:
    wanted = translate("sv", "My capacity")
    assert wanted != "My capacity"
    assert environment("sv").from_string(source).render(name="My capacity") == wanted


def test_what_is_filled_into_a_text_is_escaped_and_never_a_format() -> None:
    source = '{{ _("until %(day)s", day=day) }}|{{ _(text, day=day) }}|{{ _("of 100 %%") }}|{{ _(whole) }}'
    shown = environment("sv").from_string(source).render(day="<b>%(day)s", text="until %(day)s", whole="of 100 %%")
    filled, looked_up, percent, other = shown.split("|")
    assert filled == looked_up == translate("sv", "until %(day)s", day="&lt;b&gt;%(day)s")
    assert percent == other == "of 100 %"
