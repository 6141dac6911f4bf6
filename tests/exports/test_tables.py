"""CSV and Parquet: read back, the tables are the frames of the run."""

import zipfile
from io import BytesIO

import pandas
import pytest

from evsim.scenario import ScenarioError
from tests.exports.runs import SOME_BY_DAY, a_run

FRAMES = ("requests", "spans", "ledger", "effects", "incidents", "services", "channels")


def frame(run, name):
    """A table of a run as a frame."""
    table = getattr(run, name)
    return getattr(table, "frame", table)


def tables_of(run):
    """name -> frame; a run without channels has no table of them."""
    return {name: frame(run, name) for name in FRAMES if name != "channels" or run.scenario.channels}


@pytest.mark.slow
@pytest.mark.parametrize("which", SOME_BY_DAY)
def test_csv_files_are_the_frames(which, tmp_path):
    run = a_run(which)
    folder = run.export(tmp_path / "run", "csv")
    assert {path.name for path in folder.iterdir()} == {f"{name}.csv" for name in tables_of(run)}
    for name, expected in tables_of(run).items():
        found = pandas.read_csv(folder / f"{name}.csv")
        texts = pandas.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False)
        if expected.index.names != [None]:
            found = found.set_index(list(expected.index.names))
            assert found.index.tolist() == expected.index.tolist()
        assert list(found.columns) == list(expected.columns)
        assert len(found) == len(expected)
        for column in expected.select_dtypes("number"):
            assert found[column].tolist() == pytest.approx(expected[column].tolist(), rel=1e-12, nan_ok=True)
        for column in expected.select_dtypes(exclude="number"):
            words = ["" if value is None or value != value else str(value) for value in expected[column]]
            assert texts[column].tolist() == words


@pytest.mark.parametrize("which", SOME_BY_DAY)
def test_parquet_files_are_the_frames(which, tmp_path):
    run = a_run(which)
    folder = run.export(tmp_path / "run", "parquet")
    assert {path.name for path in folder.iterdir()} == {f"{name}.parquet" for name in tables_of(run)}
    for name, expected in tables_of(run).items():
        found = pandas.read_parquet(folder / f"{name}.parquet")
        pandas.testing.assert_frame_equal(found, expected, check_dtype=False, check_index_type=False)


def test_an_archive_holds_the_files_of_the_folder_and_is_the_same_each_time(tmp_path):
    run = a_run("events")
    folder = run.export(tmp_path / "run", "csv")
    archive = run.export(tmp_path / "run.zip", "csv")
    with zipfile.ZipFile(BytesIO(archive.read_bytes())) as packed:
        assert {name: packed.read(name) for name in packed.namelist()} == {
            path.name: path.read_bytes() for path in folder.iterdir()
        }
    again = run.scenario.run(seed=run.seed).export(tmp_path / "again.zip", "csv")
    assert again.read_bytes() == archive.read_bytes()


def test_some_requests_have_only_what_is_theirs(tmp_path):
    run = a_run("events")
    folder = run.export(tmp_path / "run", "csv", requests=[20, 31])
    tables = {path.stem: pandas.read_csv(path) for path in folder.iterdir()}
    assert tables.keys() == {"requests", "spans", "ledger", "effects", "incidents"}
    for name in ("requests", "spans", "ledger", "effects"):
        whole = frame(run, name)
        assert len(tables[name]) == whole["request"].isin([20, 31]).sum() > 0
        assert set(tables[name]["request"]) == {20, 31}
    assert len(tables["incidents"]) == len(run.incidents)


def test_without_pyarrow_parquet_says_what_it_needs(tmp_path, monkeypatch):
    def nothing(*_, **__):
        raise ImportError

    monkeypatch.setattr(pandas.DataFrame, "to_parquet", nothing)
    with pytest.raises(ScenarioError, match=r"need pyarrow.*pip install"):
        a_run("events").export(tmp_path / "run", "parquet")
