"""Plugins that are wrong in every way seen so far: the code of each, and what its record must say."""

BROKEN = {
    "import_error": (
        "import torch_that_is_not_there",
        ["ModuleNotFoundError: No module named 'torch_that_is_not_there'", "crm_bad.py:1"],
    ),
    "missing_name": ("from crmcore import Feild", ["ImportError: cannot import name 'Feild'", "crm_bad.py:1"]),
    "module_absent": (None, ["No module named 'crm_bad'"]),
    "syntax_error": (
        """\
x = 1
def crm_fields(:
    pass
""",
        ["SyntaxError", "crm_bad.py:2"],
    ),
    "not_utf8": (b"# caf\xe9\nname = '\xff'\n", ["SyntaxError", "crm_bad.py"]),
    "null_byte": (b"x = 1\x00\n", ["null bytes"]),
    "system_exit": (
        """\
x = 1
raise SystemExit(3)
""",
        ["it ended the program (SystemExit: 3)", "crm_bad.py:2"],
    ),
    "sys_exit": (
        """\
import sys
sys.exit('bye')
""",
        ["it ended the program (SystemExit: bye)", "crm_bad.py:2"],
    ),
    "own_exception": (
        """\
class Odd(BaseException):
    def __str__(self): raise ValueError
raise Odd
""",
        ["Odd", "crm_bad.py:3"],
    ),
    "endless_recursion": (
        """\
def f(): return f()
f()
""",
        ["RecursionError", "crm_bad.py:1"],
    ),
    "wrong_rule": (
        """\
from crmcore import Purchase, rows
x = rows(Purchase).amont
""",
        ["no column of purchase named 'amont'; did you mean 'amount'", "crm_bad.py:2"],
    ),
    "hook_typo": (
        """\
from crmcore import hookimpl
@hookimpl
def crm_feilds():
    return []
""",
        ["there is no hook 'crm_feilds'", "crm_bad.py:2", "did you mean 'crm_fields'?"],
    ),
    "hook_unheard_of": (
        """\
from crmcore import hookimpl
@hookimpl
def on_start():
    return []
""",
        ["there is no hook 'on_start'", "the hooks are crm_records, crm_fields"],
    ),
    "undecorated": (
        """\
def crm_fields():
    return []
""",
        ["crm_fields() at ", "crm_bad.py:1 is not decorated; write @hookimpl above it"],
    ),
    "undecorated_and_misspelt": (
        """\
def crm_feilds():
    return []
""",
        ["is not decorated and is no hook either (did you mean 'crm_fields'?)", "crm_bad.py:1"],
    ),
    "decorated_for_another_host": (
        """\
import pluggy
@pluggy.HookimplMarker('other')
def crm_fields():
    return []
""",
        ["is not decorated", "crm_bad.py:2"],
    ),
    "hook_is_a_list": ("crm_fields = []", ["crm_fields is a list; a hook is a plain function"]),
    "hook_is_a_class": (
        """\
from crmcore import hookimpl
@hookimpl
class crm_fields:
    pass
""",
        ["crm_fields is a type; a hook is a plain function"],
    ),
    "hook_is_cached": (
        """\
import functools
from crmcore import hookimpl
@hookimpl
@functools.cache
def crm_fields():
    return []
""",
        ["crm_fields is a _lru_cache_wrapper; a hook is a plain function"],
    ),
    "default_argument": (
        """\
from crmcore import hookimpl
@hookimpl
def crm_committed(changes=()):
    pass
""",
        ["crm_committed() at ", "crm_bad.py:2 has a default argument; it takes changes, and no defaults"],
    ),
    "keyword_default": (
        """\
from crmcore import hookimpl
@hookimpl
def crm_committed(*, changes=()):
    pass
""",
        ["has a default argument"],
    ),
    "unknown_argument": (
        """\
from crmcore import hookimpl
@hookimpl
def crm_committed(changes, store):
    pass
""",
        ["takes store; it can have changes only"],
    ),
    "argument_of_a_contribution": (
        """\
from crmcore import hookimpl
@hookimpl
def crm_fields(entity):
    return []
""",
        ["takes entity; it can have no parameters only"],
    ),
    "star_arguments": (
        """\
from crmcore import hookimpl
@hookimpl
def crm_committed(**facts):
    pass
""",
        ["takes *args or **kwargs"],
    ),
    "wrapper": (
        """\
from crmcore import hookimpl
@hookimpl(wrapper=True)
def crm_fields():
    return (yield)
""",
        ["has wrapper; @hookimpl takes no options"],
    ),
    "try_first": (
        """\
from crmcore import hookimpl
@hookimpl(tryfirst=True)
def crm_fields():
    return []
""",
        ["has tryfirst; @hookimpl takes no options"],
    ),
    "async": (
        """\
from crmcore import hookimpl
@hookimpl
async def crm_fields():
    return []
""",
        ["is async; a hook is an ordinary function"],
    ),
    "returns_nothing": (
        """\
from crmcore import hookimpl
@hookimpl
def crm_fields():
    pass
""",
        ["crm_fields() at ", "crm_bad.py:2 returned nothing; return a list"],
    ),
    "returns_a_number": (
        """\
from crmcore import hookimpl
@hookimpl
def crm_fields():
    return 42
""",
        ["crm_fields() at ", "crm_bad.py:2 returned 42; return a list"],
    ),
    "returns_one_thing": (
        """\
from crmcore import Customer, Field, hookimpl
@hookimpl
def crm_fields():
    return Field('bad.x', int, on=Customer)
""",
        ["returned the field 'bad.x'; return a list, even of one"],
    ),
    "returns_a_record_class": (
        """\
from crmcore import Customer, hookimpl
@hookimpl
def crm_records():
    return Customer
""",
        ["returned the record 'customer'; return a list, even of one"],
    ),
    "returns_text": (
        """\
from crmcore import hookimpl
@hookimpl
def crm_fields():
    return 'bad.x'
""",
        ["returned 'bad.x'; return a list"],
    ),
    "returns_a_dict": (
        """\
from crmcore import hookimpl
@hookimpl
def crm_fields():
    return {'bad.x': int}
""",
        ["return a list"],
    ),
    "wrong_kind": (
        """\
from crmcore import Metric, Purchase, count, hookimpl, rows
@hookimpl
def crm_fields():
    yield Metric('bad.n', count(rows(Purchase)))
""",
        ["crm_bad.py:2 returned the metric 'bad.n' where a field belongs; that belongs into crm_metrics()"],
    ),
    "plain_class_as_record": (
        """\
from crmcore import hookimpl
class Visit: pass
@hookimpl
def crm_records():
    return [Visit]
""",
        ["returned <class 'crm_bad.Visit'> where a record belongs"],
    ),
    "undecorated_record": (
        """\
from crmcore import Record, hookimpl
class Visit(Record): pass
@hookimpl
def crm_records():
    return [Visit]
""",
        ["returned <class 'crm_bad.Visit'> where a record belongs"],
    ),
    "raises_in_hook": (
        """\
from crmcore import hookimpl
@hookimpl
def crm_fields():
    return [1 / 0]
""",
        ["ZeroDivisionError: division by zero", "crm_bad.py:4"],
    ),
    "raises_half_way": (
        """\
from crmcore import Customer, Field, hookimpl
@hookimpl
def crm_fields():
    yield Field('bad.x', int, on=Customer)
    raise OSError('no network')
""",
        ["OSError: no network", "crm_bad.py:5"],
    ),
    "exits_in_hook": (
        """\
from crmcore import hookimpl
@hookimpl
def crm_fields():
    raise SystemExit
""",
        ["it ended the program", "crm_bad.py:4"],
    ),
    "bad_name": (
        """\
from crmcore import Customer, Field, hookimpl
@hookimpl
def crm_fields():
    return [Field('chairs', int, on=Customer)]
""",
        ["field 'chairs': name= takes a full name, plugin.name in small letters", "crm_bad.py:4"],
    ),
    "wrong_prefix": (
        """\
from crmcore import Customer, Field, hookimpl
@hookimpl
def crm_fields():
    return [Field('other.chairs', int, on=Customer)]
""",
        ["the field 'other.chairs' (", "crm_bad.py:4) comes from the plugin 'bad'", "call it 'bad.chairs'"],
    ),
    "circular_import": (
        """\
from crm_bad_part import x
y = 1
""",
        ["cannot import name 'y' from partially initialized module 'crm_bad'", "crm_bad_part.py:1"],
    ),
    "missing_dependency": (
        "import not_to_be_found_anywhere.at_all",
        ["ModuleNotFoundError: No module named 'not_to_be_found_anywhere'", "crm_bad.py:1"],
    ),
    "mutable_default_of_a_hook": (
        """\
from crmcore import hookimpl
@hookimpl
def crm_fields(found=[]):
    return found
""",
        ["crm_bad.py:2 has a default argument; it takes no parameters, and no defaults"],
    ),
    "mutable_default_of_a_field": (
        """\
from crmcore import Customer, Field, hookimpl
x = Field('bad.x', str, on=Customer, default=[])
""",
        ["field 'bad.x': default= takes a plain value without control characters, not []", "crm_bad.py:2"],
    ),
    "mutable_default_of_a_setting": (
        """\
from crmcore import Setting
x = Setting('bad.x', [])
""",
        ["setting 'bad.x': default= takes an int, Decimal, text, date or bool, not []", "crm_bad.py:2"],
    ),
    "field_on_a_number": (
        """\
from crmcore import Field, hookimpl
@hookimpl
def crm_fields():
    return [Field('bad.x', int, on=int)]
""",
        ["field 'bad.x': on= takes a record type: Customer, ", ", not <class 'int'>", "crm_bad.py:4"],
    ),
    "rule_that_is_a_text": (
        """\
from crmcore import Purchase, Rule, hookimpl
@hookimpl
def crm_rules():
    return [Rule('bad.x', Purchase, 'amount > 0')]
""",
        ["rule 'bad.x': must= takes a rule such as ", "not 'amount > 0' (", "crm_bad.py:4"],
    ),
    "view_of_numbers": (
        """\
from crmcore import View, hookimpl
@hookimpl
def crm_views():
    return [View('bad.x', [1, 'name'], limit='all')]
""",
        [
            "view 'bad.x': columns= takes a list, each a name, a field, a metric or a scheme, not (1, 'name')",
            "limit= takes a number of rows up to 1,000,000,000, or None, not 'all' (",
            "crm_bad.py:4",
        ],
    ),
    "report_that_is_no_function": (
        """\
from crmcore import Report, hookimpl
@hookimpl
def crm_reports():
    return [Report('bad.x', 'select *')]
""",
        ["report 'bad.x': build= takes a function, not 'select *' (", "crm_bad.py:4"],
    ),
    "label_that_is_a_number": (
        """\
from crmcore import Customer, Field, hookimpl
@hookimpl
def crm_fields():
    return [Field('bad.x', int, on=Customer, label={'en': 5})]
""",
        ["field 'bad.x': label= takes texts on one line", "not {'en': 5} (", "crm_bad.py:4"],
    ),
    "odd_name_of_a_record_type": (
        """\
from crmcore import Record, hookimpl, record
@record('Odd: name')
class Odd(Record): pass
@hookimpl
def crm_records():
    return [Odd]
""",
        ["record type 'Odd: name': name= takes a name of small letters, digits and _", "crm_bad.py:2"],
    ),
    "odd_name_of_a_store": (
        """\
from crmcore import StoreKind, hookimpl
@hookimpl
def crm_stores():
    return [StoreKind('a/b', print)]
""",
        ["store kind 'a/b': scheme= takes a name of small letters, digits, +, . and -", "crm_bad.py:4"],
    ),
    "puts_something_else_in_its_place": (
        """\
import sys
sys.modules[__name__] = object()
""",
        ["the module 'crm_bad' put <object object at", "in its own place; a plugin is a module"],
    ),
    "takes_itself_away": (
        """\
import sys
del sys.modules[__name__]
""",
        ["KeyError: 'crm_bad'"],
    ),
    "several_exceptions_at_once": (
        """\
raise ExceptionGroup('several', [ValueError('one'), TypeError('two')])
""",
        ["ExceptionGroup: several (2 sub-exceptions)", "crm_bad.py:1"],
    ),
}
