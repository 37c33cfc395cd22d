"""The words of rich texts."""

import json

import pytest

from airflow_provider_workfront.extract.richtext import plain_text

DRAFT = {"blocks": [{"key": "a", "text": "First & foremost", "type": "header-one"}, {"text": ""}, {"text": "<b>"}]}


@pytest.mark.parametrize("value", [DRAFT, json.dumps(DRAFT)])
def test_a_document_gives_its_blocks_as_lines(value):
    """Text that looks like a tag is text."""
    assert plain_text(value) == "First & foremost\n\n<b>"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("<p>Fast &amp; good</p><ul><li>one</li><li>two</li></ul>", "Fast & good\none\ntwo"),
        ("a < b and c > d", "a < b and c > d"),
        ("plain", "plain"),
        ("{not JSON", "{not JSON"),
        ('{"blocks": "none"}', '{"blocks": "none"}'),
        ('{"blocks": [{"text": null}]}', ""),
        ({"other": 1}, '{"other":1}'),
    ],
)
def test_other_shapes_give_what_is_legible(value, text):
    """HTML loses its tags; all else comes as it is."""
    assert plain_text(value) == text
