"""What holds for all tests of Hypothesis: an example takes as long as it takes; a failure in CI tells at once."""

import os

from hypothesis import Phase, settings

QUICK_TO_FAIL = (Phase.explicit, Phase.reuse, Phase.generate)  # a smaller example takes minutes
phases = QUICK_TO_FAIL if "CI" in os.environ else tuple(Phase)
settings.register_profile("evsim", settings(), deadline=None, phases=phases)
settings.load_profile("evsim")
