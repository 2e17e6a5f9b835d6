"""The mutator itself: it changes one thing, what it changes runs, and a mistake that matters is found."""

from collections.abc import Iterator

import pytest

pytest.importorskip("sqlglot", reason="comes with the group `mutants`")

from mutation import seeds, sql
from mutation.patching import MACROS, MODEL, SEED, SEEDS, Mutant, in_place
from mutation.worlds import World
from mutation.worlds_vat import Coded

from etl import store
from etl.vat import rates

SMALL = """-- One row per thing.
-- replaces: core.things by order_key
select distinct a.x, coalesce(a.y, 0) as y, case when a.z is null then 'none' when a.z > 2 then 'many' end as words
from things as a
inner join others as o on o.x = a.x and o.day between a.first and a.last
where a.n + 1 < 3 or a.n = 7
order by a.x desc
"""


def names(stem: str, text: str) -> list[str]:
    return [one.name.partition(" ")[2] for one in sql.mutants(stem, text)]


def test_each_kind_of_change_is_made_once() -> None:
    found = [name.partition(":")[0] for name in names("100_things", SMALL)]
    for change in (
        "distinct dropped", "argument 1 of coalesce dropped", "argument 2 of coalesce dropped", "is negated",
        "branch 1 of case dropped", "branch 2 of case dropped", "gt -> gte", "text -> 'none'", "text -> 'many'",
        "inner join -> left", "right of and dropped", "left of and dropped", "lower bound excluded",
        "upper bound excluded", "where dropped", "or -> and", "left of or dropped", "add -> sub", "lt -> lte",
        "eq -> neq", "order turned",
    ):  # fmt: skip
        assert found.count(change) == 1, change
    assert found.count("number + 1") == 5  # 0, 2, 1, 3, 7
    assert found.count("number - 1") == 4  # 0 has none below it here


def test_a_mutant_is_the_model_but_for_its_change_and_keeps_its_directives() -> None:
    whole = sql.unchanged(SMALL).splitlines()
    for one in sql.mutants("100_things", SMALL):
        text = one.sql.splitlines()
        assert text[0] == "-- replaces: core.things by order_key"
        assert len(set(whole) ^ set(text)) <= 6, one.name
        assert one.sql != sql.unchanged(SMALL)


def test_mutants_have_names_of_their_own_and_the_same_ones_each_time() -> None:
    first, again = ([one.name for one in sql.mutants("330_line_rules", model("330_line_rules"))] for _ in range(2))
    assert first == again
    assert len(set(first)) == len(first) > 10


def model(stem: str) -> str:
    return store.model(stem).sql


def test_macros_are_changed_one_at_a_time_and_only_those_that_models_call() -> None:
    text = (store.MODELS / "macros.sql").read_text("utf-8")
    found = sql.macro_mutants(text, "select vat_on_net_ore(1, 2)")
    assert {one.name.partition(":")[0] for one in found} == {"vat_on_net_ore", "from_ore"}
    for one in found:
        assert one.sql.startswith("-- The roundings of etl/vat/__init__.py in SQL")
        assert one.sql.endswith(text[-200:])


RULES = """\
priority,rule_id,line_kind,route,valid_from,valid_to,treatment,rate_source,if_zero_rate,dk_box,esl,oss_section,hold_code
1,first,goods|margin,third,2021-07-01,,EXPORT,zero,,C,,,
2,last,any,any,,,HOLD,,,NONE,,,WHY
"""


def test_a_rule_is_dropped_widened_narrowed_moved_and_answered_otherwise() -> None:
    found = {one.name.partition(":")[2]: one.text.splitlines() for one in seeds.mutants("vat_rules", RULES)}
    assert found["first row dropped"] == [RULES.splitlines()[0], RULES.splitlines()[2]]
    assert found["first route any"][1].split(",")[3] == "any"
    assert found["first line_kind - goods"][1].split(",")[2] == "margin"
    assert found["first valid_from +1"][1].split(",")[4] == "2021-07-02"
    assert found["first treatment -> 'HOLD'"][1].split(",")[6] == "HOLD"
    assert [line.split(",")[0] for line in found["first after last"]] == ["priority", "2", "1"]
    assert "last route any" not in found  # it is that already


@pytest.mark.parametrize("table", seeds.TABLES)
def test_every_row_of_a_seed_table_has_mutants_that_differ(table: str) -> None:
    text = (SEEDS / f"{table}.csv").read_text("utf-8")
    found = seeds.mutants(table, text)
    assert len({one.name for one in found}) > len(text.splitlines()) - 2
    assert len({one.text for one in found}) == len(found)


def test_a_mutant_is_in_place_and_taken_out_again() -> None:
    before, macros = model("330_line_rules"), store.MODELS
    with in_place(Mutant("m", MODEL, "330_line_rules", "select 1")):
        assert model("330_line_rules") == "select 1"
    with in_place(Mutant("m", MACROS, "macros", "select 2")):
        assert (store.MODELS / "macros.sql").read_text("utf-8") == "select 2"
    assert (model("330_line_rules"), store.MODELS) == (before, macros)
    with in_place(Mutant("m", SEED, "vat_rates", "vat_country,rate\n")):
        assert (rates.SHIPPED / "vat_rates.csv").read_text("utf-8") == "vat_country,rate\n"
    assert rates.SHIPPED == SEEDS


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    opened = Coded()
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("target", "wrong", "killed"),
    [
        ("330_line_rules", None, False),
        ("330_line_rules", ("d.rate_bp * 0.01", "d.rate_bp * 0.02"), True),
        ("330_line_rules", ("d.rate_bp,", "d.rate_of_nobody,"), True),
        ("326_vat_codes_due", ("where d.rate_bp is not null", "where d.rate_bp is null"), True),
    ],
)
def test_a_mistake_is_found_and_none_is_not(
    world: World, target: str, wrong: tuple[str, str] | None, killed: bool
) -> None:
    text = model(target)
    if wrong:
        assert wrong[0] in text
        text = text.replace(*wrong, 1)
    assert bool(world.verdict(Mutant("m", MODEL, target, text))) == killed
