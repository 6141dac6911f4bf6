# %% exercise-at-once
def at_once(env, who, services, told):
    yield env.timeout(who.arrived)
    with services["register"].request() as worker:
        yield worker
        yield env.timeout(0.002)
        row = env.process(work(env, services["database"], who.database))
        entry = env.process(work(env, services["mailing-list"], who.mailing_list))
        yield row & entry
    told[who.Index] = env.now


same(without_network("parallel").run(), told=simulate(at_once, customers))
# %% exercise-outage
error = set()  # the numbers of customers who were told an error


def while_down(env, who, services, told):
    yield env.timeout(who.arrived)
    with services["register"].request() as worker:
        yield worker
        yield env.timeout(0.002)
        yield from work(env, services["database"], who.database)
        if 8 <= env.now < 13:
            error.add(who.Index)
        else:
            yield from work(env, services["mailing-list"], who.mailing_list)
    told[who.Index] = env.now


outage = {"faults": [{"outage": "mailing-list", "at": "8s", "for": "5s"}]}
same(without_network("classic").replace(outage).run(), simulate(while_down, customers), error)
