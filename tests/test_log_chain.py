"""Nothing in the change log can be altered, left out or moved unnoticed, and what was erased does not break it."""

import random

import orjson
import pytest
from attrs import evolve

from crmcore.storage.change_log import line_of, parsed
from crmcore.storage.log_chain import _Chain, link_of, sealed_entry, verify, vouching, without_values
from crmcore.store import ERASED, Change, LogEntry


def made(count, begin=1, previous=""):
    """Return a log of so many commits."""
    entries = []
    for number in range(begin, begin + count):
        changes = tuple(Change("customer", f"c{each}", None, {"name": f"n{number}"}) for each in range(3))
        entry = LogEntry(0, f"2026-11-21T12:00:{number % 60:02}Z", "ada", f"why {number}", changes)
        entries.append(sealed_entry(entry, number, link_of(entries[-1]) if entries else previous))
    return entries


def less(entry):
    return without_values(entry, "edit", tuple(evolve(one, after={}) for one in entry.changes))


def erasing(entries, which):
    """Return the log after the values of some entries were erased by one more commit."""
    lesser = [less(entries[each]) for each in which]
    vouched = Change(ERASED, "c1", None, vouching(lesser))
    entry = LogEntry(0, "2026-11-22T00:00:00Z", "eve", "erase", (vouched,))
    kept = list(entries)
    for one in lesser:
        kept[one.commit - 1] = one
    return [*kept, sealed_entry(entry, len(entries) + 1, link_of(entries[-1]))]


def test_a_log_as_it_was_written_is_whole():
    found = verify(made(20))
    assert (found.commits, found.erased, found.unsealed, found.problems) == (20, 0, 0, ())
    assert len(found.head) == 64


def test_an_empty_log_is_whole():
    assert verify([]) == verify(())
    assert verify([]).problems == ()


ALTERATIONS = {
    "another time": lambda one: evolve(one, at="2026-11-21T13:00:00Z"),
    "another actor": lambda one: evolve(one, actor="eve"),
    "another reason": lambda one: evolve(one, why="nothing"),
    "a value": lambda one: evolve(one, changes=(evolve(one.changes[0], after={"name": "Eve"}), *one.changes[1:])),
    "a change less": lambda one: evolve(one, changes=one.changes[1:]),
    "changes swapped": lambda one: evolve(one, changes=one.changes[::-1]),
    "another key": lambda one: evolve(one, changes=(evolve(one.changes[0], key="c9"), *one.changes[1:])),
    "no seal": lambda one: evolve(one, seal=None),
    "a salt": lambda one: evolve(one, seal=evolve(one.seal, salt="0" * 32)),
    "erased without a trace": less,
}


@pytest.mark.parametrize("alter", ALTERATIONS.values(), ids=ALTERATIONS)
@pytest.mark.parametrize("place", [0, 5, 9])
def test_whatever_is_altered_breaks_the_chain(alter, place):
    log = made(10)
    log[place] = alter(log[place])
    assert verify(log).problems


def test_entries_cannot_be_left_out_repeated_swapped_or_put_in():
    log, other = made(10), made(10)
    assert verify([*log[:4], *log[5:]]).problems
    assert verify([*log[:4], log[3], *log[4:]]).problems
    assert verify([*log[:4], log[5], log[4], *log[6:]]).problems
    assert verify([*log[:4], other[4], *log[5:]]).problems


def test_ten_thousand_random_alterations_are_all_found():
    log, rng = made(40), random.Random(5)
    noted = link_of(log[-1])
    missed = []
    for turn in range(10_000):
        altered, place = list(log), rng.randrange(40)
        match rng.randrange(4):
            case 0:
                altered[place] = rng.choice(list(ALTERATIONS.values()))(log[place])
            case 1:
                del altered[place]
            case 2:
                del altered[place:]
            case 3:
                other = (place + rng.randrange(1, 40)) % 40
                altered[place], altered[other] = altered[other], altered[place]
        found = verify(altered, noted)
        if found.first == 1 and not found.problems:
            missed.append((turn, place))
    assert missed == []


def test_without_the_links_alterations_would_pass(monkeypatch):
    monkeypatch.setattr(_Chain, "_follow", lambda self, entry: None)
    log = made(10)
    log[5] = ALTERATIONS["a value"](log[5])
    assert verify(log).problems == ()


def test_a_log_cut_at_its_end_is_found_by_a_link_that_was_noted():
    log = made(10)
    assert verify(log[:8]).problems == ()
    assert verify(log[:8], link_of(log[9])).problems == (
        f"no commit has the link {link_of(log[9])}: the log is not the one from which it was noted",
    )
    assert verify(log, link_of(log[6])).problems == ()


def test_a_log_made_anew_is_found_by_a_link_that_was_noted():
    log = made(10)
    assert verify(made(10), link_of(log[9])).problems


def test_erasing_values_keeps_the_chain():
    log = erasing(made(10), [2, 5])
    found = verify(log, link_of(log[9]))
    assert (found.commits, found.erased, found.problems) == (11, 2, ())
    again = erasing(log, [2, 7])
    assert (verify(again).erased, verify(again).problems) == (3, ())


def test_what_is_left_after_erasing_cannot_be_altered_either():
    log = erasing(made(10), [2])
    log[2] = evolve(log[2], why="another story")
    assert verify(log).problems == ("commit 3 lost values, and no commit that erased any vouches for the rest",)


def test_what_was_erased_cannot_be_guessed():
    """The digest that is left is salted with chance that is gone."""
    entry = made(1)[0]
    gone = less(entry)
    assert gone.seal.salt == ""
    assert entry.seal.salt not in line_of(gone).decode()
    assert b"n1" not in line_of(gone)
    twins = {sealed_entry(entry, 1, "").seal.link for _ in range(10)}
    assert len(twins) == 10


def test_a_log_that_lost_its_beginning_is_followed_from_where_it_begins():
    log = made(10)
    assert verify(log[4:]).problems == ()
    assert verify(log[4:]).first == 5
    log[6] = ALTERATIONS["a value"](log[6])
    assert verify(log[4:]).problems == ("commit 7 was altered, or what stands before it was",)


def test_entries_older_than_the_chain_are_counted(tmp_path):
    old = [evolve(one, seal=None) for one in made(3)]
    found = verify([*old, *made(3, 4, "")])
    assert (found.commits, found.unsealed, found.problems) == (6, 3, ())


def test_a_seal_comes_back_from_its_line(tmp_path):
    log = erasing(made(3), [1])
    back = [parsed(line_of(one), one.commit, tmp_path) for one in log]
    assert back == log
    assert [one.seal for one in back] == [one.seal for one in log]
    assert "seal" in orjson.loads(line_of(log[0]))
