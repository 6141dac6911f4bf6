"""The incident deck in a terminal: orders one a line, and whatever is no order is answered."""

import pytest
from typer.testing import CliRunner

from evsim.cli import app
from evsim.lesson.deck.card import incidents

pytestmark = pytest.mark.slow


def played(*orders, arguments=("metastable-retries", "--seed", "1")):
    result = CliRunner().invoke(app, ["incident", *arguments], input="\n".join(orders))
    assert "Traceback" not in result.output
    assert result.exit_code == 0, result.output
    return result


def test_a_game_from_card_to_debriefing():
    told = played("look a-customer", "", "name retries", "mend restart", "card", "debrief").stdout
    for words in ("look(...)", "what happened to one customer", "yes, the shop asks", "done: restart", "Debriefing",
                  "somebody who knows"):  # fmt: skip
        assert words in told


def test_what_is_no_order_is_answered_and_the_game_goes_on():
    result = played("dance", "look", "look the moon", "look moon", "look shop", "quit", "debrief")
    assert "look WHAT, name CAUSE or mend WHAT" in result.stderr
    assert "A look is one word" in result.stderr
    assert "there is none of this name here" in result.stderr
    assert "the page of the shop" in result.stdout
    assert "Debriefing" not in result.stdout


def test_the_deck_is_listed_by_title():
    told = played(arguments=("--list",)).stdout
    for name in incidents():
        assert name in told
