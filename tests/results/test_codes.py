"""Names of codes: each kind of code of the records is 0, 1, 2 ..., as a column's entries take the place of its word."""

import numpy as np
import pytest

from evsim.results.codes import Codes, among
from evsim.results.endings import Fate, Outcome, Reason, Verdict


@pytest.mark.parametrize("codes", [Outcome, Verdict, Reason, Fate], ids=["outcome", "verdict", "reason", "fate"])
def test_each_code_has_the_name_and_the_word_that_is_written_for_it(codes):
    written = {name: code for name, code in vars(codes).items() if name.isupper()}
    assert written and {name: codes.named(name) for name in written} == written
    assert {codes.name_of(code): code for code in written.values()} == written
    said = codes.words_of(np.array([*written.values()], dtype=np.int8)).tolist()
    assert said == [name.lower().replace("_", " ") for name in written]


def test_codes_with_a_gap_are_refused_as_a_word_would_be_that_of_another():
    with pytest.raises(ValueError, match=r"the codes of Odd must be 0, 1, 2 ... without a gap, and are \[0, 2\]"):
        Codes("Odd", (), {"NO": 0, "YES": 2})


@pytest.mark.parametrize("codes", [(), (3,), (0, 3, 9), range(9)])
def test_among_says_what_numpy_says(codes):
    column = np.random.default_rng(1).integers(0, 12, 200).astype(np.int8)
    assert among(column, codes).tolist() == np.isin(column, list(codes)).tolist()
