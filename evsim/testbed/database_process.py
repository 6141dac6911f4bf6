"""The keeper of a run's table in a PostgreSQL that runs already: it makes the table, and takes it away at the end."""

from evsim.testbed.databases import reach, table_of
from evsim.testbed.effect_stores import write_down
from evsim.testbed.roles import Process, serve

__all__ = ["DatabaseProcess"]


class DatabaseProcess(Process):
    async def start(self):
        self._pool = await reach(self.database)
        await self._pool.execute(f"create table {table_of(self.run_name)} (row text, effect text, time bigint)")

    async def leave(self):
        """What stands in the table goes to the run's own file, from which it is read as in any run."""
        rows = await self._pool.fetch(f"select row, effect, time from {table_of(self.run_name)}")
        write_down(self.folder, [tuple(row) for row in rows])
        await self._pool.execute(f"drop table {table_of(self.run_name)}")


if __name__ == "__main__":
    serve(DatabaseProcess)
