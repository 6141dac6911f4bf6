"""The names of processes: those of a service are called as faults call them, and the others as no service can be."""

__all__ = [
    "BROKER",
    "CUSTOMERS",
    "DATABASE_KEEPER",
    "MAIL_SERVER",
    "file_name",
    "instance_of",
    "processes_of",
    "service_of",
]

BROKER, CUSTOMERS, MAIL_SERVER, DATABASE_KEEPER = "the broker", "the customers", "the mail server", "the database"


def processes_of(scenario, service):
    """The names of the processes of a service: ``desk``, or ``desk/1``, ``desk/2`` ... of several instances."""
    count = scenario.services[service].instances
    return [service] if count == 1 else [f"{service}/{number}" for number in range(1, count + 1)]


def service_of(process):
    """The service that a process belongs to."""
    return process.partition("/")[0]


def instance_of(process):
    """Which instance a process is, from 0."""
    return int(process.partition("/")[2] or 1) - 1


def file_name(process):
    """A process as it stands in names of files."""
    return process.replace("/", "~")
