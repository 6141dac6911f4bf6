import json

from evsim.lesson.store import NAME, Store


def test_an_entry_is_there_again_for_the_next_store(folder):
    assert Store().put("how many?", {"guess": 7})
    assert Store().get("how many?") == {"guess": 7}
    assert json.loads((folder / NAME).read_text(encoding="utf-8")) == {"how many?": {"guess": 7}}


def test_the_environment_can_name_the_folder(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("EVSIM_GUESSES", str(tmp_path))
    assert Store().put("one", {"guess": 1}) and (tmp_path / NAME).exists() and not list(folder.iterdir())


def test_entries_do_not_disturb_each_other(folder):
    store = Store()
    store.put("one", {"guess": 1})
    store.put("two", {"guess": 2})
    store.put("one", {"guess": 3})
    store.forget("two")
    assert (store.get("one"), store.get("two")) == ({"guess": 3}, {})


def test_nothing_but_the_file_is_left_behind(folder):
    Store().put("one", {"guess": 1})
    assert [each.name for each in folder.iterdir()] == [NAME]


def test_the_second_folder_serves_if_the_first_can_not_be_written(tmp_path):
    nowhere, second = tmp_path / "no" / "such" / "folder", tmp_path
    assert Store(nowhere, second).put("one", {"guess": 1})
    assert Store(nowhere, second).get("one") == {"guess": 1}
    assert Store(second).get("one") == {"guess": 1}


def test_with_no_folder_to_write_to_nothing_is_kept_and_nothing_fails(tmp_path):
    store = Store(tmp_path / "no", tmp_path / "neither")
    assert not store.put("one", {"guess": 1})
    store.forget("one")
    assert store.get("one") == {}


def test_a_file_that_is_no_store_counts_as_empty_and_is_replaced(folder):
    for text in ("", "not json", "[1, 2]", '{"one": 5}', "[" * 100_000):
        (folder / NAME).write_text(text, encoding="utf-8")
        assert Store().get("one") == {}
    (folder / NAME).write_bytes(b"\xff\xfe\x00")
    assert Store().get("one") == {}
    assert Store().put("one", {"guess": 1})
    assert Store().get("one") == {"guess": 1}
