"""What a service does under load, as Hypothesis draws it."""

from hypothesis import strategies as st

__all__ = ["under_load"]

LONG = st.sampled_from([0.25, 0.5, 2])
SHED = st.sampled_from(["age", "expected_wait"])
LAW = st.sampled_from([0, 0.1, 0.5])


def under_load(draw, hazards):
    """Settings of one service: whom it turns away, and how much slower it gets."""
    settings = {}
    if "shed" in hazards:
        settings["shed"] = draw(st.one_of(st.none(), st.dictionaries(SHED, LONG, min_size=1)))
        rate = st.fixed_dictionaries({"rate": st.sampled_from([0.5, 2, 4]), "burst": st.sampled_from([1, 3])})
        settings["rate_limit"] = draw(st.one_of(st.none(), rate))
    if "crowd" in hazards:
        settings["contention"] = draw(st.one_of(st.none(), st.fixed_dictionaries({"sigma": LAW, "kappa": LAW})))
    return settings
