"""Writing: the row of a message that a handler hands over, whatever becomes of it then."""

__all__ = ["keep_again", "take", "writer"]


def writer(system, route):
    """A function that writes down the message of one publish step on one path, published now; it returns its number."""
    rows, messages, env = system.records.rows, system.records.messages, system.env
    new = messages.new
    channels, keys, lucks, routes = messages.channel, messages.key, messages.luck, messages.route
    causes, published, row_luck = messages.cause, messages.published, rows.luck
    number, channel, key = route.number, route.channel.number, route.course.key
    key_of = system.keys[route.course.place.workload].of if key is None else lambda luck: key
    partitions, partition_of = messages.partition, route.partition_of

    def write(row):
        message = new()
        channels[message] = channel
        routes[message] = number
        causes[message] = row
        lucks[message] = luck = row_luck[row]
        keys[message] = key_of(luck)
        partitions[message] = partition_of(luck, row)
        published[message] = env._now
        return message

    return write


def keep_again(system, channel, message):
    """A message comes that was kept before: the record that stands for it, a new one where the channel cannot tell."""
    if channel.keeps_once and channel.has(message):
        return message
    messages = system.records.messages
    copy = messages.new()
    for column in ("channel", "route", "cause", "luck", "key", "partition", "published", "sent"):
        getattr(messages, column)[copy] = getattr(messages, column)[message]
    system.records.copies.append((copy, message))
    channel.append(copy)
    return copy


def take(lists, key, index):
    """One entry of the list of `key`; an empty list is forgotten."""
    entry = lists[key].pop(index)
    if not lists[key]:
        del lists[key]
    return entry
