import pytest
from hypothesis import given
from hypothesis import strategies as st

from evsim.scenario import ScenarioError, reading


def data(text):
    return reading.read(text)[0]


@pytest.mark.parametrize(
    "written, meaning",
    [
        ("on", "on"),
        ("no", "no"),
        ("yes", "yes"),
        ("off", "off"),
        ("true", True),
        ("False", False),
        ("1e3", 1000.0),
        ("10:30", "10:30"),
        ("0o17", 15),
        ("017", 17),
        ("0x1F", 31),
        ("~", None),
        ("null", None),
        ("", None),
        ("1_000", "1_000"),
        ("2001-01-01", "2001-01-01"),
        (".5", 0.5),
        ("-.inf", float("-inf")),
        ("+12", 12),
        ("99.9%", "99.9%"),
        ("'7'", "7"),
        ('"true"', "true"),
        ("=", "="),
        ("<<", "<<"),
        ("1.2.3", "1.2.3"),
        ("5.", 5.0),
        ("0b1", "0b1"),
        ("y", "y"),
    ],
)
def test_plain_scalars_mean_what_yaml_1_2_core_says(written, meaning):
    value = data(f"a: {written}")["a"]
    assert value == meaning and type(value) is type(meaning)


def test_keys_are_texts():
    assert data("on: 1\n1: 2\nnull: 3") == {"on": 1, "1": 2, "null": 3}


@pytest.mark.parametrize(
    "text, line, rule",
    [
        ("a: 1\nb: 2\na: 3", 3, "a is given twice, here and on line 1"),
        ("a: 1\nb: {c: 1,\n c: 2}", 3, "c is given twice, here and on line 2"),
        ("a: 1\nb: !!python/object/apply:os.system [ls]", 2, "tags are not allowed"),
        ("a: !!str 1", 1, "tags are not allowed"),
        ("a: !mine 1", 1, "tags are not allowed"),
        ("a: 1\n---\nb: 2", 2, "a second document"),
        ("a:\n\t- b", 2, "indent with spaces, not tabs"),
        ("a: 1\nb: 'open", 2, "is not YAML"),
        ("a: 1\nb: \x00", 2, "character #x00 is not allowed"),
        ("a: *b", 1, "alias *b has no anchor"),
        ("a: &a [*a]", 1, "alias *a has no anchor"),
        ("? [a, b]\n: 1", 1, "a key must be a plain name"),
        ("a: " + "[" * 60 + "]" * 60, 1, "nested more than 50 levels deep"),
        ("a: " + "[" * 100_000, 1, "nested more than 50 levels deep"),
        ("{a: " * 60 + "}" * 60, 1, "nested more than 50 levels deep"),
        ("a:\n- " + "{a: " * 100_000, 2, "nested more than 50 levels deep"),
        ("{" * 40, 1, "a key must be a plain name"),
    ],
)
def test_what_is_refused_is_refused_with_its_line(text, line, rule):
    with pytest.raises(ScenarioError) as caught:
        reading.read(text, "x.yaml")
    assert rule in str(caught.value) and str(caught.value).startswith(f"x.yaml, line {line}: ")


def test_an_empty_text_is_refused():
    for text in ("", "# only a comment\n", "\n\n"):
        with pytest.raises(ScenarioError, match="is empty"):
            reading.read(text)


def test_an_alias_is_a_copy():
    assert data("a: &x {b: 1}\nc: *x") == {"a": {"b": 1}, "c": {"b": 1}}


def test_aliases_that_blow_up_are_refused():
    levels = "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi")
    )
    with pytest.raises(ScenarioError, match="more than 100000 entries"):
        reading.read("a: &a [1, 1, 1]\n" + levels)


def test_a_very_long_text_is_refused():
    with pytest.raises(ScenarioError, match="longer than"):
        reading.read("# " + "x" * reading.LONGEST)


def nested(levels):
    return "a: " + "[" * levels + "]" * levels


def test_a_text_and_plain_data_may_be_as_deep_as_the_limit_and_no_deeper():
    deepest = data(nested(reading.DEEPEST))
    assert not reading.is_too_deep(deepest) and reading.is_too_deep({"a": [deepest["a"]]})
    with pytest.raises(ScenarioError, match="nested more than 50 levels deep"):
        reading.read(nested(reading.DEEPEST + 1))


@pytest.mark.slow
def test_a_text_may_be_as_long_and_have_as_many_entries_as_the_limit_and_no_more():
    long = "a: 1 # "
    assert data(long + "x" * (reading.LONGEST - len(long))) == {"a": 1}
    with pytest.raises(ScenarioError, match="longer than"):
        reading.read(long + "x" * (reading.LONGEST - len(long) + 1))
    entries = reading.LARGEST - 2  # beside the list, and the whole
    assert len(data(f"a: [{'1,' * entries}]")["a"]) == entries
    with pytest.raises(ScenarioError, match="more than 100000 entries"):
        reading.read(f"a: [{'1,' * (entries + 1)}]")


def test_a_number_of_too_many_digits_does_not_stop_the_reader():
    assert data("a: " + "9" * 5000)["a"] == float("inf")


def test_every_entry_has_its_line():
    place = reading.read("a:\n  b: 1\n  c:\n    - d\n    - e: {f: 1,\n          g: 2}\nh: 3\n")[1]
    lines = {
        ("a",): 1,
        ("a", "b"): 2,
        ("a", "c", 0): 4,
        ("a", "c", 1, "e", "f"): 5,
        ("a", "c", 1, "e", "g"): 6,
        ("h",): 7,
    }
    assert {path: place.line_of(path) for path in lines} == lines


def test_a_path_that_ends_early_has_the_line_of_its_last_entry():
    place = reading.read("a:\n  b: 1\n")[1]
    assert place.line_of(("a", "x")) == 1 and place.line_of(("a", "b", "c")) == 2 and place.line_of(()) == 1


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False)
    | st.text(
        st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\u2028\u2029\ufeff\ufffe\uffff"),
        max_size=12,
    )
    | st.sampled_from(
        [
            "1e3",
            "0o17",
            "on",
            "10:30",
            "~",
            "",
            "017",
            "0x1F",
            ".5",
            "=",
            "<<",
            "- a",
            "a: b",
            "1_0",
            "%",
            "1e5%",
            "+.inf",
        ]
    )
)


@pytest.mark.slow
@given(
    st.dictionaries(
        st.text("abc-", min_size=1, max_size=3),
        st.recursive(scalars, lambda inner: st.lists(inner, max_size=3)),
        min_size=1,
        max_size=4,
    )
)
def test_what_is_written_reads_back_the_same(entries):
    assert data(reading.write(entries)) == entries


@pytest.mark.slow
@given(st.text(max_size=40))
def test_any_text_is_data_or_a_scenario_error(text):
    try:
        found = data(text)
    except ScenarioError as error:
        assert str(error)
    else:
        assert found is None or isinstance(found, str | int | float | bool | list | dict)
