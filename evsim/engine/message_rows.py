"""Writing: the row of a message that a handler hands over, whatever becomes of it then."""

from evsim.engine.attempts import attempt_number
from evsim.engine.item_paths import NO_ITEM, path_of_row
from evsim.engine.random_streams import Label
from evsim.results.deaths import is_rejected
from evsim.results.endings import Fate, Outcome, Reason, Verdict
from evsim.results.records import LATER

__all__ = ["afresh", "goes_round", "is_letter", "forward", "refused_letter", "take", "writer"]


def writer(kernel, route):
    """A function that writes down the message of one publish step on one path, published now; it returns its number."""
    rows, messages, env = kernel.records.rows, kernel.records.messages, kernel.env
    new = messages.new
    channels, keys, lucks, routes = messages.channel, messages.key, messages.luck, messages.route
    causes, published, row_luck = messages.cause, messages.published, rows.luck
    number, channel, key = route.number, route.channel.number, route.site.key
    its_keys = kernel.identifiers.keys[route.site.place.workload]
    key_of, is_number = (its_keys.of, its_keys.are_numbers) if key is None else (lambda luck: key, False)
    partitions, partition_of = messages.partition, route.partition_of

    def write(row):
        message = next(new)
        channels[message] = channel
        routes[message] = number
        causes[message] = row
        lucks[message] = luck = row_luck[row]
        keys[message] = luck if is_number and luck < LATER else key_of(luck)
        partitions[message] = partition_of(luck, row)
        published[message] = env._now
        return message

    place, step = route.site.place, route.site.step
    if step.times.multiplies:
        return _writer_of_items(kernel, route, write)
    return _writer_below_items(kernel, place, write) if place.multiplied and not step.gathers else write


def _writer_below_items(kernel, place, write):
    """`write(row)` at a place that an item leads to: the message is about that one too."""
    items, item_of = kernel.records.messages.item, path_of_row(kernel, place)

    def write_below(row):
        message = write(row)
        items[message] = item_of(row)
        return message

    return write_below


def _writer_of_items(kernel, route, write):
    """`write(row)` of one of several messages, each with luck of its own, and a key of its own where that is asked for.

    The first one has the luck that a message alone would have.
    """
    messages, rows, paths, site = kernel.records.messages, kernel.records.rows, kernel.items, route.site
    place, level, identifiers = site.place, len(site.place.multiplied), kernel.identifiers
    item_of, later = path_of_row(kernel, place), kernel.streams.later
    key_of_request = identifiers.keys[place.workload].of

    def write_item(row):
        if site.step.keyed_by_item:
            request = identifiers.key_text(key_of_request(rows.luck[row]))
            path = (*paths.path(NO_ITEM if item_of is None else item_of(row)), site.item)
            site.item_key = identifiers.key_number("-".join(map(str, (request, *path))))
        message = write(row)
        messages.item[message] = paths.below(NO_ITEM if item_of is None else item_of(row), site.item)
        if site.item > 1:
            messages.luck[message] = later(messages.luck[message], Label.ITEM(site.item, level))
        if site.step.keyed_by_item:
            messages.key[message] = site.item_key
        return message

    return write_item


def afresh(kernel, hop, then):
    """`hop` for messages that may go there again: each time with luck of its own, and the message keeps its luck."""
    if hop == then:
        return hop  # it draws nothing
    luck, later, times = kernel.records.messages.luck, kernel.streams.later, kernel.notes()

    def go(message):
        times[message] = number = times.get(message, 0) + 1
        if number == 1:
            hop(message)
            return
        own = luck[message]
        luck[message] = later(own, Label.SENDING(number))
        hop(message)
        luck[message] = own

    return go


def forward(kernel, origin, cause, target, luck):
    """A channel makes a message for the channel `target` of another one, `origin`; it returns its number."""
    messages, site = kernel.records.messages, kernel.destination(origin).site
    message, number = next(messages.new), site.numbers[target.name]
    messages.channel[message], messages.route[message] = target.number, number
    messages.cause[message], messages.origin[message] = cause, origin
    messages.key[message], messages.luck[message] = messages.key[origin], luck
    messages.item[message], site.item_key = messages.item[origin], messages.key[origin]
    messages.partition[message] = kernel.identifiers.destinations[number].partition_of(luck, cause)
    messages.published[message] = kernel.env._now
    return message


def is_letter(kernel, message):
    """Whether a message is a dead letter, or a copy of one that an exchange made: nobody waits to hear of it."""
    messages, channels = kernel.records.messages, list(kernel.scenario.channels.values())
    while (message := messages.origin[message]) >= 0:
        if not channels[messages.channel[message]].routes:
            return True
    return False


def refused_letter(kernel, letter, fate):
    """A dead letter that its channel does not take is lost there: as nobody is told, the ledger is."""
    rows, now = kernel.records.rows, kernel.env._now
    row = next(rows.new)
    rows.luck[row], rows.parent[row] = kernel.records.messages.luck[letter], letter
    rows.born[row] = rows.ready[row] = rows.ended[row] = rows.settled[row] = now
    rows.outcome[row] = Outcome.WITHDRAWN
    full = fate == Fate.FULL
    rows.verdict[row] = Verdict.DROPPED if full else Verdict.LOST
    rows.reason[row] = Reason.MAX_LENGTH if full else Reason.UNREACHABLE


def goes_round(kernel, row, message, channel):
    """Whether a message made of `message`, whose last attempt is `row`, comes round to a channel where it was before.

    Not if a consumer rejected it in that channel or since. RabbitMQ ends a cycle in which nobody did.
    """
    messages = kernel.records.messages
    while message >= 0 and not _ends_a_cycle(kernel, row):
        if messages.channel[message] == channel.number:
            return True
        row, message = messages.cause[message], messages.origin[message]
    return False


def _ends_a_cycle(kernel, row):
    """Whether a message died for good with an attempt because a consumer said so, or somebody moved it."""
    rows = kernel.records.rows
    if rows.verdict[row] != Verdict.DEAD:
        return False
    place = kernel.graph.places[rows.place[row]] if rows.place[row] >= 0 else None
    reason, attempt = rows.reason[row], attempt_number(rows, row)
    channels = kernel.scenario.channels
    return reason == Reason.REDRIVEN or is_rejected(place, channels, reason, rows.outcome[row], attempt)


def take(lists, key, index):
    """One entry of the list of `key`; an empty list is forgotten."""
    entry = lists[key].pop(index)
    if not lists[key]:
        del lists[key]
    return entry
