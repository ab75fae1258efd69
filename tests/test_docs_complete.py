"""Nothing that people can use is left out of the documentation, or of the tests; each search is seen to notice a gap."""

import ast
import re
import sys
from functools import lru_cache

import click
import pytest
from click.testing import CliRunner
from invocations import called, invocations
from pages import DOCS, ROOT, blocks_of, page_names

import crmcore
from crmcore import testing
from crmcore.author.checking import VALIDATORS
from crmcore.cli.main import cli
from crmcore.grammar import terms
from crmcore.grammar.declare import Scheme
from crmcore.grammar.expr import Predicate, Term
from crmcore.homes import HOMES
from crmcore.plugging.hookcheck import HOOKS

sys.path.insert(0, str(DOCS / "_ext"))

import reference_commands
import reference_pages
import reference_settings

OPERATORS = ("+", "-", "*", "/", "<", "<=", ">", ">=", "&", "|", "~")


@lru_cache
def page(name: str) -> str:
    """Return a page as it is published, generated parts included."""
    return reference_pages.filled((DOCS / name).read_text(encoding="utf-8"))


@lru_cache(1)
def names_in_tests() -> frozenset[str]:
    """Return every name that tests use as code, and the templates of new plugins, whose own tests are run by ours."""
    found: set[str] = set()
    for path in [*ROOT.glob("tests/*.py"), *ROOT.glob("plugins/*/tests/*.py"), *ROOT.glob("src/**/templates/**/*.py")]:
        found |= _names(ast.parse(path.read_text(encoding="utf-8")))
    return frozenset(found)


def _names(tree: ast.AST) -> set[str]:
    used = {part.id for part in ast.walk(tree) if isinstance(part, ast.Name)}
    used |= {part.attr for part in ast.walk(tree) if isinstance(part, ast.Attribute)}
    return used | {alias.name for part in ast.walk(tree) if isinstance(part, ast.ImportFrom) for alias in part.names}


# -- hooks -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_is_in_the_reference_with_signature_times_and_example(hook):
    assert gaps_of_hook(hook, page("reference/hooks.md")) == []


def gaps_of_hook(hook, text):
    """Return what the reference does not say of a hook."""
    section = text.partition(f"\n## {hook}\n")[2].partition("\n## ")[0]
    parameters = ", ".join(HOOKS[hook])
    wanted = [f"def {hook}({parameters}", "**When:**", "**Return:**", "**Conflicts:**", "**On error:**", "**Since:**"]
    return [part for part in [*wanted, f"@hookimpl\ndef {hook}("] if part not in section]


def test_a_hook_without_an_example_or_a_section_is_noticed():
    text = page("reference/hooks.md")
    assert gaps_of_hook("crm_views", text.replace("@hookimpl\ndef crm_views(", "def crm_views("))
    assert gaps_of_hook("crm_views", text.replace("## crm_views", "## views"))


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_is_used_by_tests(hook):
    text = "".join(block.text for name in page_names() for block in blocks_of(name) if block.language == "python")
    tests = [path for path in ROOT.glob("tests/test_*.py") if path.name != "test_hookspecs.py"]
    assert re.search(rf"\b{hook}\b", text + "".join(path.read_text(encoding="utf-8") for path in tests))


# -- commands ----------------------------------------------------------------------------------------------------------


@lru_cache(1)
def commands() -> tuple[tuple[tuple[str, ...], click.Command], ...]:
    """Return every command with the words that lead to it."""
    with reference_commands.nowhere():
        return tuple((path, ctx.command) for path, ctx in reference_commands.walk())


def options(command):
    """Return the options of a command that are its own: those for columns of records are made by rule."""
    listed = [one for one in command.params if isinstance(one, click.Option) and not one.hidden]
    return [(*one.opts, *one.secondary_opts) for one in listed]


def is_of_a_record(command):
    """Whether a command is the one that every record type has, of the core and of plugins alike."""
    return isinstance(command, click.Group) and {*("list", "show", "add", "edit", "remove", "export")} <= {
        *command.list_commands(click.Context(command))
    }


def uncalled(found):
    """Return the commands and options that no test calls."""
    records = {path[0] for path, command in commands() if len(path) == 1 and is_of_a_record(command)}
    calls, missing = called(found, frozenset(records)), []
    for path, command in commands():
        words = ("RECORD", *path[1:]) if path and path[0] in records else path
        given = calls.get(words, set())
        missing += [f"crm {' '.join(path)}"] if words not in calls and not isinstance(command, click.Group) else []
        missing += [
            f"crm {' '.join(path)} {one[0]}".replace("  ", " ") for one in options(command) if not given & {*one}
        ]
    return missing


def test_every_command_and_option_is_in_the_reference():
    text = page("reference/commands.md")
    for path, command in commands():
        section = text.partition(f"# crm {' '.join(path)}".rstrip() + "\n")[2].partition("\n#")[0]
        assert section, path
        assert [one for spelled in options(command) for one in spelled if one not in section] == [], path


@pytest.mark.parametrize("path", [(), ("customer", "add"), ("view",), ("policy", "quote"), ("claim", "open")])
def test_the_reference_shows_what_help_prints(path):
    with reference_commands.nowhere():
        printed = CliRunner().invoke(cli, [*path, "--help"], prog_name="crm").stdout
    assert f"```text\n{printed.rstrip()}\n```" in page("reference/commands.md")


def test_every_command_has_a_sentence_of_help_and_an_example():
    for path, command in commands():
        assert (command.help or "").strip().partition("\n\n")[0].endswith("."), path
        assert "crm" in (command.epilog or ""), path


def test_every_command_and_option_is_called_by_a_test():
    assert uncalled(invocations()) == []


@pytest.mark.parametrize(
    ("path", "option"), [(("store", "backup"), ""), (("classify",), "--full"), (("customer", "list"), "--sort")]
)
def test_a_command_or_option_that_no_test_calls_is_noticed(path, option):
    left = tuple(words for words in invocations() if (option or path[-1]) not in words and path[-1] not in words)
    assert f"crm {' '.join((*path, option))}".strip() in uncalled(left)


# -- settings and the environment --------------------------------------------------------------------------------------


def test_every_setting_of_the_core_and_of_the_plugins_is_described():
    catalogue, text = reference_settings.catalogue(), page("reference/settings.md")
    assert {"crm.refit_days", "value_tier.a_share"} <= set(catalogue.names("setting"))
    for name in catalogue.names("setting"):
        row = next((line for line in text.splitlines() if line.startswith(f"| `{name}` |")), "")
        assert re.search(r"\|[^|]*\w[^|]*\|$", row), name


def test_every_variable_of_the_environment_is_described():
    assert undescribed(page("reference/settings.md")) == []


def undescribed(text):
    """Return the environment variables that the code reads and a page does not describe."""
    sources = [*ROOT.glob("src/**/*.py"), *ROOT.glob("plugins/*/crm_*/**/*.py")]
    read = {name for path in sources for name in re.findall(r"\"(CRM_[A-Z_]+)\"", path.read_text(encoding="utf-8"))}
    assert "CRM_STORE" in read
    return sorted(name for name in read if f"| `{name}` |" not in text)


def test_a_variable_that_is_not_described_is_noticed():
    assert undescribed(page("reference/settings.md").replace("| `CRM_LANG` |", "")) == ["CRM_LANG"]


# -- public names and the words of rules -------------------------------------------------------------------------------


def words_of_rules():
    """Return every function and method that rules are written with."""
    functions = [f"{name}(" for name in HOMES["grammar.terms"] if name in vars(terms)]
    methods = {name for kind in (Term, Predicate, Scheme) for name in vars(kind) if not name.startswith("_")}
    inside = {"result_kind", "row_type", "segment", "segments", "name", "label", "doc", "privacy", "place"}
    return [*functions, *(f".{name}(" for name in sorted(methods - inside))]


def unexplained(text):
    """Return the words of rules that have no row in a table of the page: word, meaning, and when it is unknown."""
    rows = [line.split(" | ") for line in text.splitlines() if line.startswith("| ")]
    explained = [row[0] for row in rows if len(row) == 3 and all(cell.strip(" |") for cell in row)]
    missing = [word for word in words_of_rules() if not any(word in cell for cell in explained)]
    signs = {sign.replace("\\", "") for cell in explained for sign in re.findall(r"(?<= )[-+*/<>=&|\\]+(?= )|~", cell)}
    return [*missing, *(sign for sign in OPERATORS if sign not in signs)]


def test_every_word_of_rules_is_explained_with_when_it_is_unknown():
    assert unexplained(page("rules.md")) == []


@pytest.mark.parametrize("word", ["nth_largest(", ".or_else(", ".starts_with(", "~"])
def test_a_word_that_is_not_explained_is_noticed(word):
    lines = page("rules.md").splitlines()
    assert word in unexplained("\n".join(line for line in lines if word not in line))


def test_every_word_of_rules_is_used_by_tests():
    assert [word for word in words_of_rules() if word.strip(".(") not in names_in_tests()] == []


def test_every_public_name_is_in_the_reference_and_has_a_docstring():
    text = page("reference/names.md")
    for name in {*crmcore.__all__, "open"} - {"__version__"}:
        assert re.search(rf"^\.\. (auto\w+|py:data):: crmcore\.{name}$", text, re.MULTILINE), name
        value = getattr(crmcore, name)
        assert not callable(value) or (value.__doc__ or "").strip(), name


def test_every_public_name_is_used_by_tests():
    assert sorted({*crmcore.__all__, "open"} - {"__version__"} - names_in_tests()) == []


def test_every_method_of_a_store_is_asked_for_by_the_kit_for_stores():
    kit = {
        name
        for path in ROOT.glob("src/crmcore/testing/store_*.py")
        for name in _names(ast.parse(path.read_text("utf-8")))
    }
    methods = {name for name in vars(crmcore.Store) if not name.startswith("_")}
    assert {"open", "read", "write", "log"} & methods
    assert sorted(methods - kit) == []


def test_every_name_of_the_test_kit_is_in_the_reference_and_used_by_tests():
    assert isinstance(testing.given(), testing.GivenCustomer)
    told = {
        name: value for kind in (testing.Trial, testing.Ran) for name, value in vars(kind).items() if name[0] != "_"
    }
    assert [name for name, value in told.items() if callable(value) and not value.__doc__] == []
    listed = set(re.findall(r":: crmcore\.testing\.(\w+)$", page("reference/names.md"), re.MULTILINE))
    assert listed == set(testing.__all__)
    assert sorted(listed - names_in_tests() - {"crm_with"}) == []


# -- checks ------------------------------------------------------------------------------------------------------------


def test_every_check_is_in_the_reference():
    assert VALIDATORS
    assert [one.id for one in VALIDATORS if f"| `{one.id}` |" not in page("reference/checks.md")] == []


# -- Chinese -----------------------------------------------------------------------------------------------------------

HALF_WIDTH = re.compile(r"(?<=[\u4e00-\u9fff”）])[,;:](?=[\u4e00-\u9fff“\n`\d])|(?<=[`\d])[,;:](?=[\u4e00-\u9fff“])")


def chinese_texts():
    """Yield what people read in Chinese: pages, READMEs, templates, and the labels of plugins and of the core."""
    yield from (ROOT / name for name in page_names())
    for pattern in ("plugins/*/README.md", "plugins/*/crm_*/**/*.py", "src/**/*.py", "src/**/templates/**/*.md"):
        yield from ROOT.glob(pattern)


def test_chinese_sentences_have_full_width_commas_colons_and_semicolons():
    found = [path for path in chinese_texts() if HALF_WIDTH.search(path.read_text(encoding="utf-8"))]
    assert [str(path.relative_to(ROOT)) for path in found] == []


@pytest.mark.parametrize(
    "text", ["收入,利润", "未录入;未知", "安装,\n用", "`pytest` 检查,用", "至少为1,请填写", "方案:合同"]
)
def test_a_half_width_comma_in_a_chinese_sentence_is_noticed(text):
    assert HALF_WIDTH.search(text)
    assert not HALF_WIDTH.search(text.translate(str.maketrans(",;:", "，；：")))
