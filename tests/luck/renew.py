"""The numbers that tests/luck/test_draws.py holds as literals, as they are now:

python -m tests.luck.renew
"""

from tests.luck import test_draws

if __name__ == "__main__":
    for name, of in (("FIRST", test_draws.first_of), ("LATER", test_draws.later_of)):
        print(f"{name} = {{")
        for shape in getattr(test_draws, name):
            print(f'    "{shape}": {of(shape)},')
        print("}")
    print(f"KEY = {test_draws.key_of()}".replace("'", '"'))
    print(f"CHANCES = {test_draws.chances_of()}")
