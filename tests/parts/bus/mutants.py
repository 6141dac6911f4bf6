"""Ways to break a bus on purpose."""

from evsim.engine.fire_and_forget import FireAndForget
from evsim.parts.bus.engine import Bus, BusPublisher, Handler
from tests.books.breaking import LATE, Once, direct, mutant

# Messages.


@mutant("a message was copied wrongly", of=direct)
def a_message_for_one_handler_goes_to_two(patch):
    original, once = BusPublisher._hand, Once()

    def hand(self):
        give = original(self)

        def twice(message, luck, service):
            give(message, luck, service)
            if once(message > LATE and self.step.kind == "send"):
                give(message, luck, service)

        return twice

    patch.setattr(BusPublisher, "_hand", hand)


@mutant("a message was copied wrongly", of=direct)
def a_handler_is_left_out(patch):
    original, once = BusPublisher._hand, Once()

    def hand(self):
        give = original(self)
        return lambda message, luck, service: once(message > LATE) or give(message, luck, service)

    patch.setattr(BusPublisher, "_hand", hand)


@mutant("a message was copied wrongly", of=direct, faults=[{"crash": "left", "at": 10}, {"crash": "right", "at": 10}])
def what_is_sent_to_nobody_is_not_written_down(patch):
    original = BusPublisher._hand

    def hand(self):
        give = original(self)
        return lambda message, luck, service: None if service is None else give(message, luck, service)

    patch.setattr(BusPublisher, "_hand", hand)


@mutant("open in the records and nowhere to be found", of=direct)
def a_message_is_lost_on_the_way_and_nobody_says_so(patch):
    original, once = Handler.edge, Once()

    def edge(self, place):
        made = original(self, place)
        arrived = made.arrived
        made.arrived = lambda row: once(row > LATE) or arrived(row)
        made.inbound.add(made.arrived)
        return made

    patch.setattr(Handler, "edge", edge)


@mutant("nobody will ever hear of it", of=direct)
def a_handling_ends_and_is_not_noted(patch):
    original, once = FireAndForget._done, Once()

    def done(self):
        note = original(self)
        return lambda row: once(row > LATE) or note(row)

    patch.setattr(FireAndForget, "_done", done)


@mutant("nobody will ever hear of it", of=direct, faults=[{"crash": "right", "at": 10, "for": 1}])
def what_a_crash_takes_is_not_noted(patch):
    patch.setattr(FireAndForget, "died", lambda self, row: None)


@mutant("open in the records and nowhere to be found", of=direct)
def no_room_and_no_word_of_it(patch):
    def room(self, service, offer, refuse):
        return lambda row: None if len(service.inbox) > 1 else offer(row)

    patch.setattr(Bus, "room", room)


@mutant("a bus kept a message back", of=direct)
def a_message_waits_on_the_bus(patch):
    original, once = Handler.edge, Once()

    def edge(self, place):
        made, rows, env = original(self, place), self.kernel.records.rows, self.kernel.env
        arrived = made.arrived

        def late(row):
            if once(row > LATE):
                rows.leased[row] = env._now
            arrived(row)

        late.owner = arrived.owner
        made.arrived = late
        made.inbound.add(late)
        return made

    patch.setattr(Handler, "edge", edge)
