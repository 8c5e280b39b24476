"""The graph on toy nodes: what is read is what a result hangs on, equal work is done once, nothing stale is used."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toys import AFTER, ASKED, BEHIND, FAILING, MOVED, NESTED, RUNS, SIGN, SLOW, WAY, Given, graph

from contactline.core.errors import UnknownNameError
from contactline.core.graph import Graph, Node, node, watching
from contactline.core.keep import Store
from contactline.service.nodes import all_nodes


@pytest.fixture(autouse=True)
def counted():
    RUNS.clear()


def test_only_what_a_run_read_makes_it_anew():
    toys = graph()
    assert toys.get(WAY, Given(x=1.0, y=5.0, z=0)) == 1.0
    assert toys.get(WAY, Given(x=1.0, y=6.0, z=1)) == 1.0  # y was not read: x was above nought
    assert RUNS == {"way": 1}
    assert toys.get(WAY, Given(x=-1.0, y=6.0)) == 12.0
    assert toys.get(WAY, Given(x=-1.0, y=7.0)) == 14.0  # now it was
    assert RUNS == {"way": 3, "behind": 2}
    for x, y, found in ((1.0, 7.0, 1.0), (-1.0, 6.0, 12.0), (-1.0, 7.0, 14.0)):
        assert toys.get(WAY, Given(x=x, y=y)) == found
    assert RUNS == {"way": 3, "behind": 2}


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.fixed_dictionaries({name: st.sampled_from([-2.0, 0.0, 3.0]) for name in "xyz"}), min_size=1)
)
def test_a_graph_that_remembers_says_what_one_that_does_not_says(asked):
    toys = graph()
    for inputs in asked:
        for one in (WAY, AFTER, NESTED, MOVED("y", "4"), MOVED("x", "-3"), ASKED):
            assert toys.get(one, Given(**inputs)) == graph().get(one, Given(**inputs)), one.name


def test_the_key_is_known_without_running_and_is_none_before():
    toys, inputs = graph(), Given(x=-1.0, y=2.0)
    assert toys.key(WAY, inputs) is None and not RUNS
    toys.get(WAY, inputs)
    known = toys.key(WAY, Given(x=-1.0, y=2.0))
    assert known is not None and RUNS == {"way": 1, "behind": 1}
    assert toys.key(WAY, Given(x=-1.0, y=3.0)) is None
    assert toys.key(WAY, Given(x=1.0, y=2.0)) is None
    assert toys.key(BEHIND, Given(y=2.0)) not in (None, known)
    assert RUNS == {"way": 1, "behind": 1}


def test_a_change_that_does_not_reach_a_result_by_content_ends_there():
    toys = graph()
    assert [toys.get(AFTER, Given(x=x)) for x in (1.0, 2.0, -1.0, 3.0, -5.0)] == [
        "up",
        "up",
        "down",
        "up",
        "down",
    ]
    assert RUNS == {"sign": 5, "after": 2}
    assert toys.key(SIGN, Given(x=1.0)) == toys.key(SIGN, Given(x=2.0)) != toys.key(SIGN, Given(x=-1.0))


def test_what_is_read_under_other_inputs_counts_as_read():
    toys, inputs = graph(), Given(x=1.0, y=5.0, z=0)
    assert toys.get(MOVED("x", "-2"), inputs) == 9.0
    assert toys.inputs_of(MOVED("x", "-2"), inputs) == {"x", "y"}
    assert toys.get(MOVED("y", "9"), inputs) == 0.0
    assert toys.inputs_of(MOVED("y", "9"), inputs) == {
        "x"
    }  # with x above nought y is not read, wherever it is moved
    RUNS.clear()
    assert toys.get(MOVED("x", "-2"), Given(x=1.0, y=6.0, z=0)) == 11.0
    assert RUNS == {"moved": 1, "way": 1, "behind": 1}  # the way as it is has not changed


def test_an_overlay_within_an_overlay_is_both():
    toys = graph()
    assert toys.get(NESTED, Given(x=1.0, y=5.0, z=3.0)) == 6.0
    assert toys.inputs_of(NESTED, Given(x=1.0, y=5.0, z=3.0)) == {"x", "y", "z"}
    RUNS.clear()
    assert toys.get(NESTED, Given(x=7.0, y=8.0, z=3.0)) == 6.0  # neither is read at its own value
    assert not RUNS
    assert toys.get(NESTED, Given(x=1.0, y=5.0, z=4.0)) == 8.0


def test_whether_an_input_is_there_is_a_thing_read():
    toys = graph()
    assert not toys.get(ASKED, Given(x=1.0))
    assert toys.get(ASKED, Given(x=1.0, w=0))
    assert toys.get(ASKED, Given(x=2.0, w=1))
    assert RUNS == {"asked": 2} and toys.inputs_of(ASKED, Given(x=1.0)) == {"w"}


def test_what_reaches_a_node_is_looked_up_through_others():
    toys, inputs = graph(), Given(x=-1.0, y=2.0, z=3.0)
    assert toys.inputs_of(WAY, inputs) == {"x", "y"}
    assert toys.reads_of(WAY, inputs) == ("x", "@behind")
    assert toys.reads(inputs).inputs_of(AFTER) == {"x"}


def test_reads_of_another_case_or_of_older_code_are_passed_over():
    """Lists of names outlive the case and the code that they come from: what cannot be asked is no match."""
    toys, inputs = graph(), Given(x=1.0, y=5.0)
    for shape in (
        ("@gone",),
        ("@gone[a]", "x"),
        ('@{"no such": 1}way',),
        ('={"no such": 1}x',),
        ("no such",),
    ):
        toys.keep.learn("way", shape, "key", "key", 0.0)
    toys.keep.put("key", "stale", 0.0, disk=False)
    assert toys.get(WAY, inputs) == 1.0 and toys.get(WAY, Given(x=2.0)) == 2.0


def test_a_result_that_was_let_go_is_made_again_and_what_stands_on_it_is_still_found():
    store = Store()
    toys, inputs = graph(store), Given(x=-1.0, y=2.0)
    toys.get(WAY, inputs)
    behind = toys.key(BEHIND, inputs)
    store._held.pop(behind)
    assert toys.get(WAY, Given(x=-1.0, y=2.0)) == 4.0 and RUNS == {"way": 1, "behind": 1}
    assert toys.get(BEHIND, Given(x=-1.0, y=2.0)) == 4.0 and RUNS == {"way": 1, "behind": 2}


def test_equal_requests_from_eight_threads_make_a_node_once(tmp_path):
    for store in (Store(), Store(tmp_path / "kept")):
        RUNS.clear()
        toys = graph(store)
        with ThreadPoolExecutor(8) as pool:
            found = list(
                pool.map(
                    lambda _, toys=toys: toys.get(SLOW, Given(x=1.0, log=str(tmp_path / "log"))), range(8)
                )
            )
        assert RUNS == {"slow": 1} and all(one is found[0] for one in found)
        with ThreadPoolExecutor(8) as pool:
            ways = list(
                pool.map(
                    lambda k, toys=toys: toys.get(MOVED("x", str(-k % 2 - 2)), Given(x=1.0, y=k % 2)),
                    range(64),
                )
            )
        assert ways == [2.0 * (k % 2) - 1.0 for k in range(64)]
        assert RUNS["moved"] == 2 and RUNS["behind"] == 2


def test_what_fails_names_the_node_and_is_not_kept():
    toys = graph()
    for _ in range(2):
        with pytest.raises(ZeroDivisionError) as caught:
            toys.get(FAILING, Given(y=0))
        assert "while working out 'failing', after it had read ['y']" in caught.value.__notes__[0]
    assert toys.key(FAILING, Given(y=0)) is None and toys.get(FAILING, Given(y=1)) == 1
    with pytest.raises(UnknownNameError, match="unknown input 'y'"):
        toys.get(BEHIND, Given(x=1.0))


def test_work_is_told_as_made_or_reused_with_its_own_seconds(tmp_path):
    toys, begun = graph(), []
    inputs = Given(x=-1.0, y=2.0, log=str(tmp_path / "log"))
    began = time.perf_counter()
    with watching(begun.append) as work:
        toys.get(WAY, inputs)
        toys.get(SLOW, inputs)
    assert begun == ["way", "behind", "slow"] and list(work.made) == ["behind", "way", "slow"]
    assert work.made["slow"] >= 1.0 and sum(work.made.values()) <= time.perf_counter() - began
    with watching() as work:
        toys.get(WAY, Given(x=-1.0, y=2.0))
    assert not work.made and work.reused == {"way"}


def test_members_of_a_family_have_results_of_their_own():
    toys, inputs = graph(), Given(x=1.0, y=5.0)
    assert toys.get(MOVED("x", "2"), inputs) == 1.0 and toys.get(MOVED("x", "3"), inputs) == 2.0
    assert toys.named("moved[x,2]").name == MOVED("x", "2").name and toys.named("way") is WAY
    with pytest.raises(UnknownNameError, match="unknown node 'wya': did you mean way"):
        toys.named("wya")
    with pytest.raises(TypeError, match=r"holds one of"):
        MOVED("x,y", "2")


def test_a_node_that_no_key_can_tell_apart_is_refused():
    hidden = 3

    def closed(reads):
        return reads["x"] + hidden

    def defaulted(reads, more=3):
        return reads["x"] + more

    def named(reads, *, more=3):
        return reads["x"] + more

    for make in (closed, defaulted, named):
        with pytest.raises(TypeError, match="closes over values"):
            node("bad")(make)


@pytest.mark.parametrize("one", all_nodes(), ids=lambda one: one.family)
def test_every_node_of_the_package_is_a_plain_function_of_what_it_reads(one: Node):
    assert one.make.__closure__ is None and one.make.__defaults__ is None and one.make.__kwdefaults__ is None
    assert one.make.__code__.co_argcount >= 1 and one.make.__code__.co_varnames[0] == "reads"
    assert one.make.__module__.startswith("contactline.") and "<locals>" not in one.make.__qualname__
    assert one.doc.endswith((".", ":", ";")) or one.doc[-1].isalnum(), "its docstring says what it is"


def test_names_of_the_packages_nodes_are_their_own():
    nodes = all_nodes()
    assert len({one.family for one in nodes}) == len(nodes) > 40
    assert all(Graph(nodes, Store()).named(one.family) is one for one in nodes)
