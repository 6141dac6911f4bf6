"""Writing: the row of a message that a handler hands over, whatever becomes of it then."""

__all__ = ["writer"]


def writer(system, place, step, channel, route):
    """A function that writes down the message of one publish step on one path, published now; it returns its number."""
    rows, messages, env = system.records.rows, system.records.messages, system.env
    new = messages.new
    channels, keys, lucks, routes = messages.channel, messages.key, messages.luck, messages.route
    causes, published, row_luck = messages.cause, messages.published, rows.luck
    number = channel.number
    key = None if step.key is None else system.key_number(step.key)
    key_of = system.keys[place.workload].of if key is None else lambda luck: key
    partitions, partition_of = messages.partition, channel.partitioner(place.workload, key)

    def write(row):
        message = new()
        channels[message] = number
        routes[message] = route
        causes[message] = row
        lucks[message] = luck = row_luck[row]
        keys[message] = key_of(luck)
        partitions[message] = partition_of(luck)
        published[message] = env._now
        return message

    return write
