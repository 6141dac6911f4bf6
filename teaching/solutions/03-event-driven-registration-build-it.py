# %% exercise-gift
three = {
    "database": (2, lambda who: who.database),
    "mailing-list": (2, lambda who: who.mailing_list),
    "gift": (4, lambda who: 0.020),
}
told, done = simulate(register, customers, three)
gift = {"workers": 4, "subscribe": "customer-registered", "handle": [{"work": "20ms"}, {"effect": "gift"}]}
same(without_network("events").replace({"services.gift": gift}).run(), told, done=done)


# %% exercise-both
def call_and_publish(env, who, services, log, told):
    yield env.timeout(who.arrived)
    with services["register"].request() as worker:
        yield worker
        yield env.timeout(0.002)
        with services["database"].request() as other:
            yield other
            yield env.timeout(who.database)
        log["mailing-list"][who.partition].put(who)
    told[who.Index] = env.now


told, done = simulate(call_and_publish, customers, {"mailing-list": two["mailing-list"]})
mixed = {
    "services.register.handle": [{"work": "2ms"}, {"call": "database"}, {"publish": "customer-registered"}],
    "services.database.subscribe": [],
}
same(without_network("events").replace(mixed).run(), told, done=done)
