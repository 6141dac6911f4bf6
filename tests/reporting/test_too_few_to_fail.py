"""An availability of 100 % of few requests proves little, and a report says how little."""

import pytest

from evsim.experiment.judging import judge
from evsim.experiment.statistics import estimate
from evsim.reporting.answer import too_few_to_fail


def met(limit, availability=1.0):
    return judge({"availability": limit}, {"availability": estimate([availability] * 3)})


def test_it_says_what_may_fail_and_how_many_would_prove_it():
    said = too_few_to_fail(met(0.9999), 320)
    assert said.startswith("None of 320 requests failed, so at most 0.938 % of such requests fail (95 %)")
    assert said.endswith("availability at least 99.99 % was asked, which takes some 30,000 without a failure to prove.")
    assert "of 1 request failed, so at most 100 %" in too_few_to_fail(met(0.9), 1)
    assert too_few_to_fail(met(1.0), 10**6).endswith("which no number of requests proves.")


@pytest.mark.parametrize(("judgements", "requests"), [(met(0.99), 320), (met(0.99, 0.995), 9), ([], 9)])
def test_it_says_nothing_where_they_are_enough_or_some_failed(judgements, requests):
    assert too_few_to_fail(judgements, requests) is None
